import { checkQuery } from "../../lib/model/check-query.js";
import type { CheckedQuery } from "../../lib/model/checked-query.js";
import type { ErrorCode } from "../../lib/model/errors.js";
import { defaultLimits, type Limits } from "../../lib/model/limits.js";
import type { QueryKind } from "../../lib/model/query.js";
import { refuses } from "../support/refuses.js";

/** A query of the kind with whatever fields, as if it came from outside. */
export type Raw<K extends QueryKind> = { readonly kind: K; readonly [field: string]: unknown };
/** The checked query, of the kind that was asked. */
export const check = <K extends QueryKind>(query: Raw<K>, limits: Limits = defaultLimits) =>
  checkQuery(query, limits) as CheckedQuery<K>;
export const refusesQuery = (
  query: unknown,
  sentence: RegExp,
  code: ErrorCode = "INVALID_ARGUMENT",
) => refuses(() => checkQuery(query, defaultLimits), code, sentence);
export const f32 = (...numbers: number[]) => new Float32Array(numbers);

/** Of every kind the least that may be asked. */
export const least: { readonly [K in QueryKind]: Raw<K> } = {
  ping: { kind: "ping" },
  info: { kind: "info" },
  clients: { kind: "clients" },
  shutdown: { kind: "shutdown" },
  createStore: { kind: "createStore", store: "s", dimension: 2 },
  dropStore: { kind: "dropStore", store: "s" },
  alterStore: { kind: "alterStore", store: "s" },
  createIndex: { kind: "createIndex", store: "s", field: "f" },
  dropIndex: { kind: "dropIndex", store: "s", field: "f" },
  renameStore: { kind: "renameStore", store: "s", to: "t" },
  dropNamespace: { kind: "dropNamespace", namespace: "n" },
  listStores: { kind: "listStores" },
  storeInfo: { kind: "storeInfo", store: "s" },
  set: { kind: "set", store: "s", entries: [] },
  get: { kind: "get", store: "s", keys: [] },
  find: { kind: "find", store: "s" },
  count: { kind: "count", store: "s" },
  update: { kind: "update", store: "s", target: [], patch: {} },
  delete: { kind: "delete", store: "s", target: [] },
  facets: { kind: "facets", store: "s", field: "f" },
  search: { kind: "search", store: "s", target: [1] },
  searchMany: { kind: "searchMany", store: "s", targets: [] },
  changes: { kind: "changes", store: "s" },
  measureRecall: { kind: "measureRecall", store: "s" },
  explain: { kind: "explain", query: { kind: "count", store: "s" } },
  pipeline: { kind: "pipeline", queries: [] },
  transaction: { kind: "transaction", writes: [] },
  verify: { kind: "verify" },
  backup: { kind: "backup", name: "monday" },
  compact: { kind: "compact" },
};
