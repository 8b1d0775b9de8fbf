import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function setContract(reach: Reach): void {
  describe("set", () => {
    const suite = duringSuite(reach);
    let store: Store;
    beforeEach(async () => {
      store = await suite.newStore({ dimension: 2 });
    });

    it("takes one entry", async () => {
      const response = await store.set({ id: "a", vector: [1, 2], metadata: { n: 1 } });
      assert.deepEqual(Object.keys(response).sort(), ["inserted", "updated", "version"]);
      assert.deepEqual(counts(response), [1, 0]);
      const entry = await store.get("a");
      assert.deepEqual(entry, {
        id: "a",
        vector: Float32Array.of(1, 2),
        metadata: { n: 1 },
        version: response.version,
      });
    });

    it("takes an array, a set and a generator of entries", async () => {
      const entries = ["a", "b"].map((id) => ({ id, vector: [1, 2] }));
      assert.deepEqual(counts(await store.set(entries)), [2, 0]);
      assert.deepEqual(counts(await store.set(new Set(entries))), [0, 2]);
      function* generate() {
        yield* entries;
        yield { id: "c", vector: [3, 4] };
      }
      assert.deepEqual(counts(await store.set(generate())), [1, 2]);
    });

    it("writes nothing for no entries and says so with zeros", async () => {
      const before = (await store.info()).position;
      assert.deepEqual(await store.set([]), { inserted: 0, updated: 0, version: 0 });
      assert.equal((await store.info()).position, before);
    });

    it("replaces the whole entry", async () => {
      await store.set({ id: "a", vector: [1, 2], metadata: { old: 1, both: 1 } });
      await store.set({ id: "a", vector: [3, 4], metadata: { both: 2 } });
      const entry = await store.get("a");
      assert.deepEqual(entry?.metadata, { both: 2 });
      assert.deepEqual(entry?.vector, Float32Array.of(3, 4));
      await store.set({ id: "a", vector: [3, 4] });
      assert.deepEqual((await store.get("a"))?.metadata, {});
      assert.equal(await store.count(), 1);
    });

    it("lets the last win, and count once, when an id comes twice in a call", async () => {
      await store.set({ id: "there", vector: [0, 0] });
      const response = await store.set([
        { id: "a", vector: [1, 1] },
        { id: "there", vector: [1, 1] },
        { id: "a", vector: [2, 2] },
        { id: "there", vector: [2, 2] },
        { id: "a", vector: [3, 3], metadata: { last: true } },
      ]);
      assert.deepEqual(counts(response), [1, 1]);
      const [a, there] = await store.get(["a", "there"]);
      assert.deepEqual(a?.vector, Float32Array.of(3, 3));
      assert.deepEqual(a?.metadata, { last: true });
      assert.deepEqual(there?.vector, Float32Array.of(2, 2));
      assert.equal(await store.count(), 2);
      assert.equal((await store.search([3, 3], { metric: "euclidean" })).length, 2);
    });

    it("takes a content id and the same id in words for one entry", async () => {
      await store.set({ vector: [1, 2] });
      const [{ id }] = (await store.find()).entries;
      await store.delete(id);
      const response = await store.set([{ vector: [1, 2] }, { id, vector: [3, 4] }]);
      assert.deepEqual(counts(response), [1, 0]);
      assert.deepEqual((await store.get(id))?.vector, Float32Array.of(3, 4));
    });

    it("inserts only what is not there, all or nothing", async () => {
      await store.set({ id: "b", vector: [1, 1] }, { mode: "insert" });
      const entries = ["a", "b", "c"].map((id) => ({ id, vector: [2, 2] }));
      await rejects(store.set(entries, { mode: "insert" }), "ENTRY_EXISTS");
      assert.deepEqual(await idsOf(store), ["b"]);
      assert.deepEqual((await store.get("b"))?.vector, Float32Array.of(1, 1));
    });

    it("refuses to insert an id twice in a call", async () => {
      const entries = ["a", "b", "a"].map((id) => ({ id, vector: [2, 2] }));
      await rejects(store.set(entries, { mode: "insert" }), "ENTRY_EXISTS");
      assert.deepEqual(await idsOf(store), []);
    });

    it("replaces only what is there, all or nothing", async () => {
      await store.set([
        { id: "a", vector: [1, 1] },
        { id: "b", vector: [1, 1] },
      ]);
      const entries = ["a", "b", "c"].map((id) => ({ id, vector: [2, 2] }));
      await rejects(store.set(entries, { mode: "replace" }), "ENTRY_NOT_FOUND");
      assert.deepEqual((await store.get("a"))?.vector, Float32Array.of(1, 1));
      assert.equal(await store.count(), 2);
      const response = await store.set(entries.slice(0, 2), { mode: "replace" });
      assert.deepEqual(counts(response), [0, 2]);
      assert.deepEqual((await store.get("b"))?.vector, Float32Array.of(2, 2));
    });

    it("upserts by that name and by default", async () => {
      await store.set({ id: "a", vector: [1, 1] }, { mode: "upsert" });
      const again = await store.set({ id: "a", vector: [1, 1] }, { mode: "upsert" });
      assert.deepEqual(counts(again), [0, 1]);
    });

    it("writes none of a call's entries where one is refused", async () => {
      await store.set({ id: "there", vector: [1, 1] });
      for (const wrong of [[1, 2, 3], [Number.NaN, 0], []]) {
        const entries = [
          { id: "new", vector: [2, 2] },
          { id: "there", vector: [2, 2] },
          { id: "wrong", vector: wrong },
        ];
        await rejects(store.set(entries), ["INVALID_ARGUMENT", "DIMENSION_MISMATCH"]);
      }
      assert.deepEqual(await idsOf(store), ["there"]);
      assert.deepEqual((await store.get("there"))?.vector, Float32Array.of(1, 1));
    });

    it("writes more than one page of entries in one call", async () => {
      const entries = Array.from({ length: 450 }, (_, number) => ({
        id: `e${number}`,
        vector: [number, 1],
      }));
      const response = await store.set(entries);
      assert.deepEqual(counts(response), [450, 0]);
      assert.equal(await store.count(), 450);
      const { entries: found } = await store.find({ limit: 450 });
      assert.ok(found.every(({ version }) => version === response.version));
    });

    it("is seen by every kind of read once it is acknowledged", async () => {
      for (let round = 0; round < 20; round++) {
        await store.set({ id: "a", vector: [round, 1], metadata: { round } });
        const [got, found, matches, count] = await Promise.all([
          store.get("a"),
          store.find(),
          store.search([round, 1], { metric: "euclidean" }),
          store.count({ where: { round } }),
        ]);
        assert.deepEqual(got?.metadata, { round });
        assert.deepEqual(found.entries[0].metadata, { round });
        assert.deepEqual(matches, [{ id: "a", distance: 0, metadata: { round } }]);
        assert.equal(count, 1);
      }
    });
  });
}

function counts({ inserted, updated }: { inserted: number; updated: number }): number[] {
  return [inserted, updated];
}

async function idsOf(store: Store): Promise<string[]> {
  const { entries } = await store.find();
  return entries.map(({ id }) => id);
}
