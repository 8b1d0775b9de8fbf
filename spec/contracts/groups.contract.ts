import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import type { Metadata } from "../../lib/model/metadata.js";
import { metrics } from "../../lib/model/metric.js";
import type { SearchOptions } from "../../lib/model/options.js";
import { naiveEngine } from "../support/naive-engine.js";
import { randomNumbers } from "../support/random.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

/** Coordinates are small integers, so that all arithmetic is exact, and much ties. */
export function groupsContract(reach: Reach): void {
  describe("search with groupBy or diversity", () => {
    const suite = duringSuite(reach);
    const count = 700;
    const random = randomNumbers(31);
    const draw = (below: number): number => Math.floor(random() * below);
    const entries = Array.from({ length: count }, (_, n) => {
      const far = n % 7 === 0 ? 9 : 0;
      const metadata: Metadata = {
        n,
        half: n % 2 === 0,
        // One value for most, and one each for some of the farthest.
        skew: far === 0 ? "most" : n,
        deep: { some: draw(40) },
        list: [draw(3), "x"],
        mixed: [null, 1, "1", true, new Date(1), { a: 1 }][draw(6)],
        ...(n % 5 > 0 && { sparse: draw(6) }),
      };
      return { id: `e${n}`, vector: [draw(6) + far, draw(6) - far, draw(6) + 1], metadata };
    });
    const naive = naiveEngine();
    let store: Store;
    let told: Store;
    before(async () => {
      store = await suite.newStore({ dimension: 3, metric: "euclidean", indexes: ["n", "list"] });
      told = await naive.createStore("told", { dimension: 3, metric: "euclidean" });
      for (const one of [store, told]) await one.set(entries);
    });
    const same = async (options: SearchOptions, target: number[] = [3, 3, 3]) => {
      const matches = await store.search(target, { recall: 1, ...options });
      assert.deepEqual(matches, await told.search(target, { recall: 1, ...options }));
      return matches;
    };

    it("gives so many of each value, nearest first, and counts values", async () => {
      for (const field of ["deep.some", "list", "mixed", "sparse", "half", "n"]) {
        for (const [limit, each] of [
          [1, 1],
          [3, 1],
          [4, 3],
          [7, 20],
          [100, 2],
        ]) {
          await same({ groupBy: { field, limit: each }, limit });
        }
      }
    });

    it("finds values that only the farthest have, and fills every group", async () => {
      for (const [limit, each] of [
        [2, 1],
        [30, 1],
        [2, 50],
        [101, 9],
        [1_000, 3],
      ]) {
        const matches = await same({ groupBy: { field: "skew", limit: each }, limit });
        const values = new Set(matches.map(({ metadata }) => metadata?.skew));
        assert.equal(values.size, Math.min(limit, 101));
      }
    });

    it("leaves out what has no such field, and may find nothing", async () => {
      const matches = await same({ groupBy: { field: "sparse", limit: 1_000 }, limit: 6 });
      assert.equal(matches.length, entries.filter(({ metadata }) => "sparse" in metadata).length);
      assert.deepEqual(await same({ groupBy: { field: "none", limit: 3 } }), []);
      assert.deepEqual(await same({ groupBy: { field: "skew.a", limit: 3 } }), []);
    });

    it("groups what a predicate allows, within maxDistance, in every metric", async () => {
      const groupBy = { field: "deep.some", limit: 2 };
      for (const metric of metrics) {
        await same({ groupBy, metric, where: { half: true }, limit: 12 });
        await same({ groupBy, metric, maxDistance: metric === "dot" ? -20 : 2, limit: 50 });
        await same({ groupBy, metric, where: { n: { $lt: 9 } }, limit: 50 });
        await same({ diversity: 0.4, metric, where: { list: { $contains: 1 } }, limit: 12 });
        await same({ diversity: 0.4, metric, maxDistance: metric === "dot" ? -20 : 2 });
      }
      assert.deepEqual(await same({ groupBy, where: { n: -1 } }), []);
    });

    it("gives as many groups and matches at any recall", async () => {
      const options = { recall: 0.5, limit: 40 };
      const grouped = await store.search([3, 3, 3], {
        ...options,
        groupBy: { field: "skew", limit: 1 },
      });
      assert.equal(new Set(grouped.map(({ metadata }) => metadata.skew)).size, 40);
      assert.equal((await store.search([3, 3, 3], { ...options, diversity: 0.5 })).length, 40);
    });

    it("chooses matches that differ, nearest first", async () => {
      for (const diversity of [0, 0.25, 0.5, 0.75, 1]) {
        for (const limit of [1, 2, 10, 40]) await same({ diversity, limit });
      }
      const plain = await store.search([3, 3, 3], { recall: 1 });
      assert.deepEqual(await same({ diversity: 0 }), plain);
      assert.notDeepEqual(await same({ diversity: 0.9 }), plain);
    });

    it("groups what is near examples and away from others, without them", async () => {
      const examples = { near: ["e1", "e2"], awayFrom: ["e3"] };
      for (const options of [
        { groupBy: { field: "n", limit: 2 }, limit: 50 },
        { groupBy: { field: "half", limit: 3 } },
        { diversity: 0.5, where: { n: { $lt: 40 } } },
      ]) {
        const matches = await store.search(examples, { recall: 1, ...options });
        assert.deepEqual(matches, await told.search(examples, { recall: 1, ...options }));
        assert.ok(matches.every(({ id }) => !["e1", "e2", "e3"].includes(id)));
      }
    });

    it("answers each of several targets, with what is included", async () => {
      const targets = [
        [3, 3, 3],
        [0, 1, 2],
        [9, -9, 1],
      ];
      const include = { vector: true, metadata: false };
      for (const options of [{ groupBy: { field: "mixed", limit: 2 } }, { diversity: 0.3 }]) {
        const answers = await store.searchMany(targets, { recall: 1, ...options, include });
        for (const [i, target] of targets.entries()) {
          assert.deepEqual(answers[i], await same({ ...options, include }, target));
        }
      }
    });

    it("is explained", async () => {
      const query = { kind: "search", store: store.name, target: [3, 3, 3] } as const;
      const groupBy = { field: "half", limit: 2 };
      const plan = await suite.engine.explain({ ...query, groupBy });
      assert.equal(plan.matched, 4);
      assert.ok(plan.examined >= count);
      assert.equal((await suite.engine.explain({ ...query, diversity: 0.5, limit: 3 })).matched, 3);
    });

    it("refuses groups and diversity that are too many, and both together", async () => {
      const search = (options: object) => store.search([1, 1, 1], options);
      const groupBy = { field: "n", limit: 101 };
      await rejects(search({ groupBy, limit: 100 }), "LIMIT_EXCEEDED");
      await rejects(search({ diversity: 0.5, limit: 501 }), "LIMIT_EXCEEDED");
      await rejects(
        search({ diversity: 0.5, groupBy: { field: "n", limit: 1 } }),
        "INVALID_ARGUMENT",
      );
    });
  });
}
