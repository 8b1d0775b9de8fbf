import type { Snapshot } from "./persistence.js";
import { tableNames } from "./table.js";
import { WriteBatch } from "./write-batch.js";

/** This module, for a thread to read all rows by it. */
export const readRowsJob: URL = new URL(import.meta.url);
export const isPassing = true;

/** What it gives: every row, to be put, in the order of tables and keys. */
export function* read(snapshot: Snapshot): Generator<{ value: Bytes; transfer: ArrayBuffer[] }> {
  for (const bytes of readRows(snapshot)) {
    if (bytes !== undefined) yield { value: bytes, transfer: [bytes.buffer] };
  }
}

/** The same in small steps: the bytes of a batch now and then, and nothing between. */
export function* readRows(snapshot: Snapshot): Generator<Bytes | undefined, void, undefined> {
  let batch = new WriteBatch(batchBytes);
  for (const table of tableNames) {
    for (const { key, value } of snapshot.range(table, firstKey, lastKey)) {
      batch.put(table, key, value);
      if (batch.length < batchBytes) yield undefined;
      else {
        yield batch.bytes;
        batch = new WriteBatch(batchBytes);
      }
    }
  }
  yield batch.bytes;
}

type Bytes = Uint8Array<ArrayBuffer>;

const firstKey = new Uint8Array(1);
const lastKey = new Uint8Array(64).fill(0xff);
/** One transaction each, which is on disk when it is done. */
const batchBytes = 2 * 1024 * 1024;
