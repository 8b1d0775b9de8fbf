import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function expiryContract(reach: Reach): void {
  describe("expiry", () => {
    let now = 1_800_000_000_000;
    const suite = duringSuite(reach, { clock: { now: () => now } });
    const vector = [1, 2];
    let store: Store;
    beforeEach(async () => {
      store = await suite.newStore({ dimension: 2 });
    });

    it("takes an entry away when its time has come, and not before", async () => {
      await store.set([
        { id: "brief", vector, ttlMs: 10 },
        { id: "long", vector, ttlMs: 1_000 },
      ]);
      assert.equal((await store.get("brief"))?.expiresAt, now + 10);
      now += 9;
      assert.equal(await store.count(), 2);
      now += 1;
      assert.equal(await store.get("brief"), undefined);
      assert.equal((await store.get("long"))?.expiresAt, now + 990);
    });

    it("leaves entries without a time to live for ever, and says nothing of it", async () => {
      await store.set([
        { id: "a", vector },
        { id: "b", vector, ttlMs: null },
      ]);
      now += 2 ** 40;
      const entries = await store.get(["a", "b"]);
      assert.deepEqual(
        entries.map((entry) => entry && Object.keys(entry).sort()),
        Array(2).fill(["id", "metadata", "vector", "version"]),
      );
    });

    it("is that of the store for entries that say nothing", async () => {
      const brief = await suite.newStore({ dimension: 2, ttlMs: 10 });
      assert.equal((await brief.info()).ttlMs, 10);
      assert.equal("ttlMs" in (await store.info()), false);
      await brief.set([
        { id: "a", vector },
        { id: "b", vector, ttlMs: null },
        { id: "c", vector, ttlMs: 20 },
      ]);
      now += 10;
      const { entries } = await brief.find();
      assert.deepEqual(
        entries.map(({ id, expiresAt }) => [id, expiresAt]),
        [
          ["b", undefined],
          ["c", now + 10],
        ],
      );
    });

    it("of a store is altered for what is set from then on", async () => {
      const { engine } = suite;
      await store.set({ id: "before", vector });
      assert.equal(await engine.alterStore(store.name, { ttlMs: 10 }), undefined);
      assert.equal((await store.info()).ttlMs, 10);
      await store.set({ id: "brief", vector });
      await engine.alterStore(store.name, {});
      assert.equal((await store.info()).ttlMs, 10);
      await engine.alterStore(store.name, { ttlMs: null });
      assert.equal("ttlMs" in (await store.info()), false);
      await store.set({ id: "after", vector });
      now += 10;
      const ids = (await store.find()).entries.map(({ id }) => id);
      assert.deepEqual(ids, ["after", "before"]);
      for (const ttlMs of [0, -1, 1.5, "5", 2 ** 48]) {
        const change = { ttlMs: ttlMs as number };
        await rejects(engine.alterStore(store.name, change), "INVALID_ARGUMENT");
      }
      const change = { metric: "dot" } as object;
      await rejects(engine.alterStore(store.name, change), "INVALID_ARGUMENT");
      await rejects(engine.alterStore(suite.newName(), { ttlMs: 1 }), "STORE_NOT_FOUND");
    });

    it("goes along with a store that is renamed", async () => {
      const name = suite.newName();
      await store.set({ id: "a", vector, ttlMs: 10 });
      await suite.engine.renameStore(store.name, name);
      assert.equal(await suite.engine.store(name).count(), 1);
      now += 10;
      assert.equal(await suite.engine.store(name).count(), 0);
    });

    it("is replaced with the rest of the entry by the next set", async () => {
      await store.set({ id: "a", vector, ttlMs: 10 });
      await store.set({ id: "a", vector, ttlMs: 20 });
      now += 10;
      assert.equal((await store.get("a"))?.expiresAt, now + 10);
      await store.set({ id: "a", vector });
      now += 10;
      assert.equal((await store.get("a"))?.expiresAt, undefined);
    });

    it("hides entries from every read, and from every search leaves the full limit", async () => {
      const entries = Array.from({ length: 300 }, (_, i) => {
        return { id: `${i}`, vector: [1, i], metadata: { i }, ttlMs: i % 3 === 0 ? null : 10 };
      });
      await store.set(entries);
      await store.search(vector);
      now += 10;
      const living = entries.filter(({ ttlMs }) => ttlMs === null).map(({ id }) => id);
      assert.equal(await store.count(), 100);
      assert.equal(await store.count({ where: { i: { $lt: 30 } } }), 10);
      assert.equal((await store.info()).entries, 100);
      const listed = await suite.engine.listStores();
      assert.equal(listed.find(({ name }) => name === store.name)?.entries, 100);
      const iterated: string[] = [];
      for await (const { id } of store) iterated.push(id);
      assert.deepEqual(iterated, [...living].sort());
      const page = await store.find({ limit: 60, where: { i: { $gte: 0 } } });
      const rest = await store.find({ limit: 60, where: { i: { $gte: 0 } }, cursor: page.cursor });
      assert.deepEqual([...page.entries, ...rest.entries].map(({ id }) => id).sort(), iterated);
      const nearest = { metric: "euclidean", limit: 80 } as const;
      const expected = living.slice(0, 80);
      const ids = (matches: readonly { id: string }[]) => matches.map(({ id }) => id);
      assert.deepEqual(ids(await store.search([1, 0], nearest)), expected);
      const [first, second] = await store.searchMany(
        [
          [1, 0],
          [1, 299],
        ],
        nearest,
      );
      assert.deepEqual(ids(first ?? []), expected);
      assert.deepEqual(ids(second ?? []), living.slice(-80).reverse());
      const where = { i: { $gte: 10 } };
      const some = living.filter((id) => Number(id) >= 10).slice(0, 80);
      assert.deepEqual(ids(await store.search([1, 0], { ...nearest, where })), some);
    });

    it("makes an entry absent as an example and as an answer", async () => {
      await store.set([
        { id: "gone", vector, ttlMs: 1 },
        { id: "there", vector },
      ]);
      now += 1;
      await rejects(store.search({ near: ["gone"] }), "ENTRY_NOT_FOUND");
      await rejects(store.search({ near: ["there"], awayFrom: ["gone"] }), "ENTRY_NOT_FOUND");
      assert.deepEqual(await store.search({ near: ["there"] }), []);
    });

    it("makes an entry absent for writes", async () => {
      const ids = ["insert", "version", "upsert", "replace", "delete", "where"];
      await store.set(ids.map((id) => ({ id, vector, metadata: { id }, ttlMs: 1 })));
      now += 1;
      const set = (id: string, options?: { mode: "insert" | "replace" }) =>
        store.set({ id, vector }, options);
      await rejects(set("replace", { mode: "replace" }), "ENTRY_NOT_FOUND");
      const inserted = await set("insert", { mode: "insert" });
      assert.deepEqual([inserted.inserted, inserted.updated], [1, 0]);
      const upserted = await set("upsert");
      assert.deepEqual([upserted.inserted, upserted.updated], [1, 0]);
      const guarded = await store.set({ id: "version", vector, ifVersion: 0 });
      assert.equal(guarded.inserted, 1);
      assert.equal(await store.delete("delete"), 0);
      assert.equal(await store.delete({ where: { id: "where" } }), 0);
      assert.equal(await store.count(), 3);
      assert.equal(await store.delete({ all: true }), 3);
      assert.equal(await store.count(), 0);
    });

    it("stays what it was in an update, unless the patch says another", async () => {
      await store.set([
        { id: "a", vector, ttlMs: 10 },
        { id: "b", vector, ttlMs: 10 },
        { id: "c", vector, ttlMs: 10 },
        { id: "d", vector },
      ]);
      now += 5;
      await store.update("a", { metadata: { n: 1 } });
      await store.update("b", { vector: [3, 4] });
      await store.update(["c", "d"], { ttlMs: 20, metadata: { n: 2 } });
      const expiries = async (ids: string[]) =>
        (await store.get(ids)).map((entry) => entry && (entry.expiresAt ?? 0) - now);
      assert.deepEqual(await expiries(["a", "b", "c", "d"]), [5, 5, 20, 20]);
      assert.equal(await store.update("c", { ttlMs: null }), 1);
      now += 5;
      assert.deepEqual(await expiries(["a", "b", "c", "d"]), [undefined, undefined, -now, 15]);
      assert.equal(await store.update({ all: true }, { ttlMs: 1, vector: [5, 6] }), 2);
      now += 1;
      assert.equal(await store.count(), 0);
      assert.deepEqual(await store.search(vector), []);
      for (const ttlMs of [0, -1, 1.5, Number.NaN, "5", 2 ** 48] as number[]) {
        await rejects(store.update("a", { ttlMs }), "INVALID_ARGUMENT");
      }
    });

    it("makes an entry absent for updates, guards and moves", async () => {
      const gone = { vector: [7, 7], metadata: { n: 1 }, ttlMs: 10 };
      await store.set([gone, { vector: [8, 8] }]);
      now += 10;
      assert.equal(await store.update([[7, 7]], { metadata: { n: 2 } }), 0);
      assert.equal(await store.update({ where: { n: 1 } }, { metadata: { n: 2 } }), 0);
      assert.equal(await store.delete([[7, 7]], { ifVersion: 0 }), 0);
      assert.equal(await store.update([[8, 8]], { vector: [7, 7] }), 1);
      assert.equal(await store.count(), 1);
      const [there] = await store.get([[7, 7]]);
      assert.deepEqual([there?.metadata, there?.expiresAt], [{}, undefined]);
      assert.equal((await store.search([7, 7], { metric: "euclidean", maxDistance: 0 })).length, 1);
    });

    it("lets the same id come and go within a pipeline and a call", async () => {
      await store.set([
        { id: "a", vector, ttlMs: 1 },
        { id: "a", vector, ttlMs: 5 },
      ]);
      const ask = (ttlMs: number | null) =>
        ({ kind: "set", store: store.name, entries: [{ id: "a", vector, ttlMs }] }) as const;
      await suite.engine.pipeline([ask(1), ask(null), ask(2), ask(3)]);
      assert.equal((await store.get("a"))?.expiresAt, now + 3);
      now += 3;
      assert.equal(await store.count(), 0);
      await suite.engine.pipeline([ask(1), ask(null)]);
      now += 3;
      assert.equal(await store.count(), 1);
    });

    it("of any length up to 2^48 - 1 ms is kept, others are refused and change nothing", async () => {
      await store.set({ id: "a", vector, ttlMs: 2 ** 48 - 1 });
      assert.equal((await store.get("a"))?.expiresAt, 2 ** 48 - 1);
      for (const ttlMs of [0, -1, 0.5, Number.NaN, 2 ** 48, Number.POSITIVE_INFINITY, "5"]) {
        const entries = [{ id: "b", vector, ttlMs: ttlMs as number }];
        await rejects(store.set(entries), "INVALID_ARGUMENT");
        const options = { dimension: 2, ttlMs: ttlMs as number };
        await rejects(suite.engine.createStore(suite.newName(), options), "INVALID_ARGUMENT");
      }
      assert.equal(await store.count(), 1);
    });
  });
}
