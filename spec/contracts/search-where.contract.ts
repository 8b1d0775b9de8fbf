import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import { metrics } from "../../lib/model/metric.js";
import type { Where } from "../../lib/model/where.js";
import { assertNearest } from "../support/naive-search.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { duringSuite, type Reach } from "../support/reach.js";

export function searchWhereContract(reach: Reach): void {
  describe("search with where", () => {
    const suite = duringSuite(reach);
    const count = 600;
    const dimension = 8;
    const random = randomNumbers(23);
    const target = randomVector(random, dimension);
    const entries = Array.from({ length: count }, (_, number) => {
      const vector = randomVector(random, dimension);
      // Correlated with the distance: the far half is "far", so a filter may leave only what is last.
      const far = vector.reduce((sum, element, i) => sum + element * target[i], 0) < 0;
      return { id: `e${number}`, vector, metadata: { number, far } };
    });
    let store: Store;
    before(async () => {
      store = await suite.newStore({ dimension });
      await store.set(entries);
    });

    for (const allowed of [0, 1, 2, 9, 10, 11, 60, 300, 599, 600]) {
      it(`finds the nearest where ${allowed} of ${count} are allowed`, async () => {
        const where = { number: { $lt: allowed } };
        const candidates = entries.filter(({ metadata }) => metadata.number < allowed);
        for (const metric of metrics) {
          const matches = await store.search(target, { where, metric });
          assertNearest(matches, candidates, target, metric, 10);
        }
      });
    }

    it("finds as many as asked for where the allowed are the farthest", async () => {
      for (const far of [true, false]) {
        const candidates = entries.filter(({ metadata }) => metadata.far === far);
        for (const limit of [1, 100, candidates.length]) {
          const matches = await store.search(target, { where: { far }, limit });
          assertNearest(matches, candidates, target, "cosine", limit);
        }
      }
    });

    it("finds the one allowed that is farthest of all", async () => {
      const all = await store.search(target, { limit: count });
      const [last] = all.slice(-1);
      const matches = await store.search(target, { where: { number: last.metadata.number } });
      assert.deepEqual(matches, [last]);
    });

    it("joins where, maxDistance and limit", async () => {
      const all = await store.search(target, { limit: count });
      const maxDistance = all[100].distance;
      const where: Where = { number: { $gte: 300 } };
      const expected = all
        .filter(({ distance }) => distance <= maxDistance)
        .filter(({ metadata }) => (metadata.number as number) >= 300);
      assert.deepEqual(await store.search(target, { where, maxDistance, limit: count }), expected);
      const few = await store.search(target, { where, maxDistance, limit: 5 });
      assert.deepEqual(few, expected.slice(0, 5));
    });

    it("takes an empty predicate for none", async () => {
      assert.deepEqual(await store.search(target, { where: {} }), await store.search(target));
    });
  });
}
