import type { Limits } from "./limits.js";
import type { Metric } from "./metric.js";

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
  /** `memory`: of vectors; `disk`: an estimate of this store's share of the engine's file. */
  readonly bytes: { readonly memory: number; readonly disk: number };
  /** An opaque token of how far this store has come. */
  readonly position: string;
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
