import assert from "node:assert/strict";
import { Journal } from "../../lib/persistence/journal.js";

describe("the journal of a compaction", () => {
  const mebibyte = 1024 * 1024;
  let journal: Journal;
  beforeEach(() => {
    journal = new Journal();
  });

  it("gives what came, in order, small batches together and large ones alone", () => {
    const batches = [[1, 2], [3], Array(mebibyte).fill(4), [5], [6]].map((b) => Uint8Array.from(b));
    for (const batch of batches) journal.add(batch);
    assert.equal(journal.bytes, mebibyte + 5);
    const taken = journal.take();
    assert.deepEqual(
      taken.map(({ length }) => length),
      [3, mebibyte, 2],
    );
    assert.deepEqual([...(taken[0] ?? []), ...(taken[2] ?? [])], [1, 2, 3, 5, 6]);
    assert.equal(journal.bytes, 0);
    assert.deepEqual(journal.take(), []);
  });

  it("lets commits go on while little is behind, and else with the next step", async () => {
    await journal.room();
    for (let i = 0; i < 33; i++) journal.add(new Uint8Array(mebibyte));
    let isThrough = false;
    const waiting = journal.room().then(() => {
      isThrough = true;
    });
    await new Promise(setImmediate);
    assert.ok(!isThrough);
    journal.stepped();
    await waiting;
    assert.ok(isThrough);
    const next = journal.room();
    journal.take();
    journal.stepped();
    await next;
    await journal.room();
  });
});
