import { decode } from "../encoding/decode.js";
import { encode } from "../encoding/encode.js";
import { AhnlichError } from "../model/errors.js";
import type { Metadata } from "../model/metadata.js";
import { vectorFromBytes, vectorToBytes } from "../model/vector.js";
import type { Snapshot } from "../persistence/persistence.js";
import type { WriteBatch } from "../persistence/write-batch.js";
import { idKey, ordinalKey, ordinalKeyBytes, readU48, writeU48 } from "./keys.js";
import { beginRow, bodyOf, endRow, headerBytes } from "./row.js";

/*
 * An entry is three rows. An ordinal stands for one entry with one vector and is never used for another:
 *
 *   ids      incarnation, id        | ordinal u48 |
 *   entries  incarnation, ordinal   | version u48 | flags u8 | id length u16 | expires at u48, where flags say so | id | metadata, MessagePack |
 *   vectors  incarnation, ordinal   | float32 LE x dimension |
 */

export interface StoredEntry {
  readonly ordinal: number;
  readonly id: string;
  readonly version: number;
  /** Milliseconds since 1970; 0: never. */
  readonly expiresAt: number;
  /** MessagePack, valid until the snapshot's next call. */
  readonly metadata: Uint8Array;
}

/** @param key of the id: it holds the id's bytes */
export function putEntry(
  batch: WriteBatch,
  key: Uint8Array,
  ordinal: number,
  version: number,
  entry: Pick<StoredEntry, "metadata" | "expiresAt"> & { readonly vector: Float32Array },
): void {
  putEntryRow(batch, key, ordinal, version, entry);
  const bytes = vectorToBytes(entry.vector);
  const at = beginRow(batch, "vectors", ordinalKeyBytes, bytes.length);
  writeOrdinalKey(batch.buffer, at, key, ordinal);
  batch.buffer.set(bytes, at + ordinalKeyBytes + headerBytes);
  endRow(batch, "vectors", at, ordinalKeyBytes, bytes);
  const ofId = beginRow(batch, "ids", key.length, 6);
  batch.buffer.set(key, ofId);
  writeU48(batch.buffer, ofId + key.length + headerBytes, ordinal);
  endRow(batch, "ids", ofId, key.length);
}

/** Only the row of table `entries`: again, where the vector stays. */
export function putEntryRow(
  batch: WriteBatch,
  key: Uint8Array,
  ordinal: number,
  version: number,
  { metadata, expiresAt }: Pick<StoredEntry, "metadata" | "expiresAt">,
): void {
  const idLength = key.length - 4;
  const idStart = expiresAt === 0 ? prefixBytes : prefixBytes + expiryBytes;
  const length = idStart + idLength + metadata.length;
  const at = beginRow(batch, "entries", ordinalKeyBytes, length);
  const bytes = batch.buffer;
  writeOrdinalKey(bytes, at, key, ordinal);
  const entry = at + ordinalKeyBytes + headerBytes;
  writeU48(bytes, entry, version);
  bytes[entry + 7] = idLength >>> 8;
  bytes[entry + 8] = idLength;
  if (expiresAt !== 0) {
    bytes[entry + 6] = expires;
    writeU48(bytes, entry + prefixBytes, expiresAt);
  }
  for (let i = 0; i < idLength; i++) bytes[entry + idStart + i] = key[4 + i] as number;
  bytes.set(metadata, entry + idStart + idLength);
  endRow(batch, "entries", at, ordinalKeyBytes);
}

/** @param key of an id of the same store */
function writeOrdinalKey(bytes: Uint8Array, at: number, key: Uint8Array, ordinal: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = key[i] as number;
  writeU48(bytes, at + 4, ordinal);
}

/** Deletes the rows of an ordinal, but not that of its id. */
export function deleteEntry(batch: WriteBatch, incarnation: number, ordinal: number): void {
  const key = ordinalKey(incarnation, ordinal);
  batch.delete("entries", key);
  batch.delete("vectors", key);
}

/** Deletes what says which ordinal the id has. */
export function deleteId(batch: WriteBatch, incarnation: number, id: string): void {
  batch.delete("ids", idKey(incarnation, id));
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
  const flags = body[6] as number;
  if (flags > expires) throw laterFlags(flags);
  const idStart = flags === expires ? prefixBytes + expiryBytes : prefixBytes;
  const idEnd = idStart + (((body[7] as number) << 8) | (body[8] as number));
  return {
    ordinal,
    id: body.toString("utf8", idStart, idEnd),
    version: readU48(body, 0),
    expiresAt: flags === expires ? readU48(body, prefixBytes) : 0,
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

function laterFlags(flags: number): AhnlichError {
  const sentence = `an entry has flags ${flags}, this version knows up to ${expires}`;
  return new AhnlichError("FORMAT_TOO_NEW", sentence);
}

const prefixBytes = 9;
const expiryBytes = 6;
/** The flag of an entry that expires. */
const expires = 1;
