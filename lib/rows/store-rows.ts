import { AhnlichError } from "../model/errors.js";
import { type Metric, metrics } from "../model/metric.js";
import { type VectorPlace, vectorPlaces } from "../model/vector-place.js";
import type { Snapshot } from "../persistence/persistence.js";
import type { WriteBatch } from "../persistence/write-batch.js";
import {
  firstKey,
  lastKey,
  nameKey,
  readU32,
  readU48,
  storeKey,
  writeU32,
  writeU48,
} from "./keys.js";
import { bodyOf, putRow } from "./row.js";
import { decodeIndexes, encodeIndexes, type StoredIndex } from "./stored-index.js";

/*
 *   stores    name          | incarnation u32 | dimension u32 | metric u8 | created u48 | time to live u48 | named u48 | vectors u8 | indexes |
 *   counters  incarnation   | entries u48 | next ordinal u48 | position u48 | changes u48 | changes from u48 | oldest change's time u48 | expiring u48 |
 *   erasing   incarnation   | dropped u48 |
 *
 * Rows of format 1 end before the time to live, and before `expiring`: their store was named when it was made. Those of
 * format 2 end before `vectors`, which are in memory then, and the indexes.
 */

/** A store as it is kept: what it is, and what its writes have counted. */
export interface StoredStore {
  readonly name: string;
  readonly incarnation: number;
  readonly dimension: number;
  readonly metric: Metric;
  /** The sequence of the command that made it. */
  readonly created: number;
  /** The sequence of the command that gave it its name. */
  readonly named: number;
  /** How long entries live that do not say so themselves, in milliseconds; undefined: for ever. */
  readonly ttlMs: number | undefined;
  readonly vectors: VectorPlace;
  /** The older ones first. */
  readonly indexes: readonly StoredIndex[];
  readonly counters: Counters;
}

export interface Counters {
  readonly entries: number;
  readonly nextOrdinal: number;
  /** The sequence of the command that last changed the store. */
  readonly position: number;
  /** Changes kept in the change log, from which sequence on, and when the oldest came. */
  readonly changes: number;
  readonly changesFrom: number;
  readonly changesSince: number;
  /** Entries that expire, those among them that have expired and are not swept yet. */
  readonly expiring: number;
}

export function putStore(batch: WriteBatch, store: StoredStore): void {
  const indexes = encodeIndexes(store.indexes);
  putRow(batch, "stores", nameKey(store.name), fixedBytes + indexes.length, (bytes, at) => {
    writeU32(bytes, at, store.incarnation);
    writeU32(bytes, at + 4, store.dimension);
    bytes[at + 8] = metrics.indexOf(store.metric);
    writeU48(bytes, at + 9, store.created);
    writeU48(bytes, at + 15, store.ttlMs ?? 0);
    writeU48(bytes, at + 21, store.named);
    bytes[at + 27] = vectorPlaces.indexOf(store.vectors);
    bytes.set(indexes, at + fixedBytes);
  });
}

export function putCounters(batch: WriteBatch, incarnation: number, counters: Counters): void {
  putRow(batch, "counters", storeKey(incarnation), 42, (bytes, at) => {
    writeU48(bytes, at, counters.entries);
    writeU48(bytes, at + 6, counters.nextOrdinal);
    writeU48(bytes, at + 12, counters.position);
    writeU48(bytes, at + 18, counters.changes);
    writeU48(bytes, at + 24, counters.changesFrom);
    writeU48(bytes, at + 30, counters.changesSince);
    writeU48(bytes, at + 36, counters.expiring);
  });
}

export function* readStores(snapshot: Snapshot): Generator<StoredStore> {
  for (const { key, value } of snapshot.range("stores", firstKey, lastKey)) {
    yield storeOfRow(snapshot, key, value);
  }
}

/** @throws CORRUPT where the row or the counters of its store cannot be read, FORMAT_TOO_NEW */
export function storeOfRow(snapshot: Snapshot, key: Uint8Array, row: Uint8Array): StoredStore {
  const name = Buffer.from(key).toString();
  const body = bodyOf("stores", key, row);
  const incarnation = readU32(body, 0);
  const dimension = readU32(body, 4);
  const metric = metrics[body[8] as number];
  const created = readU48(body, 9);
  const ttlMs = body.length < 21 ? undefined : readU48(body, 15) || undefined;
  const named = body.length < 27 ? created : readU48(body, 21);
  const vectors = vectorPlaces[body[27] ?? 0];
  if (metric === undefined || vectors === undefined) {
    const what = metric === undefined ? "a metric" : "vectors in a place";
    throw new AhnlichError("FORMAT_TOO_NEW", `store ${name} has ${what} of a later version`);
  }
  const indexes = decodeIndexes(body.subarray(fixedBytes));
  const counters = readCounters(snapshot, incarnation);
  const is = { name, incarnation, dimension, metric, created, named, ttlMs };
  return { ...is, vectors, indexes, counters };
}

/** The incarnations of dropped stores whose rows are not all erased yet. */
export function* readErasing(snapshot: Snapshot): Generator<number> {
  for (const { key, value } of snapshot.range("erasing", firstKey, lastKey)) {
    bodyOf("erasing", key, value);
    yield readU32(key, 0);
  }
}

export function putErasing(batch: WriteBatch, incarnation: number, dropped: number): void {
  putRow(batch, "erasing", storeKey(incarnation), 6, (bytes, at) => writeU48(bytes, at, dropped));
}

function readCounters(snapshot: Snapshot, incarnation: number): Counters {
  const key = storeKey(incarnation);
  const row = snapshot.get("counters", key);
  if (row === undefined) {
    throw new AhnlichError("CORRUPT", `the counters of store incarnation ${incarnation} are lost`);
  }
  const body = bodyOf("counters", key, row);
  return {
    entries: readU48(body, 0),
    nextOrdinal: readU48(body, 6),
    position: readU48(body, 12),
    changes: readU48(body, 18),
    changesFrom: readU48(body, 24),
    changesSince: readU48(body, 30),
    expiring: body.length < 42 ? 0 : readU48(body, 36),
  };
}

/** What a row of `stores` has before its indexes. */
const fixedBytes = 28;
