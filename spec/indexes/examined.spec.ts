import assert from "node:assert/strict";
import { mergeNearest } from "../../lib/indexes/merge.js";
import type { IndexSearch } from "../../lib/indexes/vector-index.js";
import { openIndexes } from "../support/open-indexes.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { unaligned } from "./oracle.js";

describe("what an exact search says that it examined", () => {
  const open = openIndexes();
  const random = randomNumbers(4);
  const count = 3_000;
  const rows = Array.from({ length: count }, () => randomVector(random, 16));
  const targets = Array.from({ length: 70 }, () => randomVector(random, 16));

  for (const threads of [0, 2]) {
    it(`is every vector that it sees, once, with ${threads} threads`, async () => {
      const index = open({ threads, atOnceMs: 0 }).create(16);
      for (const [i, row] of rows.entries()) index.add(i, unaligned(row), i < 2_000 ? 1 : 2);
      for (let i = 0; i < 100; i++) index.kill(i, 3);
      const [within, without, none] = [index.select(), index.select(), index.select()];
      for (let i = 0; i < count; i += 3) within.add(i);
      for (let i = 0; i < count; i += 2) without.add(i);
      const examined = async (more: Partial<IndexSearch>) => {
        const request: IndexSearch = { targets, metric: "cosine", limit: 5, sequence: 2, ...more };
        const found = await index.search(request);
        assert.equal(found.length, request.targets.length);
        assert.ok(found.every(({ plan }) => plan === "exact"));
        return [...new Set(found.map((nearest) => nearest.examined))];
      };
      assert.deepEqual(await examined({}), [3_000]);
      assert.deepEqual(await examined({ limit: 2_999, targets: targets.slice(0, 1) }), [3_000]);
      assert.deepEqual(await examined({ sequence: 1 }), [2_000]);
      assert.deepEqual(await examined({ sequence: 3 }), [2_900]);
      assert.deepEqual(await examined({ within }), [1_000]);
      assert.deepEqual(await examined({ without }), [1_500]);
      assert.deepEqual(await examined({ without, sequence: 3 }), [1_450]);
      assert.deepEqual(await examined({ within: none }), [0]);
    });
  }

  it("is the sum of its parts, and by a graph if one of them is", () => {
    const part = (plan: "exact" | "graph", examined: number, distance: number) => {
      const [ordinals, distances] = [Float64Array.of(examined), Float64Array.of(distance)];
      return { ordinals, distances, plan, examined };
    };
    const merged = mergeNearest([part("graph", 3, 0.5), part("exact", 10, 0.25)], 2);
    assert.deepEqual([merged.plan, merged.examined], ["graph", 13]);
    assert.deepEqual([...merged.ordinals], [10, 3]);
    const other = mergeNearest([part("exact", 3, 0.5), part("graph", 10, 0.25)], 1);
    assert.deepEqual([other.plan, other.examined], ["graph", 13]);
    const exact = mergeNearest([part("exact", 1, 1), part("exact", 2, 2)], 1);
    assert.deepEqual([exact.plan, exact.examined], ["exact", 3]);
  });
});
