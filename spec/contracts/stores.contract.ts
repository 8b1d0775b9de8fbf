import assert from "node:assert/strict";
import type { Engine } from "../../lib/handles/engine.js";
import type { Query } from "../../lib/model/query.js";
import { duringSuite, type Reach, withEngine } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function storesContract(reach: Reach): void {
  describe("stores", () => {
    const suite = duringSuite(reach);

    it("makes a store that is empty and says what it is", async () => {
      const name = suite.newName();
      const store = await suite.engine.createStore(name, { dimension: 3, metric: "dot" });
      assert.equal(store.name, name);
      const { bytes, graph, position, ...info } = await store.info();
      const is = { name, dimension: 3, metric: "dot", vectors: "memory" };
      assert.deepEqual(info, { ...is, entries: 0, indexes: [] });
      assert.deepEqual(graph, { entries: 0 });
      assert.deepEqual(Object.keys(bytes).sort(), ["disk", "memory"]);
      assert.ok(bytes.memory >= 0 && bytes.disk >= 0);
      assert.equal(typeof position, "string");
    });

    it("measures by cosine unless told otherwise", async () => {
      const store = await suite.newStore({ dimension: 3 });
      assert.equal((await store.info()).metric, "cosine");
    });

    it("refuses to make a store twice", async () => {
      const name = suite.newName();
      await suite.engine.createStore(name, { dimension: 3 });
      await rejects(suite.engine.createStore(name, { dimension: 3 }), "STORE_EXISTS");
    });

    it("takes a store that is there for made where ifNotExists is given", async () => {
      const store = await suite.newStore({ dimension: 1, metric: "dot" });
      await store.set({ id: "kept", vector: [1] });
      const options = { dimension: 1, metric: "dot", ifNotExists: true } as const;
      const again = await suite.engine.createStore(store.name, options);
      assert.equal(await again.count(), 1);
    });

    it("makes a store that is not there where ifNotExists is given", async () => {
      const store = await suite.newStore({ dimension: 3, ifNotExists: true });
      assert.equal(await store.count(), 0);
    });

    it("refuses ifNotExists where dimension or metric differ", async () => {
      const { name } = await suite.newStore({ dimension: 3, metric: "dot" });
      for (const options of [
        { dimension: 4, metric: "dot" },
        { dimension: 3, metric: "euclidean" },
        { dimension: 3 },
      ] as const) {
        const again = suite.engine.createStore(name, { ...options, ifNotExists: true });
        await rejects(again, "STORE_EXISTS");
      }
      const { dimension, metric } = await suite.engine.store(name).info();
      assert.deepEqual({ dimension, metric }, { dimension: 3, metric: "dot" });
    });

    it("answers createStore with whether it made one", async () => {
      const ask = { store: suite.newName(), dimension: 2, ifNotExists: true };
      assert.equal(await suite.engine.execute({ kind: "createStore", ...ask }), true);
      assert.equal(await suite.engine.execute({ kind: "createStore", ...ask }), false);
    });

    it("makes one store when many ask for it at once", async () => {
      const ask = { kind: "createStore", store: suite.newName(), dimension: 2 } as const;
      const asked = Array.from({ length: 8 }, () =>
        suite.engine.execute({ ...ask, ifNotExists: true }),
      );
      const made = await Promise.all(asked);
      assert.equal(made.filter((one) => one).length, 1);
    });

    it("takes names of every allowed form and keeps them apart", async () => {
      const base = suite.newName();
      const names = [base, `${base}.a_B-9`, `${base}/${base}`, `${base}/x`, "n".repeat(128)];
      names.push(`${"m".repeat(128)}/${"n".repeat(128)}`);
      for (const [number, name] of names.entries()) {
        const store = await suite.engine.createStore(name, { dimension: 1 });
        await store.set({ id: "own", vector: [number] });
      }
      for (const [number, name] of names.entries()) {
        const entry = await suite.engine.store(name).get("own");
        assert.deepEqual(entry?.vector, Float32Array.of(number), name);
      }
    });

    it("gives a handle without asking whether the store is there", async () => {
      const name = suite.newName();
      const store = suite.engine.store(name);
      assert.equal(store.name, name);
      await rejects(store.count(), "STORE_NOT_FOUND");
      await suite.engine.createStore(name, { dimension: 2 });
      assert.equal(await store.count(), 0);
    });

    it("drops a store with all that is in it", async () => {
      const store = await suite.newStore({ dimension: 2 });
      await store.set({ id: "a", vector: [1, 2] });
      assert.equal(await suite.engine.dropStore(store.name), true);
      await rejects(store.get("a"), "STORE_NOT_FOUND");
    });

    it("refuses to drop a store that is not there, unless ifExists is given", async () => {
      const name = suite.newName();
      await rejects(suite.engine.dropStore(name), "STORE_NOT_FOUND");
      assert.equal(await suite.engine.dropStore(name, { ifExists: true }), false);
      await suite.engine.createStore(name, { dimension: 2 });
      assert.equal(await suite.engine.dropStore(name, { ifExists: true }), true);
    });

    it("begins a store made again after a drop empty, whatever it is made of", async () => {
      const { name } = await suite.newStore({ dimension: 2 });
      const store = suite.engine.store(name);
      await store.set([
        { id: "a", vector: [1, 2], metadata: { old: true } },
        { id: "b", vector: [3, 4] },
      ]);
      await suite.engine.dropStore(name);
      await suite.engine.createStore(name, { dimension: 3, metric: "dot" });
      assert.equal(await store.count(), 0);
      assert.equal(await store.get("a"), undefined);
      assert.deepEqual(await store.search([1, 2, 3]), []);
      assert.deepEqual((await store.find()).entries, []);
      await store.set({ id: "a", vector: [1, 2, 3] });
      assert.deepEqual((await store.get("a"))?.metadata, {});
      assert.equal((await store.info()).entries, 1);
    });

    it("counts the entries of a store in its info", async () => {
      const store = await suite.newStore({ dimension: 2 });
      await store.set([
        { id: "a", vector: [1, 2] },
        { id: "b", vector: [1, 2] },
      ]);
      assert.equal((await store.info()).entries, 2);
      await store.delete("a");
      assert.equal((await store.info()).entries, 1);
    });

    it("moves the position of a store with each of its writes", async () => {
      const store = await suite.newStore({ dimension: 2 });
      const positions = [(await store.info()).position];
      for (const id of ["a", "b", "a"]) {
        await store.set({ id, vector: [1, 2] });
        positions.push((await store.info()).position);
      }
      assert.equal(new Set(positions).size, 4);
      assert.equal((await store.info()).position, positions[3]);
    });

    for (const [kind, ask] of Object.entries(asksOfAStore)) {
      it(`answers STORE_NOT_FOUND to ${kind} without a store`, async () => {
        const asked = { kind, store: suite.newName(), ...ask } as Query;
        await rejects(suite.engine.execute(asked), "STORE_NOT_FOUND");
      });
    }
  });

  describe("lists of stores", () => {
    it("are of one engine: another shares nothing with it", () =>
      withEngine(reach, (engine) =>
        withEngine(reach, async (other) => {
          const store = await engine.createStore("s", { dimension: 1 });
          await store.set({ id: "a", vector: [1] });
          await rejects(other.store("s").get("a"), "STORE_NOT_FOUND");
          await other.createStore("s", { dimension: 2 });
          assert.equal(await other.store("s").count(), 0);
          await other.close();
          assert.equal(await store.count(), 1);
        }),
      ));

    it("lists stores ordered by name, all or of one namespace", () =>
      withEngine(reach, async (engine) => {
        const names = ["b", "a", "Z", "n/b", "n/a", "n.x/a", "n", "a/a", "a.b", "10", "9", "_"];
        for (const name of names) await engine.createStore(name, { dimension: 1 });
        assert.deepEqual(await namesOf(engine), [...names].sort());
        assert.deepEqual(await namesOf(engine, "n"), ["n/a", "n/b"]);
        assert.deepEqual(await namesOf(engine, "a"), ["a/a"]);
        assert.deepEqual(await namesOf(engine, "none"), []);
        const [first] = await engine.listStores();
        assert.deepEqual(first, await engine.store("10").info());
      }));

    it("drops every store of a namespace and no other", () =>
      withEngine(reach, async (engine) => {
        for (const name of ["n/a", "n/b", "n", "n.a", "m/a", "m/n"]) {
          await engine.createStore(name, { dimension: 1 });
        }
        assert.equal(await engine.dropNamespace("n"), 2);
        assert.deepEqual(await namesOf(engine), ["m/a", "m/n", "n", "n.a"]);
        assert.equal(await engine.dropNamespace("n"), 0);
        await engine.createStore("n/a", { dimension: 2 });
        assert.equal(await engine.store("n/a").count(), 0);
      }));

    it("tells how many stores and entries the engine has, and its limits", () =>
      withEngine(reach, async (engine) => {
        const empty = await engine.info();
        assert.deepEqual([empty.stores, empty.entries], [0, 0]);
        for (const name of ["a", "b"]) {
          const store = await engine.createStore(name, { dimension: 1 });
          await store.set([{ vector: [1] }, { vector: [2] }]);
        }
        const info = await engine.info();
        assert.deepEqual([info.stores, info.entries], [2, 4]);
        assert.notEqual(info.position, empty.position);
        assert.equal(info.limits.limit, 10_000);
        assert.equal(info.limits.idBytes, 512);
        assert.match(info.version, /^\d+\.\d+\.\d+/);
        assert.match(info.protocol, /^\d+\.\d+$/);
        assert.ok(Number.isSafeInteger(info.threads) && info.threads >= 0);
        assert.ok(info.startedAt > 0 && info.startedAt <= Date.now() + 60_000);
        assert.ok(info.bytes.memory >= 0 && info.bytes.disk >= 0);
      }));
  });
}

async function namesOf(engine: Engine, namespace?: string): Promise<string[]> {
  const stores = await engine.listStores({ namespace });
  return stores.map(({ name }) => name);
}

/** Each kind that names a store which must be there, with what else it asks. */
const asksOfAStore = {
  dropStore: {},
  alterStore: { ttlMs: 5 },
  createIndex: { field: "n" },
  dropIndex: { field: "n", ifExists: true },
  renameStore: { to: "other" },
  storeInfo: {},
  set: { entries: [] },
  get: { keys: [] },
  find: {},
  count: {},
  delete: { target: [] },
  search: { target: [1, 2] },
  searchMany: { targets: [] },
};
