import assert from "node:assert/strict";
import type { MetadataValue } from "../../lib/model/metadata.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function facetsContract(reach: Reach): void {
  describe("facets", () => {
    const suite = duringSuite(reach);

    for (const indexes of [[], ["a", "n", "b.c"]]) {
      const by = indexes.length === 0 ? "" : ", by indexes";

      it(`count the values of a field, the commonest first${by}`, async () => {
        const store = await suite.newStore({ dimension: 1, indexes });
        assert.deepEqual(await store.facets("a"), []);
        await store.set(
          Array.from({ length: 60 }, (_, n) => ({
            id: `e${n}`,
            vector: [n],
            metadata: { a: n % 10 === 0 ? "x" : n % 3, n, b: { c: n < 50 } },
          })),
        );
        assert.deepEqual(await store.facets("a"), [
          { value: 0, count: 18 },
          { value: 1, count: 18 },
          { value: 2, count: 18 },
          { value: "x", count: 6 },
        ]);
        assert.deepEqual(await store.facets("b.c", { where: { n: { $lt: 52 } } }), [
          { value: true, count: 50 },
          { value: false, count: 2 },
        ]);
        assert.deepEqual(await store.facets("a", { where: { n: { $in: [3, 4, 10] } } }), [
          { value: 0, count: 1 },
          { value: 1, count: 1 },
          { value: "x", count: 1 },
        ]);
        assert.deepEqual(await store.facets("n", { limit: 2 }), [
          { value: 0, count: 1 },
          { value: 1, count: 1 },
        ]);
        assert.deepEqual(await store.facets("none"), []);
        assert.deepEqual(await store.facets("a", { where: { n: -1 } }), []);
      });

      it(`tell values apart by type and content, and orders the equally common ones${by}`, async () => {
        const store = await suite.newStore({ dimension: 1, indexes });
        const long = "x".repeat(130);
        const values: MetadataValue[] = [
          ...[null, false, true, -1, 0, 1.5, "", "1", long, `${long}y`, "é"],
          ...[new Date(-1), new Date(1), new Uint8Array([1]), new Uint8Array([2])],
          ...[{ c: 1 }, { c: 2 }],
        ];
        await store.set(values.map((a, n) => ({ id: `e${n}`, vector: [n], metadata: { a } })));
        const expected = values.map((value) => ({ value, count: 1 }));
        assert.deepEqual(await store.facets("a"), expected);
        await store.set({ id: "zero", vector: [1], metadata: { a: -0 } });
        assert.deepEqual((await store.facets("a", { limit: 1 }))[0].count, 2);
      });

      it(`count a list for each of its elements, once${by}`, async () => {
        const store = await suite.newStore({ dimension: 1, indexes });
        const many = Array.from({ length: 300 }, (_, n) => `t${n}`);
        await store.set([
          { id: "1", vector: [1], metadata: { a: ["x", "y", "x"] } },
          { id: "2", vector: [1], metadata: { a: "x" } },
          { id: "3", vector: [1], metadata: { a: [["x"], { c: 1 }, "x"] } },
          { id: "4", vector: [1], metadata: { a: [] } },
          { id: "5", vector: [1], metadata: {} },
        ]);
        assert.deepEqual(await store.facets("a"), [
          { value: "x", count: 3 },
          { value: "y", count: 1 },
          { value: ["x"], count: 1 },
          { value: { c: 1 }, count: 1 },
        ]);
        await store.set({ id: "6", vector: [1], metadata: { a: [...many, "x"] } });
        const all = await store.facets("a", { limit: 1_000 });
        assert.equal(all.length, 304);
        assert.deepEqual(all[0], { value: "x", count: 4 });
      });

      it(`follow what is written, deleted and expires${by}`, async () => {
        const store = await suite.newStore({ dimension: 1, indexes });
        await store.set(
          ["x", "x", "y"].map((a, n) => ({ id: `e${n}`, vector: [n], metadata: { a } })),
        );
        await store.update("e0", { metadata: { a: "y" } });
        await store.delete("e1");
        await store.set({ id: "soon", vector: [1], metadata: { a: "z" }, ttlMs: 1 });
        while ((await store.get("soon")) !== undefined) await suite.engine.ping();
        assert.deepEqual(await store.facets("a"), [{ value: "y", count: 2 }]);
        const where = { a: { $gt: "a" } };
        assert.deepEqual(await store.facets("a", { where }), [{ value: "y", count: 2 }]);
      });
    }

    it("refuse what is no field, no limit and no predicate", async () => {
      const store = await suite.newStore({ dimension: 1 });
      for (const field of ["", "$eq", 5, null, undefined, ["a"], "\ud800"]) {
        await rejects(store.facets(field as never), "INVALID_ARGUMENT");
      }
      await rejects(store.facets("x".repeat(513)), "LIMIT_EXCEEDED");
      await rejects(store.facets("a", { limit: 0 }), "INVALID_ARGUMENT");
      await rejects(store.facets("a", { limit: 10_001 }), "LIMIT_EXCEEDED");
      await rejects(store.facets("a", { where: { a: { $x: 1 } } as never }), "INVALID_ARGUMENT");
      const missing = suite.engine.store(suite.newName());
      await rejects(missing.facets("a"), "STORE_NOT_FOUND");
    });
  });
}
