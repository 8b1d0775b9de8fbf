import assert from "node:assert/strict";
import type { Engine } from "../../lib/handles/engine.js";
import type { Store } from "../../lib/handles/store.js";
import type { CallOptions } from "../../lib/model/options.js";
import { query } from "../../lib/model/query.js";
import { randomEntries, randomNumbers, randomVector } from "../support/random.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { errorOf, rejects } from "../support/rejects.js";

export function callsContract(reach: Reach): void {
  describe("calls", () => {
    const suite = duringSuite(reach);
    let store: Store;
    beforeEach(async () => {
      store = await suite.newStore({ dimension: 2 });
      await store.set({ id: "there", vector: [1, 2] });
    });

    for (const [method, call] of Object.entries(methods)) {
      it(`aborted beforehand change nothing: ${method}`, async () => {
        const signal = AbortSignal.abort();
        const promise = call(suite.engine, store, { signal });
        const error = await rejects(promise, "ABORTED");
        assert.equal(error.name, "AbortError");
        assert.equal(await store.count(), 1);
        assert.equal((await store.get("there"))?.vector[0], 1);
      });

      it(`go on as ever with a signal and time to spare: ${method}`, async () => {
        const fresh = await suite.newStore({ dimension: 2 });
        await fresh.set({ id: "there", vector: [1, 2] });
        const { signal } = new AbortController();
        const promise = call(suite.engine, fresh, { signal, timeoutMs: 60_000 });
        assert.equal(await errorOf(promise), undefined);
      });

      it(`refuse an impossible timeoutMs: ${method}`, async () => {
        for (const timeoutMs of [0, -1, 1.5, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY, "5"]) {
          const promise = call(suite.engine, store, { timeoutMs: timeoutMs as number });
          await rejects(promise, "INVALID_ARGUMENT");
        }
        assert.equal(await store.count(), 1);
      });
    }

    it("that write tell the truth when they are aborted on the way", async () => {
      const fresh = await suite.newStore({ dimension: 2 });
      for (let n = 0; n < 24; n++) {
        const controller = new AbortController();
        const size = n % 3 === 0 ? 300 : 2;
        const entries = Array.from({ length: size }, (_, part) => ({
          id: `e${n}-${part}`,
          vector: [n, part],
        }));
        const set = fresh.set(entries, { signal: controller.signal });
        for (let turn = n >> 2; turn > 0; turn--) await new Promise(setImmediate);
        controller.abort();
        const error = await errorOf(set);
        const there = await fresh.get(entries.map(({ id }) => id));
        const written = there.filter((entry) => entry !== undefined).length;
        if (error === undefined) assert.equal(written, size);
        else if ((await rejects(set, ["ABORTED", "OUTCOME_UNKNOWN"])).code === "ABORTED") {
          assert.equal(written, 0);
        } else assert.ok(written === 0 || written === size);
      }
    });

    it("that search give up or answer when they are aborted on the way", async () => {
      const { targets, heavy } = await heavyStore(suite.engine, suite.newName());
      const whole = await heavy.searchMany(targets);
      for (const wait of [0, 1, 2, 5]) {
        const controller = new AbortController();
        const search = heavy.searchMany(targets, { signal: controller.signal });
        for (let turn = 0; turn < wait; turn++) await new Promise(setImmediate);
        controller.abort();
        const error = await errorOf(search);
        if (error === undefined) assert.deepEqual(await search, whole);
        else assert.equal((await rejects(search, "ABORTED")).name, "AbortError");
      }
      assert.deepEqual(await heavy.searchMany(targets), whole);
    });

    it("that take too long end with TIMEOUT or with their answer", async () => {
      const { targets, heavy } = await heavyStore(suite.engine, suite.newName());
      const search = heavy.searchMany(targets, { timeoutMs: 1 });
      const error = await errorOf(search);
      if (error !== undefined) {
        const { name, retryable } = await rejects(search, "TIMEOUT");
        assert.deepEqual({ name, retryable }, { name: "TimeoutError", retryable: true });
      }
      assert.equal((await heavy.searchMany(targets)).length, targets.length);
    });

    it("never throw, but reject", async () => {
      const wrong: unknown[] = [undefined, null, 5, "x", Symbol("x"), () => 1, [[]], { x: 1 }];
      for (const value of wrong) {
        const given = value as never;
        const { engine } = suite;
        const promises = [
          engine.createStore(given, given),
          engine.createStore(suite.newName(), given),
          engine.dropStore(given, given),
          engine.alterStore(given, given),
          store.createIndex(given, given),
          store.dropIndex(given, given),
          engine.renameStore(given, given),
          engine.dropNamespace(given),
          engine.execute(given),
          engine.pipeline(given),
          engine.store(given).count(),
          store.set(given),
          store.load(given),
          store.get(given),
          store.delete(given),
          store.search(given),
          store.searchMany(given),
          store.find(given),
          store.count(given),
          store.facets(given, given),
          engine.listStores(given),
        ];
        for (const promise of promises) assert.ok(promise instanceof Promise);
        await Promise.allSettled(promises);
      }
      assert.equal(await store.count(), 1);
    });

    it("on a handle with an impossible name reject", async () => {
      const handle = suite.engine.store("not a name");
      await rejects(handle.count(), "INVALID_ARGUMENT");
      await rejects(handle.set([]), "INVALID_ARGUMENT");
      await rejects(handle.entries().next(), "INVALID_ARGUMENT");
    });

    it("refuse a signal that is none", async () => {
      const options = { signal: {} as AbortSignal };
      await rejects(store.count(options), "INVALID_ARGUMENT");
    });

    it("of one engine run side by side", async () => {
      const calls = Array.from({ length: 100 }, (_, n) =>
        n % 2 === 0 ? store.count() : suite.engine.ping(),
      );
      const answers = await Promise.all(calls);
      assert.ok(answers.every((answer, n) => n % 2 === 1 || answer === 1));
    });
  });
}

/** A store and targets whose searches are some work. */
async function heavyStore(engine: Engine, name: string) {
  const random = randomNumbers(5);
  const heavy = await engine.createStore(name, { dimension: 64 });
  await heavy.load(randomEntries(random, 500, 64));
  const targets = Array.from({ length: 40 }, () => randomVector(random, 64));
  return { heavy, targets };
}

type Call = (engine: Engine, store: Store, options: CallOptions) => Promise<unknown>;

const methods: { readonly [method: string]: Call } = {
  createStore: (engine, store, options) =>
    engine.createStore(`${store.name}.more`, { dimension: 2, ifNotExists: true, ...options }),
  dropStore: (engine, store, options) =>
    engine.dropStore(`${store.name}.none`, { ifExists: true, ...options }),
  alterStore: (engine, store, options) => engine.alterStore(store.name, { ttlMs: null }, options),
  createIndex: (_, store, options) => store.createIndex("n", options),
  dropIndex: (_, store, options) => store.dropIndex("n", { ifExists: true, ...options }),
  renameStore: (engine, store, options) => engine.renameStore(store.name, store.name, options),
  dropNamespace: (engine, _, options) => engine.dropNamespace("none", options),
  listStores: (engine, _, options) => engine.listStores(options),
  info: (engine, _, options) => engine.info(options),
  clients: (engine, _, options) => engine.clients(options),
  ping: (engine, _, options) => engine.ping(options),
  execute: (engine, store, options) =>
    engine.execute(query.delete({ store: store.name, target: "there" }), options),
  pipeline: (engine, store, options) =>
    engine.pipeline([query.delete({ store: store.name, target: "there" })], options),
  set: (_, store, options) => store.set({ id: "there", vector: [7, 7] }, options),
  load: (_, store, options) => store.load([{ id: "there", vector: [7, 7] }], options),
  "get one": (_, store, options) => store.get("there", options),
  "get many": (_, store, options) => store.get(["there"], options),
  delete: (_, store, options) => store.delete({ all: true }, options),
  find: (_, store, options) => store.find(options),
  entries: (_, store, options) => store.entries(options).next(),
  count: (_, store, options) => store.count(options),
  facets: (_, store, options) => store.facets("n", options),
  search: (_, store, options) => store.search([1, 2], options),
  searchMany: (_, store, options) => store.searchMany([[1, 2]], options),
  "store info": (_, store, options) => store.info(options),
};
