import assert from "node:assert/strict";
import type { Where } from "../../lib/model/where.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function indexesContract(reach: Reach): void {
  describe("indexes", () => {
    const suite = duringSuite(reach);

    it("are made with a store, and told of by its info", async () => {
      const store = await suite.newStore({ dimension: 1, indexes: ["year", "director.name"] });
      const { indexes } = await store.info();
      assert.deepEqual(indexes, [
        { field: "year", progress: 1 },
        { field: "director.name", progress: 1 },
      ]);
      assert.deepEqual((await suite.newStore({ dimension: 1 }).then((s) => s.info())).indexes, []);
    });

    it("change no answer", async () => {
      const store = await suite.newStore({ dimension: 1, indexes: ["year", "director.name"] });
      const plain = await suite.newStore({ dimension: 1 });
      for (const one of [store, plain]) await one.set(films);
      for (const where of questions) {
        const answers = [store, plain].map(async (one) => [
          await one.count({ where }),
          (await one.find({ where })).entries.map(({ id }) => id),
          (await one.search([1], { where, limit: 50 })).map(({ id }) => id),
        ]);
        assert.deepEqual(await answers[0], await answers[1]);
      }
    });

    it("are made of what is there already, in the background", async () => {
      const store = await suite.newStore({ dimension: 1 });
      await store.set(films);
      assert.equal(await store.createIndex("year"), true);
      assert.equal(await store.createIndex("year"), false);
      assert.deepEqual((await store.info()).indexes, [{ field: "year", progress: 1 }]);
      assert.equal(await store.count({ where: { year: 1903 } }), 1);
    });

    it("follow every write", async () => {
      const store = await suite.newStore({ dimension: 1, indexes: ["year"] });
      const where = { year: 1950 };
      await store.set(films);
      await store.set({ id: "f3", vector: [1], metadata: { year: 1950 } });
      assert.equal(await store.count({ where }), 2);
      assert.equal(await store.update({ where }, { metadata: { year: 1800 } }), 2);
      assert.equal(await store.count({ where }), 0);
      assert.equal(await store.delete({ where: { year: { $lt: 1900 } } }), 2);
      assert.equal(await store.count({ where: { year: { $exists: true } } }), films.length - 2);
      await store.update("f4", { remove: ["year"] });
      assert.equal(await store.count({ where: { year: { $exists: false } } }), 1);
    });

    it("are dropped, and made again", async () => {
      const store = await suite.newStore({ dimension: 1, indexes: ["year"] });
      await store.set(films);
      assert.equal(await store.dropIndex("year"), true);
      assert.deepEqual((await store.info()).indexes, []);
      assert.equal(await store.count({ where: { year: 1903 } }), 1);
      await rejects(store.dropIndex("year"), "INDEX_NOT_FOUND");
      assert.equal(await store.dropIndex("year", { ifExists: true }), false);
      assert.equal(await store.createIndex("year"), true);
      assert.equal(await store.count({ where: { year: 1903 } }), 1);
    });

    it("stay with a store that gets another name", async () => {
      const store = await suite.newStore({ dimension: 1, indexes: ["year"] });
      await store.set(films);
      const name = suite.newName();
      await suite.engine.renameStore(store.name, name);
      const renamed = suite.engine.store(name);
      assert.deepEqual((await renamed.info()).indexes, [{ field: "year", progress: 1 }]);
      assert.equal(await renamed.count({ where: { year: 1903 } }), 1);
    });

    it("are refused of what no index helps with", async () => {
      const store = await suite.newStore({ dimension: 1 });
      const wide = { embedding: Array.from({ length: 100 }, (_, i) => i / 7) };
      await store.set({ id: "a", vector: [1], metadata: wide });
      await rejects(store.createIndex("embedding"), "INVALID_ARGUMENT");
      assert.deepEqual((await store.info()).indexes, []);
      for (const field of ["", "$gt", "\ud800", 5 as never]) {
        await rejects(store.createIndex(field), "INVALID_ARGUMENT");
        await rejects(store.dropIndex(field), "INVALID_ARGUMENT");
        await rejects(suite.newStore({ dimension: 1, indexes: [field] }), "INVALID_ARGUMENT");
      }
      await rejects(store.createIndex("x".repeat(513)), "LIMIT_EXCEEDED");
      await rejects(suite.newStore({ dimension: 1, indexes: ["a", "a"] }), "INVALID_ARGUMENT");
      await rejects(suite.newStore({ dimension: 1, indexes: 5 as never }), "INVALID_ARGUMENT");
      const none = suite.engine.store(suite.newName());
      await rejects(none.createIndex("a"), "STORE_NOT_FOUND");
    });

    it("of one store are 64", async () => {
      const fields = Array.from({ length: 65 }, (_, i) => `f${i}`);
      await rejects(suite.newStore({ dimension: 1, indexes: fields }), "LIMIT_EXCEEDED");
      const store = await suite.newStore({ dimension: 1, indexes: fields.slice(1) });
      await rejects(store.createIndex("more"), "LIMIT_EXCEEDED");
    });
  });
}

const films = Array.from({ length: 100 }, (_, i) => ({
  id: `f${i}`,
  vector: [i],
  metadata: { year: 1900 + i, director: { name: `Director ${i % 7}` } },
}));

const questions: readonly Where[] = [
  { year: 1910 },
  { year: { $gt: 1910, $lte: 1920 }, "director.name": "Director 3" },
  { year: { $in: [1901, 1902, "1903"] } },
  { "director.name": { $startsWith: "Director" }, year: { $ne: 1950 } },
  { $or: [{ year: 1910 }, { "director.name": "Director 1" }] },
  { $not: { "director.name": { $gte: "Director 2" } } },
  { year: { $exists: false } },
  { $or: [{ year: 1910 }, { title: "none" }] },
];
