import assert from "node:assert/strict";
import type { Engine } from "../../lib/handles/engine.js";
import { type Query, type QueryKind, queryKinds } from "../../lib/model/query.js";
import { duringSuite, type Reach } from "../support/reach.js";

export function executeContract(reach: Reach): void {
  describe("execute", () => {
    const suite = duringSuite(reach);

    for (const kind of queryKinds) {
      if (kind === "shutdown" || kind === "backup") continue; // Only for servers: their specs say how.
      it(`answers ${kind} like the handle's method`, async () => {
        const { name } = await suite.newStore({ dimension: 1, metric: "euclidean" });
        const store = suite.engine.store(name);
        await store.set(entries);
        const { ask, call } = pairs[kind];
        const executed = await suite.engine.execute({ kind, ...ask(name) } as Query);
        await suite.engine.dropStore(name, { ifExists: true });
        await suite.engine.createStore(name, { dimension: 1, metric: "euclidean" });
        await store.set(entries);
        const called = await call(suite.engine, name);
        assert.deepEqual(comparable(executed), comparable(called));
      });
    }

    it("answers kinds that ask for nothing with what they are about", async () => {
      assert.equal(await suite.engine.execute({ kind: "ping" }), null);
      assert.ok(Array.isArray(await suite.engine.execute({ kind: "clients" })));
      assert.ok((await suite.engine.execute({ kind: "info" })).stores >= 0);
    });

    it("takes undefined fields for absent ones", async () => {
      const { name: store } = await suite.newStore({ dimension: 1 });
      const ask = { store, where: undefined, limit: undefined, cursor: undefined };
      const page = await suite.engine.execute({ kind: "find", ...ask, include: undefined });
      assert.deepEqual(page, { entries: [] });
    });

    it("measures a ping in milliseconds", async () => {
      const milliseconds = await suite.engine.ping();
      assert.ok(Number.isFinite(milliseconds) && milliseconds >= 0);
    });
  });
}

const entries = [
  { id: "a", vector: [1], metadata: { n: 1 } },
  { id: "b", vector: [2], metadata: { n: 2 } },
];

interface Pair {
  ask(store: string): object;
  call(engine: Engine, store: string): Promise<unknown>;
}

const pairs: { readonly [K in Exclude<QueryKind, "shutdown" | "backup">]: Pair } = {
  ping: { ask: () => ({}), call: (engine) => engine.ping().then(() => null) },
  info: { ask: () => ({}), call: (engine) => engine.info() },
  clients: { ask: () => ({}), call: (engine) => engine.clients() },
  createStore: {
    ask: (store) => ({ store: `${store}.new`, dimension: 2 }),
    call: (engine, store) =>
      engine.createStore(`${store}.again`, { dimension: 2 }).then(() => true),
  },
  dropStore: {
    ask: (store) => ({ store }),
    call: (engine, store) => engine.dropStore(store),
  },
  alterStore: {
    ask: (store) => ({ store, ttlMs: 5 }),
    call: (engine, store) => engine.alterStore(store, { ttlMs: 5 }).then(() => null),
  },
  createIndex: {
    ask: (store) => ({ store, field: "n" }),
    call: (engine, store) => engine.store(store).createIndex("n"),
  },
  dropIndex: {
    ask: (store) => ({ store, field: "n", ifExists: true }),
    call: (engine, store) => engine.store(store).dropIndex("n", { ifExists: true }),
  },
  renameStore: {
    ask: (store) => ({ store, to: `${store}.to`, replace: true }),
    call: (engine, store) =>
      engine.renameStore(store, `${store}.to`, { replace: true }).then(() => null),
  },
  dropNamespace: {
    ask: () => ({ namespace: "none" }),
    call: (engine) => engine.dropNamespace("none"),
  },
  listStores: {
    ask: () => ({ namespace: "none" }),
    call: (engine) => engine.listStores({ namespace: "none" }),
  },
  storeInfo: {
    ask: (store) => ({ store }),
    call: (engine, store) => engine.store(store).info(),
  },
  set: {
    ask: (store) => ({ store, entries: [{ id: "a", vector: [3] }, { vector: [4] }] }),
    call: (engine, store) => engine.store(store).set([{ id: "a", vector: [3] }, { vector: [4] }]),
  },
  get: {
    ask: (store) => ({ store, keys: ["b", "never", [1]], include: { vector: false } }),
    call: (engine, store) =>
      engine.store(store).get(["b", "never", [1]], { include: { vector: false } }),
  },
  find: {
    ask: (store) => ({ store, where: { n: { $gt: 1 } }, limit: 1 }),
    call: (engine, store) => engine.store(store).find({ where: { n: { $gt: 1 } }, limit: 1 }),
  },
  count: {
    ask: (store) => ({ store, where: { n: 1 } }),
    call: (engine, store) => engine.store(store).count({ where: { n: 1 } }),
  },
  update: {
    ask: (store) => ({ store, target: "a", patch: { metadata: { m: 5 } }, metadata: "replace" }),
    call: (engine, store) =>
      engine.store(store).update("a", { metadata: { m: 5 } }, { metadata: "replace" }),
  },
  delete: {
    ask: (store) => ({ store, target: { where: { n: 2 } } }),
    call: (engine, store) => engine.store(store).delete({ where: { n: 2 } }),
  },
  search: {
    ask: (store) => ({ store, target: { near: ["a"] }, metric: "dot", include: { vector: true } }),
    call: (engine, store) =>
      engine.store(store).search({ near: ["a"] }, { metric: "dot", include: { vector: true } }),
  },
  facets: {
    ask: (store) => ({ store, field: "n", limit: 2 }),
    call: (engine, store) => engine.store(store).facets("n", { limit: 2 }),
  },
  searchMany: {
    ask: (store) => ({ store, targets: [[1], [2]], limit: 1 }),
    call: (engine, store) => engine.store(store).searchMany([[1], [2]], { limit: 1 }),
  },
  changes: {
    ask: (store) => ({ store }),
    call: (engine, store) => engine.execute({ kind: "changes", store }),
  },
  measureRecall: {
    ask: (store) => ({ store, samples: 2, limit: 1 }),
    call: (engine, store) => engine.store(store).measureRecall({ samples: 2, limit: 1 }),
  },
  explain: {
    ask: (store) => ({ query: { kind: "search", store, target: [1], where: { n: 1 } } }),
    call: (engine, store) =>
      engine.explain({ kind: "search", store, target: [1], where: { n: 1 } }),
  },
  pipeline: {
    ask: (store) => ({ queries: [{ kind: "count", store }, { kind: "ping" }] }),
    call: (engine, store) => engine.pipeline([{ kind: "count", store }, { kind: "ping" }]),
  },
  transaction: {
    ask: (store) => ({ writes: [{ kind: "delete", store, target: "a" }] }),
    call: (engine, store) =>
      engine.transaction([{ kind: "delete", store, target: { where: { n: 2 } } }]),
  },
  compact: { ask: () => ({}), call: (engine) => engine.execute({ kind: "compact" }) },
  verify: { ask: () => ({}), call: (engine) => engine.execute({ kind: "verify" }) },
};

/** What moves from one call to the next is left out. */
function comparable(answer: unknown): unknown {
  const text = JSON.stringify(answer, (name, value) => (moving.has(name) ? undefined : value));
  return JSON.parse(text);
}

const moving = new Set([
  "version",
  "position",
  "bytes",
  "elapsedMs",
  "bytesIn",
  "bytesOut",
  "idleMs",
  "inFlight",
  "connections",
  "startedAt",
  "next",
]);
