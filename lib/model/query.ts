import type {
  Changes,
  ClientInfo,
  EngineInfo,
  Facet,
  Outcome,
  Plan,
  RecallReport,
  SetResponse,
  StoreInfo,
  Verification,
} from "./answers.js";
import type { Entry, EntryInput, Examples, Include, Key, Match, Page } from "./entry.js";
import type {
  FindOptions,
  SearchOptions,
  SetMode,
  StoreChange,
  StoreOptions,
  Target,
} from "./options.js";
import type { MetadataMode, Patch } from "./patch.js";
import type { Right } from "./right.js";
import type { VectorInput } from "./vector.js";
import type { Where } from "./where.js";

type StoreName = { store: string };

/** Every kind once: what it asks, what it answers. The wire and the rights are tables over this one. */
export interface Kinds {
  ping: { ask: {}; answer: null };
  info: { ask: {}; answer: EngineInfo };
  clients: { ask: {}; answer: ClientInfo[] };
  shutdown: { ask: { reason?: string | undefined }; answer: null };
  createStore: { ask: StoreName & StoreOptions; answer: boolean };
  alterStore: { ask: StoreName & StoreChange; answer: null };
  /** Answered once the index is used. */
  createIndex: { ask: StoreName & { field: string }; answer: boolean };
  dropIndex: {
    ask: StoreName & { field: string; ifExists?: boolean | undefined };
    answer: boolean;
  };
  /** Within its namespace. */
  renameStore: { ask: StoreName & { to: string; replace?: boolean | undefined }; answer: null };
  dropStore: { ask: StoreName & { ifExists?: boolean | undefined }; answer: boolean };
  dropNamespace: { ask: { namespace: string }; answer: number };
  listStores: { ask: { namespace?: string | undefined }; answer: StoreInfo[] };
  storeInfo: { ask: StoreName; answer: StoreInfo };
  set: {
    ask: StoreName & { entries: readonly EntryInput[]; mode?: SetMode | undefined };
    answer: SetResponse;
  };
  /** How many entries were updated. With `ifVersion` the target is of keys, and each entry has that version. */
  update: {
    ask: StoreName & {
      target: Target;
      patch: Patch;
      metadata?: MetadataMode | undefined;
      ifVersion?: number | undefined;
    };
    answer: number;
  };
  get: {
    ask: StoreName & { keys: readonly Key[]; include?: Include | undefined };
    answer: (Entry | undefined)[];
  };
  find: { ask: StoreName & FindOptions; answer: Page<Entry> };
  count: { ask: StoreName & { where?: Where | undefined }; answer: number };
  /**
   * How many entries have each value of the field, the commonest first, at most `limit` (100) of them; a list counts
   * for each of its elements, once.
   */
  facets: {
    ask: StoreName & { field: string; where?: Where | undefined; limit?: number | undefined };
    answer: Facet[];
  };
  delete: {
    ask: StoreName & { target: Target; ifVersion?: number | undefined };
    answer: number;
  };
  search: {
    ask: StoreName & { target: VectorInput | Examples } & SearchOptions;
    answer: Match[];
  };
  /** Targets times `limit` is at most 100 x `limits.limit`. */
  searchMany: {
    ask: StoreName & { targets: readonly VectorInput[] } & SearchOptions;
    answer: Match[][];
  };
  /**
   * What was changed behind `since`, the oldest first: at most `limit` (100) changes, judged by the entries as they
   * are now. Where there are none it waits for up to `waitMs` (0). Without `since`: where the store is now.
   */
  changes: {
    ask: StoreName & {
      since?: string | undefined;
      where?: Where | undefined;
      limit?: number | undefined;
      waitMs?: number | undefined;
    };
    answer: Changes;
  };
  /** `samples` is 1 to `limits.limit` (100), `limit` as of a search. */
  measureRecall: {
    ask: StoreName & {
      samples?: number | undefined;
      limit?: number | undefined;
      where?: Where | undefined;
    };
    answer: RecallReport;
  };
  /** Carries the query out and, instead of its answer, says how. */
  explain: { ask: { query: ExplainedQuery }; answer: Plan };
  /** In order, each seeing the ones before; not atomic. */
  pipeline: { ask: { queries: readonly Query[] }; answer: Outcome<unknown>[] };
  /** All or nothing, over stores of one namespace, each seeing the ones before; guard it with `ifVersion`. */
  transaction: { ask: { writes: readonly WriteQuery[] }; answer: unknown[] };
  /** Compares all that is kept and all that is in memory with each other; writes go on meanwhile. */
  verify: { ask: {}; answer: Verification };
  /** Below the folder that the server was given for backups, by a plain name; elsewhere FORBIDDEN. */
  backup: { ask: { name: string }; answer: { bytes: number } };
  /** Gives the file's free space back to the system; how many bytes. */
  compact: { ask: {}; answer: { bytes: number } };
}

export type QueryKind = keyof Kinds;

export type Query<K extends QueryKind = QueryKind> = {
  [P in K]: { readonly kind: P } & Readonly<Kinds[P]["ask"]>;
}[K];

/** What a transaction is made of. */
export type WriteQuery = Query<(typeof writeKinds)[number]>;

export const writeKinds = ["set", "update", "delete"] as const;

/** What can be explained. */
export type ExplainedQuery = Query<(typeof explainedKinds)[number]>;

export const explainedKinds = ["search", "find", "count"] as const;

export type ResponseTo<Q extends { readonly kind: QueryKind }> = Q extends unknown
  ? Kinds[Q["kind"]]["answer"]
  : never;

/** Of each kind, the right that a user must hold to ask it. */
export const rights: { readonly [K in QueryKind]: Right } = {
  ping: "read",
  info: "read",
  clients: "read",
  shutdown: "admin",
  createStore: "admin",
  alterStore: "admin",
  createIndex: "admin",
  dropIndex: "admin",
  renameStore: "admin",
  dropStore: "admin",
  dropNamespace: "admin",
  listStores: "read",
  storeInfo: "read",
  set: "write",
  update: "write",
  get: "read",
  find: "read",
  count: "read",
  facets: "read",
  delete: "write",
  search: "read",
  searchMany: "read",
  changes: "read",
  measureRecall: "read",
  explain: "read",
  pipeline: "read",
  transaction: "write",
  verify: "admin",
  backup: "admin",
  compact: "admin",
};

export const queryKinds: readonly QueryKind[] = Object.keys(rights) as QueryKind[];

export function isQueryKind(value: unknown): value is QueryKind {
  return typeof value === "string" && Object.hasOwn(rights, value);
}

/** Whether it is a ping and nothing else: the commonest query takes the shortest way. */
export function isBarePing(query: unknown): boolean {
  if (typeof query !== "object" || query === null || Array.isArray(query)) return false;
  if (!Object.hasOwn(query, "kind") || (query as { kind: unknown }).kind !== "ping") return false;
  for (const name in query) if (name !== "kind") return false;
  return true;
}

/** Whether it may wait, for seconds, until something happens: it is given no place among those that work. */
export function waitsForChanges(query: Query): boolean {
  return query.kind === "changes" && query.waitMs !== undefined && query.waitMs > 0;
}

/** Makes queries: `query.get({ store: "films", keys: ["1"] })`. Handles and pipelines are made with these. */
export const query: { readonly [K in QueryKind]: (ask: Kinds[K]["ask"]) => Query<K> } =
  Object.freeze(
    Object.fromEntries(queryKinds.map((kind) => [kind, (ask: object) => ({ ...ask, kind })])),
  ) as never;
