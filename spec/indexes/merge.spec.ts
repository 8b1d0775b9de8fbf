import assert from "node:assert/strict";
import { mergeNearest } from "../../lib/indexes/merge.js";
import type { Nearest } from "../../lib/indexes/vector-index.js";

describe("The nearest of several parts", () => {
  const part = (
    plan: Nearest["plan"],
    ...pairs: readonly (readonly [number, number])[]
  ): Nearest => ({
    ordinals: Float64Array.from(pairs, ([ordinal]) => ordinal),
    distances: Float64Array.from(pairs, ([, distance]) => distance),
    plan,
    examined: pairs.length,
  });

  it("are none of no parts", () => {
    const { ordinals, distances, examined } = mergeNearest([], 3);
    assert.deepEqual([ordinals.length, distances.length, examined], [0, 0, 0]);
  });

  it("are in order, up to the last that ties, from a graph where any part is", () => {
    const merged = mergeNearest(
      [part("exact", [1, 0.1], [4, 0.5]), part("graph", [2, 0.5], [3, 0.5], [5, 0.6])],
      2,
    );
    assert.deepEqual([...merged.ordinals], [1, 2, 3, 4]);
    assert.deepEqual([merged.plan, merged.examined], ["graph", 5]);
    assert.equal(mergeNearest([part("graph", [1, 1]), part("exact", [2, 2])], 1).plan, "graph");
    assert.equal(mergeNearest([part("exact", [1, 1]), part("exact")], 1).plan, "exact");
  });
});
