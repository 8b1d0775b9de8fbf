import type { AhnlichError } from "./errors.js";
import type { Metadata } from "./metadata.js";
import type { Metric } from "./metric.js";
import type { SetMode } from "./options.js";
import type { Predicate } from "./predicate.js";
import type { ExplainedQuery, QueryKind, WriteQuery } from "./query.js";
import type { VectorPlace } from "./vector-place.js";

/**
 * A query that passed `checkQuery`: every default is filled in, every value is within the limits
 * and shares nothing with what the caller gave. What only a store can tell (that it is there, its
 * dimension, encoded sizes) is not checked yet.
 */
export type CheckedQuery<K extends QueryKind = QueryKind> = {
  [P in K]: { readonly kind: P } & CheckedKinds[P];
}[K];

/** Of every kind, what a checked query of it holds. */
export interface CheckedKinds {
  ping: {};
  info: {};
  clients: {};
  shutdown: { readonly reason: string };
  createStore: {
    readonly store: string;
    readonly dimension: number;
    readonly metric: Metric;
    /** Absent: for ever. */
    readonly ttlMs: number | undefined;
    readonly vectors: VectorPlace;
    readonly indexes: readonly string[];
    readonly ifNotExists: boolean;
  };
  createIndex: { readonly store: string; readonly field: string };
  dropIndex: { readonly store: string; readonly field: string; readonly ifExists: boolean };
  alterStore: {
    readonly store: string;
    /** Absent: as it is; null: for ever. */
    readonly ttlMs: number | null | undefined;
    /** Absent: as it is. */
    readonly vectors: VectorPlace | undefined;
  };
  renameStore: { readonly store: string; readonly to: string; readonly replace: boolean };
  dropStore: { readonly store: string; readonly ifExists: boolean };
  dropNamespace: { readonly namespace: string };
  listStores: { readonly namespace: string | undefined };
  storeInfo: { readonly store: string };
  set: {
    readonly store: string;
    readonly mode: SetMode;
    readonly entries: readonly CheckedEntry[];
  };
  update: GuardedTarget & { readonly store: string; readonly patch: CheckedPatch };
  get: {
    readonly store: string;
    readonly ids: readonly string[];
    readonly include: CheckedInclude;
  };
  find: {
    readonly store: string;
    readonly where: Predicate;
    /** Absent: by the id. */
    readonly sort: CheckedSort | undefined;
    readonly limit: number;
    readonly cursor: string | undefined;
    readonly include: CheckedInclude;
  };
  count: { readonly store: string; readonly where: Predicate };
  facets: {
    readonly store: string;
    readonly field: string;
    readonly where: Predicate;
    readonly limit: number;
  };
  delete: GuardedTarget & { readonly store: string };
  search: CheckedSearchOptions & { readonly target: CheckedSearchTarget };
  searchMany: CheckedSearchOptions & { readonly targets: readonly Float32Array[] };
  changes: {
    readonly store: string;
    /** Not read yet: a position, or garbage. */
    readonly since: string | undefined;
    readonly where: Predicate;
    readonly limit: number;
    readonly waitMs: number;
  };
  measureRecall: {
    readonly store: string;
    readonly samples: number;
    readonly limit: number;
    readonly where: Predicate;
  };
  explain: { readonly query: CheckedExplained };
  pipeline: { readonly queries: readonly CheckedMember[] };
  transaction: { readonly writes: readonly CheckedWrite[] };
  verify: {};
  backup: { readonly name: string };
  compact: {};
}

export interface CheckedEntry {
  /** Given, or computed from the vector's content. */
  readonly id: string;
  readonly vector: Float32Array;
  readonly metadata: Metadata;
  /** Milliseconds to live; null: for ever, absent: as the store says. */
  readonly ttlMs: number | null | undefined;
  /** The version the entry must have; 0: it must not exist. */
  readonly ifVersion: number | undefined;
}

export interface CheckedInclude {
  readonly vector: boolean;
  readonly metadata: boolean;
}

export interface CheckedSort {
  /** Its name, dotted or not. */
  readonly field: string;
  readonly isDescending: boolean;
}

export interface CheckedSearchOptions {
  readonly store: string;
  readonly where: Predicate;
  readonly limit: number;
  readonly recall: number;
  /** Absent: the store's. */
  readonly metric: Metric | undefined;
  readonly maxDistance: number | undefined;
  readonly groupBy: CheckedGroupBy | undefined;
  readonly diversity: number | undefined;
  readonly include: CheckedInclude;
}

export interface CheckedGroupBy {
  readonly field: string;
  readonly limit: number;
}

export interface GuardedTarget {
  readonly target: CheckedTarget;
  /** The version that each entry must have, 0: it must not exist; only where the target is of ids. */
  readonly ifVersion: number | undefined;
}

export type CheckedTarget =
  | { readonly kind: "ids"; readonly ids: readonly string[] }
  | { readonly kind: "where"; readonly where: Predicate }
  | { readonly kind: "all" };

export interface CheckedPatch {
  readonly vector: Float32Array | undefined;
  readonly metadata: Metadata | undefined;
  /** Null: never to expire; undefined: as it was. */
  readonly ttlMs: number | null | undefined;
  /** Names of fields, dotted or not. */
  readonly remove: readonly string[];
  /** Whether `metadata`, which is there then, takes the place of all that was. */
  readonly replaces: boolean;
}

export type CheckedWrite = CheckedQuery<WriteQuery["kind"]>;

export type CheckedExplained = CheckedQuery<ExplainedQuery["kind"]>;

export type CheckedSearchTarget =
  | { readonly kind: "vector"; readonly vector: Float32Array }
  | {
      readonly kind: "examples";
      /** At least one. */
      readonly near: readonly Example[];
      readonly awayFrom: readonly Example[];
    };

export type Example =
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "vector"; readonly vector: Float32Array };

/**
 * A query of a pipeline, checked with the rest because arguments are copied before a call
 * returns. One that is refused fails alone, when its turn comes.
 */
export type CheckedMember =
  | { readonly ok: true; readonly query: CheckedQuery<Exclude<QueryKind, "pipeline">> }
  | { readonly ok: false; readonly error: AhnlichError };
