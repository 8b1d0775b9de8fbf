import assert from "node:assert/strict";
import { randomEntries, randomNumbers, randomVector } from "../support/random.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function searchManyContract(reach: Reach): void {
  describe("searchMany", () => {
    const suite = duringSuite(reach);
    const random = randomNumbers(31);
    const entries = randomEntries(random, 200, 6);
    const targets = Array.from({ length: 30 }, () => randomVector(random, 6));

    it("answers like as many searches, in the order of the targets", async () => {
      const store = await suite.newStore({ dimension: 6 });
      await store.set(entries);
      for (const options of [
        {},
        { limit: 1 },
        { limit: 300, metric: "euclidean" },
        { where: { number: { $lt: 20 } }, metric: "dot" },
        { maxDistance: 0.5, include: { vector: true, metadata: false } },
      ] as const) {
        const searches = targets.map((target) => store.search(target, options));
        const many = await store.searchMany(targets, options);
        assert.deepEqual(many, await Promise.all(searches));
      }
    });

    it("answers the same target twice with the same, each the caller's own", async () => {
      const store = await suite.newStore({ dimension: 6 });
      await store.set(entries);
      const [first, second] = await store.searchMany([targets[0], [...targets[0]]]);
      assert.deepEqual(first, second);
      Object.assign(first[0].metadata, { changed: true });
      assert.equal(second[0].metadata.changed, undefined);
    });

    it("answers no targets with nothing", async () => {
      const store = await suite.newStore({ dimension: 6 });
      assert.deepEqual(await store.searchMany([]), []);
    });

    it("answers every target of an empty store with no matches", async () => {
      const store = await suite.newStore({ dimension: 6 });
      assert.deepEqual(await store.searchMany(targets.slice(0, 3)), [[], [], []]);
    });

    it("refuses all where one target is wrong", async () => {
      const store = await suite.newStore({ dimension: 6 });
      await rejects(store.searchMany([targets[0], [1, 2]]), "DIMENSION_MISMATCH");
      const nan = [1, 2, 3, 4, 5, Number.NaN];
      await rejects(store.searchMany([targets[0], nan]), "INVALID_ARGUMENT");
    });
  });
}
