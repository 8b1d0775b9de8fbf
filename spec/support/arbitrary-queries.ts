import fc from "fast-check";
import { AhnlichError, type ErrorCode, errorCodes } from "../../lib/model/errors.js";
import { defaultLimits } from "../../lib/model/limits.js";
import { metrics } from "../../lib/model/metric.js";
import type { Query, QueryKind } from "../../lib/model/query.js";
import { vectorPlaces } from "../../lib/model/vector-place.js";
import { metadata, numbers, values } from "./arbitrary-values.js";

/** For every kind, queries of that kind as they arrive: with vectors as Float32Array. */
export const queriesOf: { readonly [K in QueryKind]: fc.Arbitrary<Query> } = {
  ping: asks("ping", {}),
  info: asks("info", {}),
  clients: asks("clients", {}),
  shutdown: asks("shutdown", { reason: fc.string() }),
  createStore: asks("createStore", {
    store: fc.string(),
    dimension: fc.nat(),
    metric: fc.constantFrom(...metrics),
    ttlMs: fc.nat(),
    vectors: fc.constantFrom(...vectorPlaces),
    indexes: fc.array(fc.string()),
    ifNotExists: fc.boolean(),
  }),
  dropStore: asks("dropStore", { store: fc.string(), ifExists: fc.boolean() }),
  alterStore: asks("alterStore", {
    store: fc.string(),
    ttlMs: fc.option(fc.nat(), { nil: null }),
    vectors: fc.constantFrom(...vectorPlaces),
  }),
  createIndex: asks("createIndex", { store: fc.string(), field: fc.string() }),
  dropIndex: asks("dropIndex", {
    ...{ store: fc.string(), field: fc.string(), ifExists: fc.boolean() },
  }),
  renameStore: asks("renameStore", {
    ...{ store: fc.string(), to: fc.string(), replace: fc.boolean() },
  }),
  dropNamespace: asks("dropNamespace", { namespace: fc.string() }),
  listStores: asks("listStores", { namespace: fc.string() }),
  storeInfo: asks("storeInfo", { store: fc.string() }),
  set: asks("set", {
    store: fc.string(),
    entries: fc.array(
      some({
        id: fc.string(),
        vector: vectors(),
        ttlMs: fc.oneof(fc.nat(), fc.constant(null), fc.constant(2 ** 48 - 1)),
        ifVersion: fc.nat(),
        metadata: metadata(),
      }),
      { maxLength: 4 },
    ),
    mode: fc.constantFrom("upsert", "insert", "replace"),
  }),
  get: asks("get", { store: fc.string(), keys: keys(), include: include() }),
  find: asks("find", {
    store: fc.string(),
    where: where(),
    sort: some({ field: fc.string(), descending: fc.boolean() }),
    limit: fc.nat(),
    cursor: fc.string(),
    include: include(),
  }),
  count: asks("count", { store: fc.string(), where: where() }),
  facets: asks("facets", {
    ...{ store: fc.string(), field: fc.string(), where: where(), limit: fc.nat() },
  }),
  update: asks("update", {
    store: fc.string(),
    target: target(),
    patch: some({
      ...{ vector: vectors(), metadata: metadata(), remove: fc.array(fc.string()) },
      ttlMs: fc.option(fc.nat()),
    }),
    metadata: fc.constantFrom("merge", "replace"),
    ifVersion: fc.nat(),
  }),
  delete: asks("delete", { store: fc.string(), target: target(), ifVersion: fc.nat() }),
  search: asks("search", {
    store: fc.string(),
    target: fc.oneof(vectors(), some({ near: keys(), awayFrom: keys() })),
    ...searchOptions(),
  }),
  searchMany: asks("searchMany", {
    store: fc.string(),
    targets: fc.array(vectors(), { maxLength: 4 }),
    ...searchOptions(),
  }),
  changes: asks("changes", {
    store: fc.string(),
    since: fc.string(),
    where: where(),
    limit: fc.nat(),
    waitMs: fc.nat(),
  }),
  measureRecall: asks("measureRecall", {
    ...{ store: fc.string(), samples: fc.nat(), limit: fc.nat(), where: where() },
  }),
  explain: explained().map((query) => ({ kind: "explain", query }) as Query),
  pipeline: fc
    .array(fc.oneof(...[0, 1, 2].map(() => leaf())), { maxLength: 4 })
    .map((queries) => ({ kind: "pipeline", queries }) as Query),
  transaction: fc
    .array(write(), { maxLength: 4 })
    .map((writes) => ({ kind: "transaction", writes }) as Query),
  verify: asks("verify", {}),
  compact: asks("compact", {}),
  backup: asks("backup", { name: fc.string() }),
};

/** Answers to a query, as a client is given them. */
export function answersTo(query: Query): fc.Arbitrary<unknown> {
  if (query.kind !== "pipeline") return answersOf[query.kind];
  return fc.tuple(
    ...query.queries.map((nested) =>
      fc.oneof(
        answersTo(nested).map((response) => ({ ok: true, response })),
        errors().map((error) => ({ ok: false, error })),
      ),
    ),
  );
}

export function errors(): fc.Arbitrary<AhnlichError> {
  const details = fc.dictionary(fc.string(), fc.oneof(fc.string(), numbers(), fc.boolean()), {
    maxKeys: 3,
    noNullPrototype: true,
  });
  return fc
    .tuple(fc.constantFrom(...(Object.keys(errorCodes) as ErrorCode[])), fc.string(), details)
    .map(([code, sentence, facts]) => new AhnlichError(code, sentence, { details: facts }));
}

const answersOf: { readonly [K in Exclude<QueryKind, "pipeline">]: fc.Arbitrary<unknown> } = {
  ping: fc.constant(null),
  info: some({
    version: fc.string(),
    protocol: fc.string(),
    startedAt: fc.date({ noInvalidDate: true }).map(Number),
    stores: fc.nat(),
    entries: fc.maxSafeInteger(),
    threads: fc.nat(),
    bytes: fc.constant({ memory: 1, disk: 2 ** 40 }),
    limits: fc.constant({ ...defaultLimits }),
    position: fc.string(),
  }),
  clients: fc.array(some({ id: fc.string(), name: fc.string(), idleMs: fc.nat() })),
  shutdown: fc.constant(null),
  createStore: fc.boolean(),
  dropStore: fc.boolean(),
  alterStore: fc.constant(null),
  createIndex: fc.boolean(),
  dropIndex: fc.boolean(),
  renameStore: fc.constant(null),
  dropNamespace: fc.nat(),
  listStores: fc.array(storeInfo()),
  storeInfo: storeInfo(),
  set: some({ inserted: fc.nat(), updated: fc.nat(), version: fc.maxSafeInteger() }),
  get: fc.array(fc.oneof(fc.constant(undefined), entries())),
  find: some({ entries: fc.array(entries()), cursor: fc.string() }).map((page) => ({
    entries: [],
    ...page,
  })),
  count: fc.nat(),
  facets: fc.array(some({ value: values(), count: fc.nat() })),
  update: fc.nat(),
  delete: fc.nat(),
  search: fc.array(matches()),
  searchMany: fc.array(fc.array(matches()), { maxLength: 4 }),
  compact: fc.nat().map((bytes) => ({ bytes })),
  backup: fc.nat().map((bytes) => ({ bytes })),
  transaction: fc.array(fc.oneof(fc.nat(), some({ inserted: fc.nat(), version: fc.nat() }))),
  changes: some({ changes: fc.array(changes()), more: fc.boolean() }).map((answer) => ({
    changes: [],
    next: "here",
    ...answer,
  })),
  measureRecall: some({
    ...{ recall: numbers(), samples: fc.nat(), limit: fc.nat(), elapsedMs: numbers() },
  }),
  explain: some({
    plan: fc.constantFrom("exact", "graph", "scan", "index", "empty"),
    indexes: fc.array(fc.string()),
    examined: fc.nat(),
    matched: fc.nat(),
    elapsedMs: numbers(),
  }),
  verify: fc.record({ entries: fc.nat(), problems: fc.array(fc.string()) }).map((answer) => ({
    ...answer,
  })),
};

function asks(kind: QueryKind, fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Query> {
  return some(fields).map((ask) => ({ kind, ...ask }) as Query);
}

/** Any of the fields, and none that is undefined. */
function some(
  fields: Record<string, fc.Arbitrary<unknown>>,
): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(fields, { requiredKeys: [], noNullPrototype: true });
}

/** What a pipeline holds: no pipeline. */
function leaf(): fc.Arbitrary<Query> {
  return fc.oneof(
    asks("ping", {}),
    asks("count", { store: fc.string(), where: where() }),
    asks("get", { store: fc.string(), keys: keys() }),
    asks("search", { store: fc.string(), target: vectors() }),
  );
}

/** What can be explained. */
function explained(): fc.Arbitrary<Query> {
  return fc.oneof(
    asks("search", { store: fc.string(), target: vectors(), ...searchOptions() }),
    asks("find", { store: fc.string(), where: where(), limit: fc.nat() }),
    asks("count", { store: fc.string(), where: where() }),
  );
}

/** What a transaction holds. */
function write(): fc.Arbitrary<Query> {
  return fc.oneof(
    asks("set", { store: fc.string(), entries: fc.array(some({ vector: vectors() })) }),
    asks("update", { store: fc.string(), target: target(), patch: some({ vector: vectors() }) }),
    asks("delete", { store: fc.string(), target: target() }),
  );
}

function target(): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.string(),
    keys(),
    where().map((predicate) => ({ where: predicate })),
    fc.constant({ all: true }),
  );
}

function vectors(): fc.Arbitrary<Float32Array> {
  return fc.float32Array({ minLength: 0, maxLength: 8 });
}

function keys(): fc.Arbitrary<unknown> {
  return fc.array(fc.oneof(fc.string(), vectors()), { maxLength: 4 });
}

function include(): fc.Arbitrary<unknown> {
  return some({ vector: fc.boolean(), metadata: fc.boolean() });
}

function where(): fc.Arbitrary<unknown> {
  return fc.dictionary(
    fc.oneof(fc.string(), fc.constantFrom("$and", "$or", "$not", "$eq", "vector", "__proto__")),
    values(),
    { maxKeys: 3, noNullPrototype: true },
  );
}

function searchOptions(): Record<string, fc.Arbitrary<unknown>> {
  return {
    limit: fc.nat(),
    where: where(),
    recall: numbers(),
    metric: fc.constantFrom(...metrics),
    maxDistance: numbers(),
    groupBy: some({ field: fc.string(), limit: fc.nat() }),
    diversity: numbers(),
    include: include(),
  };
}

function entries(): fc.Arbitrary<unknown> {
  return some({
    id: fc.string(),
    version: fc.nat(),
    expiresAt: fc.maxSafeInteger(),
    metadata: metadata(),
    vector: vectors(),
  });
}

function matches(): fc.Arbitrary<unknown> {
  return some({ id: fc.string(), distance: numbers(), metadata: metadata(), vector: vectors() });
}

function changes(): fc.Arbitrary<unknown> {
  const kind = fc.constantFrom("set", "delete", "expire", "leave");
  return some({ position: fc.string(), kind, id: fc.string(), version: fc.nat() });
}

function storeInfo(): fc.Arbitrary<unknown> {
  return some({ name: fc.string(), dimension: fc.nat(), entries: fc.maxSafeInteger() });
}
