import assert from "node:assert/strict";
import { SlotQueue } from "../../lib/indexes/slot-queue.js";

describe("a queue of slots", () => {
  it("gives them in the order in which they came, as an array does, whatever is taken out between", () => {
    const queue = new SlotQueue();
    let model: number[] = [];
    let next = 0;
    for (let round = 0; round < 60; round++) {
      for (let i = 0; i < 200; i++, next++) {
        queue.push(next);
        model.push(next);
      }
      for (let i = 0; i < (round % 3) * 120; i++) assert.equal(queue.shift(), model.shift());
      if (round % 20 === 7) {
        const gone = new Set(model.filter((slot) => slot % 5 === 0));
        queue.without(gone);
        model = model.filter((slot) => !gone.has(slot));
      }
      assert.equal(queue.first, model[0]);
      assert.equal(queue.size, model.length);
    }
    while (model.length > 0) assert.equal(queue.shift(), model.shift());
    assert.equal(queue.size, 0);
  });

  it("has nothing first and nothing to take where it is empty", () => {
    const queue = new SlotQueue();
    assert.equal(queue.first, undefined);
    assert.equal(queue.shift(), undefined);
    queue.push(7);
    assert.equal(queue.shift(), 7);
    assert.equal(queue.shift(), undefined);
  });
});
