import assert from "node:assert/strict";
import { betweenCurves } from "../../lib/indexes/between-curves.js";
import { LimitCurves } from "../../lib/indexes/limit-curves.js";
import { RecallCurve } from "../../lib/indexes/recall-curve.js";

function curvesOf(lost: readonly number[], limit = 10): LimitCurves {
  const rungs = lost.map((share, i) => ({
    ...{ setting: limit * (i + 1), queries: 1_000, lost: share, error: share / 10 },
    cost: 100 * (i + 1),
  }));
  return new LimitCurves(limit, new RecallCurve("logarithmic", limit, rungs));
}

describe("what is lost between two measurements", () => {
  const lostOf = (hidden: readonly number[], made: readonly number[]): number[] => {
    const [curves] = betweenCurves([curvesOf(hidden)], [curvesOf(made)]);
    return curves.widths.rungs.map(({ lost }) => Number(lost.toFixed(6)));
  };

  it("is their geometric mean", () => {
    assert.deepEqual(lostOf([0.4, 0.09], [0.1, 0.04]), [0.2, 0.06]);
  });

  it("is never more than hidden vectors lose", () => {
    assert.deepEqual(lostOf([0.4, 0.05], [0.6, 0.05]), [0.4, 0.05]);
  });

  it("is small, and not nothing, where one of them loses nothing", () => {
    const [lost] = lostOf([0.01], [0]);
    assert.ok(lost > 0 && lost < 0.001, `${lost}`);
    assert.ok(lostOf([0], [0])[0] === 0);
  });

  it("reaches as far as both do, for limits that both have", () => {
    assert.deepEqual(lostOf([0.4, 0.09, 0.01], [0.1]), [0.2]);
    assert.deepEqual(betweenCurves([curvesOf([0.4])], [curvesOf([0.4], 3)]), []);
  });

  it("has an error smaller than either's, since both are of samples of their own", () => {
    const [curves] = betweenCurves([curvesOf([0.4])], [curvesOf([0.1])]);
    const { error, cost, queries } = curves.widths.rungs[0];
    assert.ok(error < 0.2 / 10 && error > 0.1 / 10);
    assert.deepEqual([cost, queries], [100, 1_000]);
  });
});
