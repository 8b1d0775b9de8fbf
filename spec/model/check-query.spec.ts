import assert from "node:assert/strict";
import vm from "node:vm";
import { checkQuery } from "../../lib/model/check-query.js";
import { type Limits, makeLimits } from "../../lib/model/limits.js";
import { type QueryKind, queryKinds } from "../../lib/model/query.js";
import { refuses } from "../support/refuses.js";
import { check, f32, least, type Raw, refusesQuery } from "./queries.js";

const exceeds = (query: unknown, changes: Partial<Limits>, sentence: RegExp) =>
  refuses(() => checkQuery(query, makeLimits(changes)), "LIMIT_EXCEEDED", sentence);
const withStore: readonly QueryKind[] = queryKinds.filter((kind) => "store" in least[kind]);

describe("checkQuery", () => {
  it("fills in every default", () => {
    const include = { vector: false, metadata: true };
    const all = { kind: "all" };
    const options = { store: "s", where: all, limit: 10, recall: 0.95, metric: undefined };
    const search = {
      ...options,
      ...{ maxDistance: undefined, groupBy: undefined, diversity: undefined, include },
    };
    const expected: { readonly [K in QueryKind]: object } = {
      ping: {},
      info: {},
      clients: {},
      shutdown: { reason: "" },
      createStore: {
        store: "s",
        dimension: 2,
        metric: "cosine",
        ttlMs: undefined,
        vectors: "memory",
        indexes: [],
        ifNotExists: false,
      },
      dropStore: { store: "s", ifExists: false },
      alterStore: { store: "s", ttlMs: undefined, vectors: undefined },
      createIndex: { store: "s", field: "f" },
      dropIndex: { store: "s", field: "f", ifExists: false },
      renameStore: { store: "s", to: "t", replace: false },
      dropNamespace: { namespace: "n" },
      listStores: { namespace: undefined },
      storeInfo: { store: "s" },
      set: { store: "s", mode: "upsert", entries: [] },
      get: { store: "s", ids: [], include: { vector: true, metadata: true } },
      find: {
        sort: undefined,
        ...{ store: "s", where: all, limit: 100, cursor: undefined },
        include: { vector: true, metadata: true },
      },
      count: { store: "s", where: all },
      update: {
        ...{ store: "s", target: { kind: "ids", ids: [] }, ifVersion: undefined },
        patch: {
          vector: undefined,
          metadata: undefined,
          ttlMs: undefined,
          remove: [],
          replaces: false,
        },
      },
      delete: { store: "s", target: { kind: "ids", ids: [] }, ifVersion: undefined },
      facets: { store: "s", field: "f", where: all, limit: 100 },
      search: { ...search, target: { kind: "vector", vector: f32(1) } },
      searchMany: { ...search, targets: [] },
      changes: { store: "s", since: undefined, where: all, limit: 100, waitMs: 0 },
      measureRecall: { store: "s", samples: 100, limit: 10, where: all },
      explain: { query: { kind: "count", store: "s", where: all } },
      pipeline: { queries: [] },
      transaction: { writes: [] },
      verify: {},
      backup: { name: "monday" },
      compact: {},
    };
    for (const kind of queryKinds)
      assert.deepEqual(check(least[kind]), { kind, ...expected[kind] });
  });

  it("keeps what is given", () => {
    assert.deepEqual(check({ kind: "shutdown", reason: "moving" }), {
      kind: "shutdown",
      reason: "moving",
    });
    const create = {
      ...{ store: "n/s", dimension: 4_096, metric: "dot", ttlMs: 5, ifNotExists: true },
      vectors: "disk",
      indexes: ["a", "b.c"],
    };
    const dropIndex = { kind: "dropIndex", store: "s", field: "a.b", ifExists: true } as const;
    assert.deepEqual(check(dropIndex), dropIndex);
    assert.deepEqual(check({ kind: "createStore", ...create }), { kind: "createStore", ...create });
    const drop = { kind: "dropStore", store: "s", ifExists: true } as const;
    assert.deepEqual(check(drop), drop);
    const list = { kind: "listStores", namespace: "n" } as const;
    assert.deepEqual(check(list), list);
    const find = { kind: "find", store: "s", limit: 7, cursor: "abc", where: { a: 1 } } as const;
    const { limit, cursor, where } = check(find);
    assert.deepEqual([limit, cursor], [7, "abc"]);
    assert.deepEqual(where, { kind: "equal", field: "a", value: 1 });
    const options = { limit: 3, recall: 1, metric: "euclidean", maxDistance: -0.5 };
    const include = { vector: true, metadata: false };
    const search = check({ ...least.search, ...options, include });
    const { store: _, where: __, target: ___, ...given } = search;
    const plain = { groupBy: undefined, diversity: undefined };
    assert.deepEqual(given, { kind: "search", ...options, ...plain, include });
    const groupBy = { field: "a.b", limit: 2 };
    assert.deepEqual(check({ ...least.search, groupBy }).groupBy, groupBy);
    assert.equal(check({ ...least.searchMany, diversity: 1 }).diversity, 1);
    const targets = Array.from({ length: 101 }, () => [1]);
    const many = { ...least.searchMany, targets };
    const above = { ...many, limit: 100, groupBy: { field: "a", limit: 100 } };
    assert.throws(() => check(above), { code: "LIMIT_EXCEEDED" });
    assert.throws(() => check({ ...many, limit: 50, diversity: 0.5 }), { code: "LIMIT_EXCEEDED" });
    assert.equal(check({ ...many, limit: 49, diversity: 0.5 }).limit, 49);
  });

  it("takes a field that is undefined for absent, a known one or not", () => {
    const nothing = {
      where: undefined,
      limit: undefined,
      include: { vector: undefined },
      x: undefined,
    };
    assert.deepEqual(check({ ...least.find, ...nothing }), check(least.find));
  });

  it("takes queries without a prototype and of another realm", () => {
    const bare = Object.assign(Object.create(null), least.count);
    assert.deepEqual(check(bare), check(least.count));
    const code = `({ kind: "set", store: "s", entries: [{ vector: [1], metadata: { a: [1] } }] })`;
    const query = check(vm.runInNewContext(code) as Raw<"set">);
    assert.deepEqual(query.entries[0]?.metadata, { a: [1] });
  });

  it("refuses what is no object and what has no kind", () => {
    for (const query of [null, undefined, 1, "ping", [], [{ kind: "ping" }], () => 1]) {
      refusesQuery(query, /^query: expected an object with a kind, got /);
    }
    for (const query of [{}, { kind: 1 }, { kind: null }, Object.create({ kind: "ping" })]) {
      refusesQuery(query, /^query\.kind: expected a string, got /);
    }
  });

  it("says of an unknown kind that this version knows none such", () => {
    for (const kind of ["upsert", "toString", "__proto__", "", "x".repeat(1_000)]) {
      const error = refusesQuery({ kind }, /^query\.kind: this version knows no "/, "UNSUPPORTED");
      assert.ok(error.message.length < 200);
    }
  });

  it("refuses an unknown field of every kind, naming the field and the kind", () => {
    for (const kind of queryKinds) {
      const sentence = new RegExp(`^${kind}: unknown field "limt"; there are kind`);
      refusesQuery({ ...least[kind], limt: 1 }, sentence);
      refusesQuery({ ...least[kind], signal: new AbortController().signal }, /"signal"/);
      refusesQuery({ ...least[kind], timeoutMs: 1 }, /"timeoutMs"/);
    }
    refusesQuery(JSON.parse('{"kind":"ping","__proto__":{}}'), /unknown field "__proto__"/);
    refusesQuery({ ...least.search, targets: [] }, /^search: unknown field "targets"/);
  });

  it("refuses null for every field of every kind, but where it means for ever", () => {
    for (const kind of queryKinds) {
      for (const field of Object.keys(check(least[kind]))) {
        if (field === "kind" || field === "ids") continue;
        if (kind === "alterStore" && field === "ttlMs") continue;
        refusesQuery(
          { ...least[kind], [field]: null },
          new RegExp(`${field}.*: expected .*got null`),
        );
      }
    }
  });

  it("refuses a bad store name in every kind that has one", () => {
    assert.equal(withStore.length, 18);
    for (const kind of withStore) {
      for (const store of ["", "a/b/c", "a b", "x".repeat(129), 1, undefined]) {
        refusesQuery({ ...least[kind], store }, /^store: expected "name" or "namespace\/name"/);
      }
    }
    refusesQuery({ kind: "dropNamespace", namespace: "a/b" }, /^namespace: /);
    refusesQuery({ kind: "dropNamespace" }, /^namespace: /);
    const rename = { kind: "renameStore", store: "n/s" };
    refusesQuery(rename, /^to: expected "name"/);
    refusesQuery(
      { ...rename, to: "m/s" },
      /^to: expected a name of namespace n, .*got the string "m\/s"/,
    );
    refusesQuery({ ...rename, store: "s", to: "n/s" }, /^to: expected a name without a namespace/);
    refusesQuery({ ...rename, to: "n/t", replace: 1 }, /^replace: expected a boolean/);
    refusesQuery({ kind: "listStores", namespace: "" }, /^namespace: /);
  });

  it("refuses values of the wrong type, naming the field", () => {
    refusesQuery({ kind: "shutdown", reason: 1 }, /^reason: expected a string, got 1/);
    refusesQuery({ kind: "shutdown", reason: "\ud800" }, /^reason: .*well-formed/);
    for (const dimension of [0, -1, 1.5, "3", Number.NaN, undefined]) {
      refusesQuery(
        { ...least.createStore, dimension },
        /^dimension: expected an integer from 1 on/,
      );
    }
    for (const metric of ["cos", 1, "toString"]) {
      const sentence = /^metric: expected one of "cosine", "euclidean", "dot", got/;
      refusesQuery({ ...least.createStore, metric }, sentence);
      refusesQuery({ ...least.search, metric }, sentence);
    }
    refusesQuery({ ...least.createStore, ifNotExists: 1 }, /^ifNotExists: expected a boolean/);
    refusesQuery({ ...least.dropStore, ifExists: "yes" }, /^ifExists: expected a boolean/);
    refusesQuery(
      { ...least.set, mode: "merge" },
      /^mode: expected one of "upsert", "insert", "rep/,
    );
    for (const kind of ["find", "search", "searchMany"] as const) {
      for (const limit of [0, -1, 1.5, "3", Number.NaN]) {
        refusesQuery({ ...least[kind], limit }, /^limit: expected an integer from 1 on, got/);
      }
      refusesQuery({ ...least[kind], include: [] }, /^include: expected an object/);
      refusesQuery(
        { ...least[kind], include: { vectors: true } },
        /^include: unknown field "vectors"/,
      );
      refusesQuery(
        { ...least[kind], include: { vector: 1 } },
        /^include\.vector: expected a boolean/,
      );
      refusesQuery({ ...least[kind], where: { a: { $x: 1 } } }, /^where\.a\.\$x: /);
    }
    for (const recall of [0, -1, 1.01, Number.NaN, "1"]) {
      refusesQuery({ ...least.search, recall }, /^recall: expected a number above 0 and at most 1/);
    }
    for (const maxDistance of [Number.NaN, Number.POSITIVE_INFINITY, "1"]) {
      refusesQuery({ ...least.search, maxDistance }, /^maxDistance: expected a finite number/);
    }
    refusesQuery({ ...least.find, cursor: 1 }, /^cursor: expected a string, got 1/);
    refusesQuery({ ...least.count, where: [] }, /^where: expected an object, got an array/);
  });

  it("bounds the texts that no limit bounds", () => {
    const reason = "x".repeat(1_000);
    assert.equal(check({ kind: "shutdown", reason }).reason, reason);
    refusesQuery({ kind: "shutdown", reason: `${reason}x` }, /^reason: .*1000 .*got 1001/);
    const cursor = "x".repeat(4 * 512 + 256);
    assert.equal(check({ ...least.find, cursor }).cursor, cursor);
    refusesQuery({ ...least.find, cursor: `${cursor}x` }, /^cursor: expected one that a page gave/);
  });

  it("refuses what crosses a limit by one, and takes what does not", () => {
    const take = (query: object, changes: Partial<Limits>) =>
      assert.doesNotThrow(() => checkQuery(query, makeLimits(changes)));
    const crossing = (query: (count: number) => object, name: keyof Limits) => {
      take(query(3), { [name]: 3 });
      exceeds(query(4), { [name]: 3 }, new RegExp(`4 is above .*limits\\.${name}`));
    };
    const list = <T>(count: number, element: T): T[] => new Array<T>(count).fill(element);
    crossing((dimension) => ({ ...least.createStore, dimension }), "dimension");
    crossing((n) => ({ ...least.search, target: list(n, 1) }), "dimension");
    crossing((n) => ({ ...least.search, target: new Float32Array(n) }), "dimension");
    crossing((n) => ({ ...least.searchMany, targets: [list(n, 1)] }), "dimension");
    crossing((n) => ({ ...least.set, entries: [{ vector: list(n, 1) }] }), "dimension");
    crossing((n) => ({ ...least.get, keys: [list(n, 1)] }), "dimension");
    crossing((limit) => ({ ...least.find, limit }), "limit");
    crossing((limit) => ({ ...least.search, limit }), "limit");
    crossing((limit) => ({ ...least.searchMany, limit }), "limit");
    crossing((n) => ({ ...least.get, keys: list(n, "a") }), "limit");
    crossing((n) => ({ ...least.search, limit: 1, target: { near: list(n, "a") } }), "limit");
    crossing((n) => {
      const target = { near: ["a"], awayFrom: list(n - 1, "a") };
      return { ...least.search, limit: 1, target };
    }, "limit");
    crossing((n) => ({ ...least.set, entries: list(n, { vector: [1] }) }), "entriesPerWrite");
    crossing((n) => ({ ...least.searchMany, targets: list(n, [1]) }), "entriesPerWrite");
    crossing((n) => ({ ...least.delete, target: list(n, "a") }), "entriesPerWrite");
    crossing((n) => ({ ...least.pipeline, queries: list(n, least.ping) }), "queriesPerPipeline");
    crossing((n) => ({ ...least.get, keys: ["x".repeat(n)] }), "idBytes");
    crossing((n) => ({ ...least.delete, target: "x".repeat(n) }), "idBytes");
    crossing((n) => ({ ...least.set, entries: [{ vector: [1], id: "x".repeat(n) }] }), "idBytes");
    crossing((n) => ({ ...least.search, target: { near: ["x".repeat(n)] } }), "idBytes");
    crossing((n) => ({ ...least.count, where: { $and: list(n, {}) } }), "predicateTerms");
  });

  it("keeps its defaults within smaller limits", () => {
    const limits = makeLimits({ limit: 5 });
    assert.equal(check(least.search, limits).limit, 5);
    assert.equal(check(least.find, limits).limit, 5);
  });
});

describe("checkQuery of a pipeline", () => {
  it("checks every member, and lets a bad one be the only one that fails", () => {
    const bad = { ...least.find, limit: 0 };
    const { queries } = check({ ...least.pipeline, queries: [least.ping, bad, least.count, 5] });
    const [first, second, third, fourth] = queries;
    assert.deepEqual(first, { ok: true, query: { kind: "ping" } });
    assert.deepEqual(third, { ok: true, query: check(least.count) });
    assert.ok(second?.ok === false && second.error.code === "INVALID_ARGUMENT");
    assert.match(second.error.message, /^limit: /);
    assert.ok(fourth?.ok === false && /^query: expected an object/.test(fourth.error.message));
  });

  it("shares nothing with the caller, whose changes come too late", () => {
    const member = { ...least.set, entries: [{ vector: [1] }] };
    const list: object[] = [member];
    const { queries } = check({ ...least.pipeline, queries: list });
    member.entries.push({ vector: [2] });
    list.push(member);
    assert.equal(queries.length, 1);
    const [first] = queries;
    assert.ok(first?.ok && first.query.kind === "set" && first.query.entries.length === 1);
  });

  it("holds no pipeline and no holes", () => {
    const { queries } = check({ ...least.pipeline, queries: [least.pipeline] });
    const [first] = queries;
    assert.ok(first?.ok === false && /holds no pipeline/.test(first.error.message));
    const holes = check({ ...least.pipeline, queries: new Array(1) });
    assert.equal(holes.queries[0]?.ok, false);
    refusesQuery({ kind: "pipeline", queries: least.ping }, /^queries: expected an array/);
    refusesQuery({ kind: "pipeline" }, /^queries: expected an array, got undefined/);
  });
});
