import { checkBackupName } from "./backup-name.js";
import {
  type Arguments,
  checkArray,
  checkBoolean,
  checkChoice,
  checkInteger,
  checkPageLimit,
  readArguments,
  refusal,
} from "./check-argument.js";
import { checkSince, checkWaitMs, refuseToWait } from "./check-changes.js";
import { checkEntries } from "./check-entry.js";
import { checkIndexed, checkIndexes } from "./check-indexes.js";
import { checkKeys, checkVector } from "./check-key.js";
import { checkPatch } from "./check-patch.js";
import {
  checkComparisons,
  checkInclude,
  checkSearchOptions,
  checkSearchTarget,
  checkWhere,
  manyLimits,
} from "./check-search.js";
import { checkSort } from "./check-sort.js";
import { checkTarget } from "./check-target.js";
import { checkTtl, checkTtlOrNull } from "./check-ttl.js";
import { checkWrites } from "./check-writes.js";
import type {
  CheckedExplained,
  CheckedMember,
  CheckedQuery,
  CheckedSearchOptions,
  CheckedWrite,
} from "./checked-query.js";
import { AhnlichError, toAhnlichError } from "./errors.js";
import { checkLimit, type Limits } from "./limits.js";
import { metrics } from "./metric.js";
import type { SetMode } from "./options.js";
import { explainedKinds, isBarePing, isQueryKind, type Kinds, type QueryKind } from "./query.js";
import { checkNamespace, checkNewName, checkStoreName } from "./store-name.js";
import { checkText } from "./text.js";
import { vectorPlaces } from "./vector-place.js";
import { VectorRoom } from "./vector-room.js";

/**
 * The one gate that every query passes, in every reach, on the caller's thread: the query with its
 * defaults filled in, within the limits, sharing nothing with what was given. A field that is
 * undefined counts as absent.
 *
 * @throws UNSUPPORTED for a kind that is unknown.
 * @throws INVALID_ARGUMENT for a field that is unknown, missing or not of its form.
 * @throws LIMIT_EXCEEDED for what crosses a limit.
 */
export function checkQuery(query: unknown, limits: Limits): CheckedQuery {
  const kind = kindOf(query);
  const { fields, check } = checkers[kind];
  return check(readArguments(query, fields, kind), limits);
}

interface Checker<K extends QueryKind> {
  /** The fields a query of the kind may have, `kind` among them. */
  readonly fields: { readonly [F in keyof Kinds[K]["ask"] | "kind"]-?: true };
  readonly check: (ask: Arguments, limits: Limits) => CheckedQuery<K>;
}

function kindOf(query: unknown): QueryKind {
  if (typeof query !== "object" || query === null || Array.isArray(query)) {
    throw refusal("query", "an object with a kind", query);
  }
  const kind = Object.hasOwn(query, "kind") ? (query as { kind: unknown }).kind : undefined;
  if (typeof kind !== "string") throw refusal("query.kind", "a string", kind);
  if (isQueryKind(kind)) return kind;
  const name = JSON.stringify(kind.slice(0, 100));
  throw new AhnlichError("UNSUPPORTED", `query.kind: this version knows no ${name}`);
}

function checkReason(reason: unknown): string {
  if (reason === undefined) return "";
  if (typeof reason !== "string") throw refusal("reason", "a string", reason);
  checkText(reason, "reason");
  if (reason.length <= reasonLengthMax) return reason;
  const bound = `at most ${reasonLengthMax} UTF-16 units`;
  throw new AhnlichError("INVALID_ARGUMENT", `reason: expected ${bound}, got ${reason.length}`);
}

function checkCursor({ cursor, sort }: Arguments, limits: Limits): string | undefined {
  if (cursor === undefined) return undefined;
  if (typeof cursor !== "string") throw refusal("cursor", "a string", cursor);
  // An id and perhaps a value, in whatever notation, and some more: what is longer was not made here.
  const valueMax = sort === undefined ? 0 : 8 * limits.metadataBytes;
  if (cursor.length <= 4 * limits.idBytes + valueMax + 256) return cursor;
  throw new AhnlichError(
    "INVALID_ARGUMENT",
    `cursor: expected one that a page gave, got ${cursor.length} characters`,
  );
}

function checkDimension(dimension: unknown, limits: Limits): number {
  const checked = checkInteger(dimension, 1, "dimension");
  checkLimit(limits, "dimension", checked, "dimension");
  return checked;
}

/** One answer holds the matches of all targets, so their number is bounded too. */
function checkTargets(
  targets: unknown,
  { limit: matches, groupBy, diversity }: CheckedSearchOptions,
  limits: Limits,
): Float32Array[] {
  const limit = matches * (groupBy?.limit ?? 1);
  const given = checkArray(targets, limits, "entriesPerWrite", "targets");
  const bound = manyLimits * limits.limit;
  if (given.length * limit > bound) {
    const got = given.length * limit;
    throw new AhnlichError(
      "LIMIT_EXCEEDED",
      `targets: ${given.length} x limit ${limit} is above ${bound} matches (${manyLimits} x limits.limit)`,
      { details: { limit: "limit", bound, got } },
    );
  }
  if (diversity !== undefined) checkComparisons(given.length, limit, limits);
  const room = new VectorRoom();
  return Array.from(given, (target, i) => checkVector(target, limits, `targets[${i}]`, room));
}

function checkMembers(queries: unknown, limits: Limits): CheckedMember[] {
  const members: CheckedMember[] = [];
  for (const query of checkArray(queries, limits, "queriesPerPipeline", "queries")) {
    members.push(isBarePing(query) ? pingMember : checkMember(query, limits));
  }
  return members;
}

function checkMember(query: unknown, limits: Limits): CheckedMember {
  try {
    const checked = kindOf(query) === "pipeline" ? undefined : checkQuery(query, limits);
    if (checked !== undefined && checked.kind !== "pipeline") {
      if (checked.kind === "changes") refuseToWait(checked.waitMs);
      return { ok: true, query: checked };
    }
    throw new AhnlichError("INVALID_ARGUMENT", "pipeline: a pipeline holds no pipeline");
  } catch (error) {
    return { ok: false, error: toAhnlichError(error) };
  }
}

function checkExplained(query: unknown, limits: Limits): CheckedExplained {
  const kind = kindOf(query);
  checkChoice(kind, explainedKinds, undefined, "query.kind");
  return checkQuery({ ...Object(query), kind }, limits) as CheckedExplained;
}

const pingMember: CheckedMember = { ok: true, query: { kind: "ping" } };
const reasonLengthMax = 1_000;
const setModes: readonly SetMode[] = ["upsert", "insert", "replace"];
const kind = true;
const store = true;
const optionsOfSearch = {
  kind,
  store,
  limit: true,
  where: true,
  recall: true,
  metric: true,
  maxDistance: true,
  groupBy: true,
  diversity: true,
  include: true,
} as const;

const checkers: { readonly [K in QueryKind]: Checker<K> } = {
  ping: { fields: { kind }, check: () => ({ kind: "ping" }) },
  info: { fields: { kind }, check: () => ({ kind: "info" }) },
  clients: { fields: { kind }, check: () => ({ kind: "clients" }) },
  shutdown: {
    fields: { kind, reason: true },
    check: (ask) => ({ kind: "shutdown", reason: checkReason(ask.reason) }),
  },
  createStore: {
    fields: {
      kind,
      store,
      dimension: true,
      metric: true,
      ttlMs: true,
      vectors: true,
      indexes: true,
      ifNotExists: true,
    },
    check: (ask, limits) => ({
      kind: "createStore",
      store: checkStoreName(ask.store),
      dimension: checkDimension(ask.dimension, limits),
      metric: checkChoice(ask.metric, metrics, "cosine", "metric"),
      ttlMs: ask.ttlMs === undefined ? undefined : checkTtl(ask.ttlMs, "ttlMs"),
      vectors: checkChoice(ask.vectors, vectorPlaces, "memory", "vectors"),
      indexes: checkIndexes(ask.indexes, limits),
      ifNotExists: checkBoolean(ask.ifNotExists, false, "ifNotExists"),
    }),
  },
  alterStore: {
    fields: { kind, store, ttlMs: true, vectors: true },
    check: (ask) => ({
      kind: "alterStore",
      store: checkStoreName(ask.store),
      ttlMs: checkTtlOrNull(ask.ttlMs, "ttlMs"),
      vectors: checkChoice(ask.vectors, vectorPlaces, undefined, "vectors"),
    }),
  },
  createIndex: {
    fields: { kind, store, field: true },
    check: (ask, limits) => ({
      kind: "createIndex",
      store: checkStoreName(ask.store),
      field: checkIndexed(ask.field, limits, "field"),
    }),
  },
  dropIndex: {
    fields: { kind, store, field: true, ifExists: true },
    check: (ask, limits) => ({
      kind: "dropIndex",
      store: checkStoreName(ask.store),
      field: checkIndexed(ask.field, limits, "field"),
      ifExists: checkBoolean(ask.ifExists, false, "ifExists"),
    }),
  },
  renameStore: {
    fields: { kind, store, to: true, replace: true },
    check: (ask) => {
      const from = checkStoreName(ask.store);
      const replace = checkBoolean(ask.replace, false, "replace");
      return { kind: "renameStore", store: from, to: checkNewName(from, ask.to), replace };
    },
  },
  dropStore: {
    fields: { kind, store, ifExists: true },
    check: (ask) => ({
      kind: "dropStore",
      store: checkStoreName(ask.store),
      ifExists: checkBoolean(ask.ifExists, false, "ifExists"),
    }),
  },
  dropNamespace: {
    fields: { kind, namespace: true },
    check: (ask) => ({ kind: "dropNamespace", namespace: checkNamespace(ask.namespace) }),
  },
  listStores: {
    fields: { kind, namespace: true },
    check: ({ namespace }) => ({
      kind: "listStores",
      namespace: namespace === undefined ? undefined : checkNamespace(namespace),
    }),
  },
  storeInfo: {
    fields: { kind, store },
    check: (ask) => ({ kind: "storeInfo", store: checkStoreName(ask.store) }),
  },
  set: {
    fields: { kind, store, entries: true, mode: true },
    check: (ask, limits) => ({
      kind: "set",
      store: checkStoreName(ask.store),
      mode: checkChoice(ask.mode, setModes, "upsert", "mode"),
      entries: checkEntries(ask.entries, limits),
    }),
  },
  update: {
    fields: { kind, store, target: true, patch: true, metadata: true, ifVersion: true },
    check: (ask, limits) => ({
      kind: "update",
      store: checkStoreName(ask.store),
      ...checkTarget(ask, limits),
      patch: checkPatch(ask.patch, ask.metadata, limits),
    }),
  },
  get: {
    fields: { kind, store, keys: true, include: true },
    check: (ask, limits) => ({
      kind: "get",
      store: checkStoreName(ask.store),
      ids: checkKeys(checkArray(ask.keys, limits, "limit", "keys"), limits, "keys"),
      include: checkInclude(ask.include, true),
    }),
  },
  find: {
    fields: { kind, store, where: true, sort: true, limit: true, cursor: true, include: true },
    check: (ask, limits) => ({
      kind: "find",
      store: checkStoreName(ask.store),
      where: checkWhere(ask.where, limits),
      sort: checkSort(ask.sort, limits),
      limit: checkPageLimit(ask.limit, 100, limits),
      cursor: checkCursor(ask, limits),
      include: checkInclude(ask.include, true),
    }),
  },
  count: {
    fields: { kind, store, where: true },
    check: (ask, limits) => ({
      kind: "count",
      store: checkStoreName(ask.store),
      where: checkWhere(ask.where, limits),
    }),
  },
  facets: {
    fields: { kind, store, field: true, where: true, limit: true },
    check: (ask, limits) => ({
      kind: "facets",
      store: checkStoreName(ask.store),
      field: checkIndexed(ask.field, limits, "field"),
      where: checkWhere(ask.where, limits),
      limit: checkPageLimit(ask.limit, 100, limits),
    }),
  },
  delete: {
    fields: { kind, store, target: true, ifVersion: true },
    check: (ask, limits) => ({
      kind: "delete",
      store: checkStoreName(ask.store),
      ...checkTarget(ask, limits),
    }),
  },
  search: {
    fields: { ...optionsOfSearch, target: true },
    check: (ask, limits) => ({
      kind: "search",
      target: checkSearchTarget(ask.target, limits),
      ...checkSearchOptions(ask, limits),
    }),
  },
  searchMany: {
    fields: { ...optionsOfSearch, targets: true },
    check: (ask, limits) => {
      const options = checkSearchOptions(ask, limits);
      return {
        kind: "searchMany",
        targets: checkTargets(ask.targets, options, limits),
        ...options,
      };
    },
  },
  changes: {
    fields: { kind, store, since: true, where: true, limit: true, waitMs: true },
    check: (ask, limits) => ({
      kind: "changes",
      store: checkStoreName(ask.store),
      since: checkSince(ask.since),
      where: checkWhere(ask.where, limits),
      limit: checkPageLimit(ask.limit, 100, limits),
      waitMs: checkWaitMs(ask.waitMs),
    }),
  },
  measureRecall: {
    fields: { kind, store, samples: true, limit: true, where: true },
    check: (ask, limits) => ({
      kind: "measureRecall",
      store: checkStoreName(ask.store),
      samples: checkPageLimit(ask.samples, 100, limits, "samples"),
      limit: checkPageLimit(ask.limit, 10, limits),
      where: checkWhere(ask.where, limits),
    }),
  },
  explain: {
    fields: { kind, query: true },
    check: (ask, limits) => ({ kind: "explain", query: checkExplained(ask.query, limits) }),
  },
  pipeline: {
    fields: { kind, queries: true },
    check: (ask, limits) => ({
      kind: "pipeline",
      queries: checkMembers(ask.queries, limits),
    }),
  },
  transaction: {
    fields: { kind, writes: true },
    check: (ask, limits) => ({
      kind: "transaction",
      writes: checkWrites(ask.writes, limits, (write) => checkQuery(write, limits) as CheckedWrite),
    }),
  },
  verify: { fields: { kind }, check: () => ({ kind: "verify" }) },
  compact: { fields: { kind }, check: () => ({ kind: "compact" }) },
  backup: {
    fields: { kind, name: true },
    check: (ask) => ({ kind: "backup", name: checkBackupName(ask.name) }),
  },
};
