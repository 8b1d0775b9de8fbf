import assert from "node:assert/strict";
import { type Query, queryKinds } from "../../lib/model/query.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function badQueriesContract(reach: Reach): void {
  describe("bad queries", () => {
    const suite = duringSuite(reach);
    const store = "bad-queries";
    const execute = (value: unknown) => suite.engine.execute(value as Query);
    before(async () => {
      await suite.engine.createStore(store, { dimension: 1 });
      await suite.engine.store(store).set({ id: "a", vector: [1] });
    });
    afterEach(async () => {
      assert.equal(await suite.engine.store(store).count(), 1, "something was changed");
    });

    for (const value of [
      undefined,
      null,
      5,
      "ping",
      [],
      ["ping"],
      {},
      { kind: 5 },
      { kind: ["ping"] },
    ]) {
      it(`refuses ${JSON.stringify(value)} as a query`, async () => {
        await rejects(execute(value), "INVALID_ARGUMENT");
      });
    }

    for (const kind of ["upsert", "pings", "", "toString", "__proto__", "constructor"]) {
      it(`refuses the unknown kind ${JSON.stringify(kind)}`, async () => {
        const error = await rejects(execute({ kind, store }), "UNSUPPORTED");
        assert.ok(error.message.includes(JSON.stringify(kind)));
      });
    }

    for (const kind of queryKinds) {
      it(`refuses an unknown field of ${kind}`, async () => {
        const asked = { kind, ...asks(store)[kind], order: { field: "a" } };
        const error = await rejects(execute(asked), "INVALID_ARGUMENT");
        assert.match(error.message, /order/);
      });
    }

    for (const [what, asked] of wrong(store)) {
      it(`refuses ${what}`, async () => {
        await rejects(execute(asked), "INVALID_ARGUMENT");
      });
    }

    it("refuses unknown options of the handle's methods too", async () => {
      const handle = suite.engine.store(store);
      const options = { order: "a" } as object;
      await rejects(handle.find(options), "INVALID_ARGUMENT");
      await rejects(handle.search([1], options), "INVALID_ARGUMENT");
      await rejects(handle.count(options), "INVALID_ARGUMENT");
      await rejects(handle.set({ id: "b", vector: [1] }, options), "INVALID_ARGUMENT");
    });
  });
}

function asks(store: string): { readonly [kind: string]: object } {
  return {
    createStore: { store: `${store}.new`, dimension: 1 },
    dropStore: { store },
    alterStore: { store },
    createIndex: { store, field: "n" },
    dropIndex: { store, field: "n" },
    renameStore: { store, to: `${store}.to` },
    dropNamespace: { namespace: "none" },
    storeInfo: { store },
    set: { store, entries: [{ id: "b", vector: [1] }] },
    get: { store, keys: [] },
    find: { store },
    count: { store },
    facets: { store, field: "n" },
    update: { store, target: "a", patch: {} },
    delete: { store, target: "a" },
    search: { store, target: [1] },
    searchMany: { store, targets: [] },
    changes: { store },
    measureRecall: { store },
    explain: { query: { kind: "count", store } },
    pipeline: { queries: [] },
    transaction: { writes: [] },
  };
}

function wrong(store: string): [string, object][] {
  const search = { kind: "search", store, target: [1] };
  const find = { kind: "find", store };
  const set = { kind: "set", store, entries: [{ id: "b", vector: [1] }] };
  const entry = (more: object) => ({ ...set, entries: [{ id: "b", vector: [1], ...more }] });
  const update = (patch: object) => ({ kind: "update", store, target: "a", patch });
  const guarded = (more: object) => {
    return { kind: "delete", store, target: "a", ifVersion: 1, ...more };
  };
  return [
    ["a search without a target", { kind: "search", store }],
    ["a search for text", { ...search, target: "a" }],
    ...[0, -1, 1.5, Number.NaN, "10", null, Number.POSITIVE_INFINITY].flatMap(
      (limit): [string, object][] => [
        [`${limit} as the limit of a search`, { ...search, limit }],
        [`${limit} as the limit of a page`, { ...find, limit }],
      ],
    ),
    ...[0, -0.1, 1.001, Number.NaN, "1", null].map((recall): [string, object] => [
      `${recall} as a recall`,
      { ...search, recall },
    ]),
    ...[Number.NaN, "1", null].map((maxDistance): [string, object] => [
      `${maxDistance} as maxDistance`,
      { ...search, maxDistance },
    ]),
    ...["a", null, [], {}, { field: "a" }, { limit: 1 }, { field: 1, limit: 1 }].map(
      (groupBy): [string, object] => [
        `${JSON.stringify(groupBy)} as groupBy`,
        { ...search, groupBy },
      ],
    ),
    ...[0, 1.5, "1", null, Number.NaN].map((limit): [string, object] => [
      `${limit} of each group`,
      { ...search, groupBy: { field: "a", limit } },
    ]),
    ["groups by a field like an operator", { ...search, groupBy: { field: "$a", limit: 1 } }],
    ["an unknown field of groupBy", { ...search, groupBy: { field: "a", limit: 1, sort: 1 } }],
    ...[-0.1, 1.1, Number.NaN, "1", null].map((diversity): [string, object] => [
      `${diversity} as diversity`,
      { ...search, diversity },
    ]),
    ["an unknown metric", { ...search, metric: "l2" }],
    ["null as a metric", { ...search, metric: null }],
    ["an unknown part to include", { ...search, include: { version: true } }],
    ["a part included by a number", { ...find, include: { vector: 1 } }],
    ["a list of parts", { ...find, include: ["vector"] }],
    ["null to include", { kind: "get", store, keys: ["a"], include: null }],
    ["a get of no list", { kind: "get", store, keys: { 0: "a" } }],
    ["a get without keys", { kind: "get", store }],
    ["a set without entries", { kind: "set", store }],
    ["a set of one entry without a list", { ...set, entries: { id: "b", vector: [1] } }],
    ["a set of texts", { ...set, entries: ["a"] }],
    ["a set of nothing", { ...set, entries: [null] }],
    ["an entry without a vector", { ...set, entries: [{ id: "b" }] }],
    ["an unknown mode", { ...set, mode: "merge" }],
    ["null as a mode", { ...set, mode: null }],
    ["an unknown field of an entry", entry({ ttl: 5 })],
    ...[0, -1, 1.5, Number.NaN, "1", 2 ** 48].map((ttlMs): [string, object] => [
      `${ttlMs} as ttlMs`,
      entry({ ttlMs }),
    ]),
    ["an entry that says its own version", entry({ version: 5 })],
    ...[-1, 1.5, Number.NaN, "1", null, 2 ** 53].map((ifVersion): [string, object] => [
      `${ifVersion} as ifVersion`,
      entry({ ifVersion }),
    ]),
    ["a delete without a target", { kind: "delete", store }],
    ["a delete of all in words", { kind: "delete", store, target: { all: "true" } }],
    ["a delete of an unknown target", { kind: "delete", store, target: { ids: ["a"] } }],
    ["a delete by numbers", { kind: "delete", store, target: [1] }],
    ["an update without a patch", { kind: "update", store, target: "a" }],
    ["an update without a target", { kind: "update", store, patch: {} }],
    ["an unknown part of a patch", update({ id: "b" })],
    ["a list for a patch", { ...update({}), patch: [] }],
    ["a patch's vector of texts", update({ vector: ["1"] })],
    ["null as a patch's metadata", update({ metadata: null })],
    ["NaN in a patch's metadata", update({ metadata: { n: Number.NaN } })],
    ["one name to remove without a list", update({ remove: "n" })],
    ...[5, null, "", "\ud800"].map((name): [string, object] => [
      `${JSON.stringify(name)} to remove`,
      update({ remove: [name] }),
    ]),
    ["a field both set and removed", update({ metadata: { n: 1 }, remove: ["n"] })],
    ["what is removed from a field that is set", update({ metadata: { n: 1 }, remove: ["n.m"] })],
    ["an unknown mode of an update", { ...update({}), metadata: "upsert" }],
    ["a replacement by nothing", { ...update({ vector: [1] }), metadata: "replace" }],
    [
      "a replacement that removes, too",
      { ...update({ metadata: {}, remove: ["n"] }), metadata: "replace" },
    ],
    ...[{ where: { n: 1 } }, { all: true }].flatMap((target): [string, object][] => [
      [`a delete of ${JSON.stringify(target)} with a version`, guarded({ target })],
      [
        `an update of ${JSON.stringify(target)} with a version`,
        guarded({ kind: "update", target, patch: {} }),
      ],
    ]),
    ...[-1, 1.5, "1", null].map((ifVersion): [string, object] => [
      `${ifVersion} as the version of a target`,
      guarded({ ifVersion }),
    ]),
    ["a transaction without writes", { kind: "transaction" }],
    ["a transaction of one write without a list", { kind: "transaction", writes: set }],
    ["a searchMany without targets", { kind: "searchMany", store }],
    ["a searchMany of one vector", { kind: "searchMany", store, targets: [1] }],
    ["a searchMany by examples", { kind: "searchMany", store, targets: [{ near: ["a"] }] }],
    ...[-1, 1.5, Number.NaN, "1", null, 60_001].map((waitMs): [string, object] => [
      `${waitMs} as waitMs`,
      { kind: "changes", store, waitMs },
    ]),
    ...[5, null, "", "garbage", "A".repeat(48), "A".repeat(300)].map((since): [string, object] => [
      `${since} as a position`,
      { kind: "changes", store, since },
    ]),
    ["a limit of no changes", { kind: "changes", store, limit: 0 }],
    ["ifExists in words", { kind: "dropStore", store, ifExists: "no" }],
    ["a query without its store", { kind: "count" }],
    ["an explanation of nothing", { kind: "explain" }],
    ["an explanation of a write", { kind: "explain", query: set }],
    [
      "an explanation of an unknown field",
      { kind: "explain", query: { kind: "count", store, sort: "a" } },
    ],
    ["a pipeline without queries", { kind: "pipeline" }],
    ["a query that holds its options", { kind: "count", store, timeoutMs: 5 }],
  ];
}
