import assert from "node:assert/strict";
import { WriteBatch } from "../../lib/persistence/write-batch.js";

describe("a batch of writes", () => {
  const key = Uint8Array.of(1);

  it("that is taken back to where it was is as it was, and what comes behind is zero again", () => {
    const batch = new WriteBatch();
    batch.put("meta", key, Uint8Array.of(1, 2, 3));
    const before = Uint8Array.from(batch.bytes);
    const { length, operations } = batch;
    batch.put("meta", Uint8Array.of(2), new Uint8Array(2_000).fill(0xff));
    batch.delete("meta", key);
    batch.truncate(length, operations);
    assert.deepEqual(Uint8Array.from(batch.bytes), before);
    assert.equal(batch.operations, 1);
    const at = batch.reserve("entries", Uint8Array.of(3), 1_000);
    assert.deepEqual(batch.bytes.subarray(at), new Uint8Array(1_000));
    assert.equal(batch.operations, 2);
  });

  it("gives its operations one table after the other, those of a table in their order", () => {
    const batch = new WriteBatch();
    batch.put("ids", Uint8Array.of(1), Uint8Array.of(1));
    batch.put("entries", Uint8Array.of(2), Uint8Array.of(2));
    batch.delete("ids", Uint8Array.of(1));
    batch.put("meta", Uint8Array.of(3), Uint8Array.of(3));
    batch.put("ids", Uint8Array.of(1), Uint8Array.of(4));
    batch.put("entries", Uint8Array.of(1), Uint8Array.of(5));
    const seen: string[] = [];
    const { bytes } = batch;
    WriteBatch.forEachByTable(bytes, (table, { isPut, keyAt, valueAt, end }) => {
      const value = isPut ? bytes.subarray(valueAt, end) : "deleted";
      seen.push(`${table} ${bytes.subarray(keyAt, valueAt)} ${value}`);
    });
    const expected = ["meta 3 3", "entries 2 2", "entries 1 5", "ids 1 1", "ids 1 deleted"];
    assert.deepEqual(seen, [...expected, "ids 1 4"]);
  });
});
