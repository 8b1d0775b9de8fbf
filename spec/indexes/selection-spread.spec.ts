import assert from "node:assert/strict";
import { reachOf, SelectionSpread } from "../../lib/indexes/selection-spread.js";

describe("The spread of a selection", () => {
  it("is that of one drawn by lot at first", () => {
    assert.equal(new SelectionSpread(1).reachFor(10), 10);
    assert.equal(new SelectionSpread(0.5).reachFor(10), 21);
    assert.equal(new SelectionSpread(0.1).reachFor(1), 19);
  });

  it("follows what searches find, whatever their limits were", () => {
    const spread = new SelectionSpread(0.5);
    for (let i = 0; i < 200; i++) spread.note(i % 2 === 0 ? 10 : 1, i % 2 === 0 ? 109 : 19);
    assert.equal(spread.reachFor(10), 109);
    for (let i = 0; i < 200; i++) spread.note(10, 10);
    assert.equal(spread.reachFor(10), 10);
  });

  it("is tried at first, then now and then", () => {
    const spread = new SelectionSpread(0.5);
    const tried = Array.from({ length: 72 }, () => spread.isToBeTried);
    assert.equal(tried.filter(Boolean).length, 12);
    assert(tried.slice(0, 8).every(Boolean));
  });

  it("takes what lies evenly to reach as far as its last, and what lies at the end to reach farther", () => {
    assert.equal(reachOf((1 + 2 + 3 + 4) / 4), 4);
    assert.equal(reachOf(100), 199);
  });
});
