import assert from "node:assert/strict";
import type { Persistence } from "../../lib/persistence/persistence.js";
import { WriteBatch } from "../../lib/persistence/write-batch.js";

/**
 * Rows in several tables that tell which batch they are of; every eighth is a large one. Each deletes
 * its predecessor's mark.
 */
export function numberedBatch(number: number): WriteBatch {
  const batch = new WriteBatch();
  for (let index = 0; index < rowsOf(number); index++) {
    batch.put("entries", keyOf(number, index), Buffer.alloc(20 + (number % 300), number));
  }
  batch.put("meta", lastKey, keyOf(number, 0));
  batch.put("changes", keyOf(number, 0), Buffer.alloc(0));
  batch.delete("changes", keyOf(number - 1, 0));
  return batch;
}

/** Fails unless every batch up to the last is there, whole, and nothing of any other; gives the last's number. */
export function checkNumberedBatches(persistence: Persistence): number {
  const snapshot = persistence.snapshot();
  try {
    const last = snapshot.get("meta", lastKey);
    if (last === undefined) return -1;
    const lastNumber = Buffer.from(last).readUInt32BE(0);
    let number = 0;
    let index = 0;
    for (const { key, value } of snapshot.range("entries", Buffer.of(0), Buffer.alloc(9, 255))) {
      if (index === rowsOf(number)) {
        number++;
        index = 0;
      }
      assert.deepEqual(Buffer.from(key), keyOf(number, index));
      assert.deepEqual(Buffer.from(value), Buffer.alloc(20 + (number % 300), number));
      index++;
    }
    assert.deepEqual([number, index], [lastNumber, rowsOf(lastNumber)]);
    const marks = Array.from(snapshot.range("changes", Buffer.of(0), Buffer.alloc(9, 255)));
    assert.deepEqual(
      marks.map(({ key }) => Buffer.from(key)),
      [keyOf(lastNumber, 0)],
    );
    return lastNumber;
  } finally {
    snapshot.release();
  }
}

function rowsOf(number: number): number {
  return number % 8 === 5 ? 6_000 : 3;
}

function keyOf(number: number, index: number): Buffer {
  const key = Buffer.alloc(8);
  key.writeInt32BE(number, 0);
  key.writeUInt32BE(index, 4);
  return key;
}

const lastKey = Buffer.from("last");
