import type { Limits } from "./limits.js";
import type { Metric } from "./metric.js";
import type { VectorPlace } from "./vector-place.js";

export interface SetResponse {
  readonly inserted: number;
  readonly updated: number;
  /** The version that every entry of the call has now; 0 when there was none. */
  readonly version: number;
}

export interface StoreInfo {
  readonly name: string;
  readonly dimension: number;
  readonly metric: Metric;
  readonly entries: number;
  /** The fields that have an index; `progress`: how much of it is built, 0 to 1; at 1 it is used. */
  readonly indexes: readonly { readonly field: string; readonly progress: number }[];
  /**
   * `entries`: how many are in the graph by now, 0 where searches look at all; those that died a moment ago among them.
   * `recall`: what searches of ten at the standard recall find in the mean, where that was measured.
   */
  readonly graph: { readonly entries: number; readonly recall?: number };
  /** `memory`: of vectors; `disk`: an estimate of this store's share of the engine's file. */
  readonly bytes: { readonly memory: number; readonly disk: number };
  /** How long entries live that do not say so themselves; absent: for ever. */
  readonly ttlMs?: number;
  /** Where the vectors lie that searches compare in the end. */
  readonly vectors: VectorPlace;
  /** An opaque token of how far this store has come; `changes` and `watch` take it as `since`. */
  readonly position: string;
}

/** How a query was carried out, and what that took. */
export interface Plan {
  /**
   * `exact`: each vector that may be found was compared with the target; `graph`: those that a graph led to; `scan`:
   * rows were read one after the other, or none where the store's own number of entries was enough; `index`: indexes of
   * fields said which entries may match, and only these were read; `empty`: there was nothing to compare, or to read.
   */
  readonly plan: "exact" | "graph" | "scan" | "index" | "empty";
  /** The fields whose indexes were used; searches use them, too, to find what may match. */
  readonly indexes: readonly string[];
  /**
   * Rows, those of indexes among them, that were read to find what matches, and vectors that were compared: an entry
   * may count as both.
   */
  readonly examined: number;
  /** Matches, entries of the page, or the count. */
  readonly matched: number;
  readonly elapsedMs: number;
}

/** A value of a field, and how many entries have it. */
export interface Facet {
  readonly value: unknown;
  readonly count: number;
}

/** What a look at some searches has found. */
export interface RecallReport {
  /** The share of the true nearest that was found, in the mean over the samples; 1 where there were none. */
  readonly recall: number;
  /** How many searches were measured. */
  readonly samples: number;
  /** How many of the nearest each of them was asked for. */
  readonly limit: number;
  readonly elapsedMs: number;
}

/** One change of one entry, as it is delivered. */
export interface Change {
  /** Where the log goes on behind this change: as `since` it gives what comes after. */
  readonly position: string;
  /**
   * `set`: an entry of this id is there, and matches; `leave`: it is there, and does not match;
   * `delete`, `expire`: it was taken away, and may have come back by a later change.
   */
  readonly kind: "set" | "delete" | "expire" | "leave";
  readonly id: string;
  /** Of the entry when the change is delivered, or of the command that took it away. */
  readonly version: number;
}

export interface Changes {
  /** In the order in which they were made. */
  readonly changes: Change[];
  /** Where to go on: as `since` it gives what comes after. */
  readonly next: string;
}

export interface EngineInfo {
  /** Of the package that runs the engine. */
  readonly version: string;
  /** "major.minor" of the protocol it speaks. */
  readonly protocol: string;
  /** The folder; absent for an engine in memory. */
  readonly path?: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly stores: number;
  readonly entries: number;
  readonly threads: number;
  readonly bytes: { readonly memory: number; readonly disk: number };
  readonly limits: Limits;
  /** How far the engine has come; `changes` and `watch` of any store that is there take it as `since`. */
  readonly position: string;
}

/** What a look at everything has found. */
export interface Verification {
  /** Entries of all stores. */
  readonly entries: number;
  /** Empty where all is well; at most some hundred sentences, the last of which says how many more there are. */
  readonly problems: string[];
}

/** One `connect()`, however many connections it holds. Times in milliseconds, `since` counted from 1970. */
export interface ClientInfo {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** Whose password or certificate it came with; absent where the server has no users. */
  readonly user?: string;
  readonly address: string;
  readonly connections: number;
  readonly since: number;
  readonly idleMs: number;
  readonly inFlight: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** How one query of a pipeline ended. */
export type Outcome<T> =
  | { readonly ok: true; readonly response: T }
  | { readonly ok: false; readonly error: Error };
