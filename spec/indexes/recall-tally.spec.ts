import assert from "node:assert/strict";
import { RecallTally } from "../../lib/indexes/recall-tally.js";

describe("A tally of recall", () => {
  it("says the worst where nothing was tried, and no error of a single try", () => {
    const tally = new RecallTally();
    assert.deepEqual([tally.lost, tally.error, tally.cost], [1, 1, 0]);
    tally.add(0.5, 100);
    assert.deepEqual([tally.lost, tally.error, tally.cost], [0.5, 1, 100]);
  });

  it("gives the mean, its standard error and the mean cost", () => {
    const tally = new RecallTally();
    for (const lost of [0, 0.2, 0.4]) tally.add(lost, lost * 100);
    assert(Math.abs(tally.lost - 0.2) < 1e-12 && Math.abs(tally.cost - 20) < 1e-9);
    assert(Math.abs(tally.error - 0.2 / Math.sqrt(3)) < 1e-12);
  });
});
