import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function deleteContract(reach: Reach): void {
  describe("delete", () => {
    const suite = duringSuite(reach);
    let store: Store;
    beforeEach(async () => {
      store = await suite.newStore({ dimension: 1 });
      await store.set([
        ...["a", "b", "c", "d"].map((id, n) => ({ id, vector: [n], metadata: { n } })),
        { vector: [9], metadata: { n: 9 } },
      ]);
    });

    it("removes an entry by its id and tells that there was one", async () => {
      assert.equal(await store.delete("b"), 1);
      assert.deepEqual(await numbersOf(store), [0, 2, 3, 9]);
      assert.equal(await store.get("b"), undefined);
    });

    it("counts nothing for an id that is not there", async () => {
      assert.equal(await store.delete("never"), 0);
      assert.equal(await store.delete("b"), 1);
      assert.equal(await store.delete("b"), 0);
      assert.equal(await store.count(), 4);
    });

    it("removes by keys, each once, and passes over what is not there", async () => {
      assert.equal(await store.delete(["a", "never", "c", "a"]), 2);
      assert.deepEqual(await numbersOf(store), [1, 3, 9]);
    });

    it("removes by a vector key the entry with its content's id", async () => {
      assert.equal(await store.delete([[0], Float32Array.of(9)]), 1);
      assert.deepEqual(await numbersOf(store), [0, 1, 2, 3]);
    });

    it("removes what a predicate allows", async () => {
      assert.equal(await store.delete({ where: { n: { $gte: 2 } } }), 3);
      assert.deepEqual(await numbersOf(store), [0, 1]);
      assert.equal(await store.delete({ where: { n: { $gte: 2 } } }), 0);
    });

    it("removes all when that is said, and leaves the store", async () => {
      assert.equal(await store.delete({ all: true }), 5);
      assert.equal(await store.count(), 0);
      assert.deepEqual(await store.search([1]), []);
      assert.equal(await store.delete({ all: true }), 0);
      await store.set({ id: "a", vector: [1] });
      assert.equal(await store.count(), 1);
    });

    it("removes more than one page by a predicate, and all of many", async () => {
      const many = Array.from({ length: 1_200 }, (_, n) => ({
        id: `m${n}`,
        vector: [n],
        metadata: { many: n },
      }));
      await store.set(many);
      assert.equal(await store.delete({ where: { many: { $lt: 700 } } }), 700);
      assert.equal(await store.count(), 505);
      assert.equal(await store.delete({ all: true }), 505);
      assert.equal(await store.count(), 0);
    });

    it("does nothing for no keys", async () => {
      assert.equal(await store.delete([]), 0);
      assert.equal(await store.count(), 5);
    });

    it("never takes a predicate that always holds for all", async () => {
      const always = [{}, { $and: [] }, { n: { $nin: [] } }, { $not: { $or: [] } }, { $or: [{}] }];
      for (const where of always) {
        await rejects(store.delete({ where }), "INVALID_ARGUMENT");
        assert.equal(await store.count({ where }), 5);
      }
      assert.equal(await store.delete({ where: { $not: {} } }), 0);
      assert.equal(await store.count(), 5);
    });

    it("never takes an empty predicate, or nothing, for all", async () => {
      const targets = [{ where: {} }, {}, { all: false }, { where: undefined }, undefined, null];
      for (const target of [...targets, { all: true, where: { n: 1 } }, 5, true, ""]) {
        await rejects(store.delete(target as never), "INVALID_ARGUMENT");
      }
      assert.equal(await store.count(), 5);
    });

    it("takes entries out of searches at once", async () => {
      await store.delete("a");
      const matches = await store.search([0], { metric: "euclidean" });
      assert.deepEqual(
        matches.map(({ metadata }) => metadata.n),
        [1, 2, 3, 9],
      );
    });

    it("lets the same id begin anew", async () => {
      const before = await store.get("a");
      await store.delete("a");
      await store.set({ id: "a", vector: [7] });
      const after = await store.get("a");
      assert.deepEqual(after?.metadata, {});
      assert.deepEqual(after?.vector, Float32Array.of(7));
      assert.ok(Number(after?.version) > Number(before?.version));
    });
  });
}

async function numbersOf(store: Store): Promise<unknown[]> {
  const { entries } = await store.find();
  return entries.map(({ metadata }) => metadata.n as number).sort((a, b) => a - b);
}
