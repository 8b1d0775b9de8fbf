import { decode } from "../encoding/decode.js";
import { encode } from "../encoding/encode.js";
import type { Metadata } from "../model/metadata.js";
import { vectorFromBytes, vectorToBytes } from "../model/vector.js";
import type { Snapshot } from "../persistence/persistence.js";
import type { WriteBatch } from "../persistence/write-batch.js";
import { idKey, ordinalKey, readU32, readU48, writeU48 } from "./keys.js";
import { beginRow, bodyOf, endRow } from "./row.js";

/*
 * An entry is three rows. An ordinal stands for one entry with one vector and is never used for another:
 *
 *   ids      incarnation, id        | ordinal u48 |
 *   entries  incarnation, ordinal   | version u48 | flags u8 = 0 | id length u16 | id | metadata, MessagePack |
 *   vectors  incarnation, ordinal   | float32 LE x dimension |
 */

export interface StoredEntry {
  readonly ordinal: number;
  readonly id: string;
  readonly version: number;
  /** MessagePack, valid until the snapshot's next call. */
  readonly metadata: Uint8Array;
}

/** @param key of the id: it holds the id's bytes */
export function putEntry(
  batch: WriteBatch,
  key: Uint8Array,
  ordinal: number,
  version: number,
  { vector, metadata }: { vector: Float32Array; metadata: Uint8Array },
): void {
  const place = putEntryRow(batch, key, ordinal, version, metadata);
  const floats = beginRow(batch, "vectors", place, vector.length * 4);
  batch.buffer.set(vectorToBytes(vector), floats);
  endRow(batch, "vectors", place, floats);
  const ofId = beginRow(batch, "ids", key, 6);
  writeU48(batch.buffer, ofId, ordinal);
  endRow(batch, "ids", key, ofId);
}

/** Only the row of table `entries`, whose key it returns: again, where the vector stays. */
export function putEntryRow(
  batch: WriteBatch,
  key: Uint8Array,
  ordinal: number,
  version: number,
  metadata: Uint8Array,
): Uint8Array {
  const place = ordinalKey(readU32(key, 0), ordinal);
  const idLength = key.length - 4;
  const entry = beginRow(batch, "entries", place, prefixBytes + idLength + metadata.length);
  writeU48(batch.buffer, entry, version);
  batch.buffer.writeUInt16BE(idLength, entry + 7);
  for (let i = 0; i < idLength; i++) batch.buffer[entry + prefixBytes + i] = key[4 + i] as number;
  batch.buffer.set(metadata, entry + prefixBytes + idLength);
  endRow(batch, "entries", place, entry);
  return place;
}

/** Deletes the rows of an ordinal; the id's row only where `id` is given. */
export function deleteEntry(
  batch: WriteBatch,
  incarnation: number,
  ordinal: number,
  id?: string,
): void {
  const key = ordinalKey(incarnation, ordinal);
  batch.delete("entries", key);
  batch.delete("vectors", key);
  if (id !== undefined) batch.delete("ids", idKey(incarnation, id));
}

/** The ordinal under which the entry of that id's key is stored; undefined where there is none. */
export function readOrdinal(snapshot: Snapshot, key: Uint8Array): number | undefined {
  const row = snapshot.get("ids", key);
  return row === undefined ? undefined : ordinalOfRow(key, row);
}

export function ordinalOfRow(key: Uint8Array, row: Uint8Array): number {
  return readU48(bodyOf("ids", key, row), 0);
}

export function readEntry(
  snapshot: Snapshot,
  incarnation: number,
  ordinal: number,
): StoredEntry | undefined {
  const key = ordinalKey(incarnation, ordinal);
  const row = snapshot.get("entries", key);
  return row === undefined ? undefined : entryOfRow(key, row, ordinal);
}

export function entryOfRow(key: Uint8Array, row: Uint8Array, ordinal: number): StoredEntry {
  const body = bodyOf("entries", key, row);
  const idEnd = prefixBytes + (((body[7] as number) << 8) | (body[8] as number));
  return {
    ordinal,
    id: body.toString("utf8", prefixBytes, idEnd),
    version: readU48(body, 0),
    metadata: body.subarray(idEnd),
  };
}

export function readVector(
  snapshot: Snapshot,
  incarnation: number,
  ordinal: number,
): Float32Array | undefined {
  const key = ordinalKey(incarnation, ordinal);
  const row = snapshot.get("vectors", key);
  return row === undefined ? undefined : vectorFromBytes(bodyOf("vectors", key, row));
}

export function encodeMetadata(metadata: Metadata): Uint8Array {
  return encode(metadata, "metadata");
}

export function decodeMetadata(bytes: Uint8Array): Metadata {
  return decode(bytes, { code: "CORRUPT" }) as Metadata;
}

const prefixBytes = 9;
