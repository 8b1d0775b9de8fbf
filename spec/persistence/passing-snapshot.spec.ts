import assert from "node:assert/strict";
import { MemoryPersistence } from "../../lib/persistence/memory.js";
import { PassingSnapshot } from "../../lib/persistence/passing-snapshot.js";
import { WriteBatch } from "../../lib/persistence/write-batch.js";

describe("a passing snapshot", () => {
  let persistence: MemoryPersistence;
  let held: number;
  let snapshot: PassingSnapshot;
  const key = (n: number) => Uint8Array.of(1, n);
  const put = async (...numbers: number[]) => {
    const batch = new WriteBatch();
    for (const n of numbers) batch.put("entries", key(n), Uint8Array.of(n));
    await persistence.commit(batch);
  };
  const range = () => snapshot.range("entries", key(0), key(255));

  beforeEach(async () => {
    held = 0;
    persistence = new MemoryPersistence();
    snapshot = new PassingSnapshot(() => {
      const real = persistence.snapshot();
      held++;
      const release = () => {
        held--;
        real.release();
      };
      return { get: real.get.bind(real), range: real.range.bind(real), release };
    });
    await put(10, 20, 30, 40);
  });

  it("gives every row once, in order", () => {
    const values = [...range()].map(({ value }) => value[0]);
    assert.deepEqual(values, [10, 20, 30, 40]);
    snapshot.release();
    assert.equal(held, 0);
  });

  it("that is released between rows goes on from the latest, and holds nothing meanwhile", async () => {
    const values: (number | undefined)[] = [];
    for (const { value } of range()) {
      values.push(value[0]);
      if (value[0] !== 20) continue;
      snapshot.release();
      assert.equal(held, 0);
      await put(15, 25);
      const batch = new WriteBatch();
      batch.delete("entries", key(20));
      batch.delete("entries", key(40));
      await persistence.commit(batch);
    }
    assert.deepEqual(values, [10, 20, 25, 30]);
  });

  it("goes on from the latest backwards, too", async () => {
    const values: (number | undefined)[] = [];
    for (const { value } of snapshot.range("entries", key(0), key(255), true)) {
      values.push(value[0]);
      if (value[0] !== 30) continue;
      snapshot.release();
      await put(15, 35);
    }
    assert.deepEqual(values, [40, 30, 20, 15, 10]);
    snapshot.release();
    assert.equal(held, 0);
  });

  it("gives one row of the latest", async () => {
    assert.equal(snapshot.get("entries", key(10))?.[0], 10);
    snapshot.release();
    await put(11);
    assert.equal(snapshot.get("entries", key(11))?.[0], 11);
    snapshot.release();
  });
});
