import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import { type Metric, metrics } from "../../lib/model/metric.js";
import { assertNearest, naivelyNearest } from "../support/naive-search.js";
import { randomEntries, randomNumbers, randomVector } from "../support/random.js";
import { duringSuite, type Reach } from "../support/reach.js";

export function searchContract(reach: Reach): void {
  describe("search", () => {
    const suite = duringSuite(reach);

    for (const metric of metrics) {
      for (const dimension of [1, 3, 17, 100]) {
        it(`finds what float64 brute force finds by ${metric} in ${dimension} dimensions`, async () => {
          const random = randomNumbers(dimension);
          const entries = randomEntries(random, 250, dimension);
          const store = await suite.newStore({ dimension, metric });
          await store.set(entries);
          for (const limit of [1, 10, 250]) {
            const target = randomVector(random, dimension);
            const matches = await store.search(target, { limit, recall: 1 });
            assertNearest(matches, entries, target, metric, limit);
          }
        });
      }
    }

    it("measures by the metric of the call where one is given", async () => {
      const random = randomNumbers(7);
      const entries = randomEntries(random, 60, 5);
      const target = randomVector(random, 5);
      for (const own of metrics) {
        const store = await suite.newStore({ dimension: 5, metric: own });
        await store.set(entries);
        for (const metric of metrics) {
          const matches = await store.search(target, { metric, limit: 60 });
          assertNearest(matches, entries, target, metric, 60);
        }
        assertNearest(await store.search(target), entries, target, own, 10);
      }
    });

    it("gives distances that anyone can work out", async () => {
      const store = await suite.newStore({ dimension: 2 });
      await store.set([
        { id: "same", vector: [1, 0] },
        { id: "across", vector: [0, 4] },
        { id: "against", vector: [-3, 0] },
      ]);
      const distances = async (metric: Metric) =>
        (await store.search([1, 0], { metric })).map(({ id, distance }) => [id, distance]);
      assert.deepEqual(await distances("cosine"), [
        ["same", 0],
        ["across", 1],
        ["against", 2],
      ]);
      assert.deepEqual(await distances("euclidean"), [
        ["same", 0],
        ["against", 4],
        ["across", Math.sqrt(17)],
      ]);
      const byDot = await distances("dot");
      assert.deepEqual(
        byDot.map(([id, distance]) => [id, Number(distance) + 0]),
        [
          ["same", -1],
          ["across", 0],
          ["against", 3],
        ],
      );
    });

    it("orders ties by the UTF-8 bytes of their ids, also where the limit cuts them", async () => {
      const ids = ["\u{1f680}", "b", "\uffff", "a", "Z", "é", "aa", "\ue000", "0"];
      const vectors = [
        [2, 1, 2],
        [5, 5, 5],
      ];
      for (const metric of metrics) {
        const store = await suite.newStore({ dimension: 3, metric });
        const entries = ids.map((id, n) => ({
          id,
          vector: Float32Array.from(vectors[n % 4 === 3 ? 1 : 0]),
        }));
        await store.set(entries);
        const target = Float32Array.of(2, 1, 2);
        const expected = naivelyNearest(entries, target, metric).map(({ id }) => id);
        for (let limit = 1; limit <= ids.length; limit++) {
          const matches = await store.search(target, { limit });
          assert.deepEqual(idsOf(matches), expected.slice(0, limit));
        }
      }
    });

    it("orders integer vectors exactly", async () => {
      const random = randomNumbers(3);
      const entries = randomEntries(random, 300, 4).map((entry) => ({
        ...entry,
        vector: entry.vector.map((element) => Math.round(element * 2)),
      }));
      for (const metric of ["euclidean", "dot"] as const) {
        const store = await suite.newStore({ dimension: 4, metric });
        await store.set(entries);
        for (const limit of [1, 7, 50, 300]) {
          const target = randomVector(random, 4).map((element) => Math.round(element * 2));
          const expected = naivelyNearest(entries, target, metric).slice(0, limit);
          assert.deepEqual(idsOf(await store.search(target, { limit })), idsOf(expected));
        }
      }
    });

    it("tells apart what float32 arithmetic cannot", async () => {
      const store = await suite.newStore({ dimension: 3, metric: "euclidean" });
      const near = 1 + 2 ** -23;
      await store.set([
        { id: "a", vector: [4_096, near, 1 + 2 ** -22] },
        { id: "b", vector: [4_096, near, 1] },
        { id: "c", vector: [4_096, 1, 1] },
      ]);
      assert.deepEqual(idsOf(await store.search([-4_096, 0, 0])), ["c", "b", "a"]);
      assert.deepEqual(idsOf(await store.search([-4_096, 0, 0], { limit: 1 })), ["c"]);
    });

    it("holds a zero vector at distance 1 from everything by cosine", async () => {
      const store = await suite.newStore({ dimension: 2 });
      await store.set([
        { id: "along", vector: [1, 0] },
        { id: "against", vector: [-1, 0] },
        { id: "tiny", vector: [9e-19, 0] },
        { id: "zero", vector: [0, -0] },
      ]);
      assert.deepEqual(pairsOf(await store.search([2, 0])), [
        ["along", 0],
        ["tiny", 1],
        ["zero", 1],
        ["against", 2],
      ]);
      for (const target of [
        [0, 0],
        [0, 9e-19],
      ]) {
        assert.deepEqual(pairsOf(await store.search(target)), [
          ["against", 1],
          ["along", 1],
          ["tiny", 1],
          ["zero", 1],
        ]);
      }
    });

    for (const metric of metrics) {
      it(`takes norms from the tiniest to 1e18 by ${metric}`, async () => {
        const random = randomNumbers(11);
        const scales = [2e-18, 1e-12, 1e-6, 1, 1e6, 1e12, 5e17];
        const entries = scales.flatMap((scale) =>
          [0, 1, 2].map((n) => ({
            id: `${scale}-${n}`,
            vector: randomVector(random, 3).map((element) => (element * scale) / 2 || scale),
          })),
        );
        const store = await suite.newStore({ dimension: 3, metric });
        await store.set(entries);
        for (const { vector: target } of entries) {
          const matches = await store.search(target, { limit: entries.length });
          assert.ok(matches.every(({ distance }) => Number.isFinite(distance)));
          assertNearest(matches, entries, target, metric, entries.length);
        }
      });
    }

    it("searches with the largest norm there is", async () => {
      const store = await suite.newStore({ dimension: 1, metric: "euclidean" });
      const largest = Math.fround(1e18);
      await store.set([
        { id: "a", vector: [1e18] },
        { id: "b", vector: [-1e18] },
      ]);
      assert.deepEqual(pairsOf(await store.search([1e18])), [
        ["a", 0],
        ["b", 2 * largest],
      ]);
    });

    describe("answers", () => {
      let store: Store;
      before(async () => {
        store = await suite.newStore({ dimension: 1, metric: "euclidean" });
        await store.set(
          Array.from({ length: 25 }, (_, n) => ({
            id: `e${String(n).padStart(2, "0")}`,
            vector: [n],
            metadata: { n },
          })),
        );
      });

      it("with ten matches unless told otherwise", async () => {
        assert.equal((await store.search([0])).length, 10);
        assert.equal((await store.search([0], { limit: undefined })).length, 10);
      });

      it("with all there are where there are fewer than the limit", async () => {
        for (const limit of [24, 25, 26, 10_000]) {
          const matches = await store.search([0], { limit });
          assert.equal(matches.length, Math.min(25, limit));
        }
      });

      it("with nothing from an empty store", async () => {
        const empty = await suite.newStore({ dimension: 2 });
        assert.deepEqual(await empty.search([1, 2]), []);
      });

      it("with metadata and without vectors, unless told otherwise", async () => {
        const shapes = [
          [undefined, ["distance", "id", "metadata"]],
          [{}, ["distance", "id", "metadata"]],
          [{ vector: true }, ["distance", "id", "metadata", "vector"]],
          [{ metadata: false }, ["distance", "id"]],
          [{ metadata: false, vector: true }, ["distance", "id", "vector"]],
          [{ metadata: true, vector: false }, ["distance", "id", "metadata"]],
        ] as const;
        for (const [include, names] of shapes) {
          const [match] = await store.search([3], { include, limit: 1 });
          assert.deepEqual(Object.keys(match).sort(), names);
        }
        const [match] = await store.search([3], { include: { vector: true } });
        assert.deepEqual(match.vector, Float32Array.of(3));
        assert.deepEqual(match.metadata, { n: 3 });
      });

      it("with what is not farther than maxDistance, the bound included", async () => {
        const ids = async (maxDistance: number) =>
          idsOf(await store.search([4], { maxDistance, limit: 25 }));
        assert.deepEqual(await ids(0), ["e04"]);
        assert.deepEqual(await ids(1), ["e04", "e03", "e05"]);
        assert.deepEqual(await ids(1.999), ["e04", "e03", "e05"]);
        assert.deepEqual(await ids(-1), []);
        assert.equal((await ids(1e9)).length, 25);
        const byDot = await store.search([2], { metric: "dot", maxDistance: -46, limit: 25 });
        assert.deepEqual(idsOf(byDot), ["e24", "e23"]);
      });

      it("with the same whatever recall is asked for, while every search is exact", async () => {
        const exact = await store.search([7], { recall: 1 });
        for (const recall of [Number.MIN_VALUE, 0.5, 0.95, 0.999]) {
          assert.deepEqual(await store.search([7], { recall }), exact);
        }
      });

      it("with matches that are the caller's", async () => {
        const options = { include: { vector: true }, limit: 2 } as const;
        const [first] = await store.search([3], options);
        first.vector.fill(99);
        Object.assign(first.metadata, { n: 99 });
        const [again] = await store.search([3], options);
        assert.deepEqual(again.vector, Float32Array.of(3));
        assert.deepEqual(again.metadata, { n: 3 });
      });

      it("to many searches at once, each with its own", async () => {
        const searches = Array.from({ length: 25 }, (_, n) => store.search([n], { limit: 1 }));
        const found = (await Promise.all(searches)).map(([match]) => match.metadata.n);
        assert.deepEqual(
          found,
          Array.from({ length: 25 }, (_, n) => n),
        );
      });
    });

    it("finds an overwritten entry at its new place only", async () => {
      const store = await suite.newStore({ dimension: 1, metric: "euclidean" });
      await store.set([
        { id: "a", vector: [0] },
        { id: "b", vector: [10] },
      ]);
      for (const place of [20, 0, 5]) {
        await store.set({ id: "a", vector: [place] });
        const distances = new Map(pairsOf(await store.search([0])));
        assert.deepEqual([...distances].sort(), [
          ["a", place],
          ["b", 10],
        ]);
      }
    });
  });
}

function idsOf(matches: readonly { id: string }[]): string[] {
  return matches.map(({ id }) => id);
}

function pairsOf(matches: readonly { id: string; distance: number }[]): [string, number][] {
  return matches.map(({ id, distance }) => [id, distance]);
}
