import type { DataSet } from "./data-sets/data-set.js";
import type { Kind } from "./indexes/index-contender.js";
import type { Memory } from "./memory-of.js";

/** What the process of one index is told first. */
export interface SearchJob {
  readonly module: string;
  readonly name: string;
  /** The npm package, loaded before any clock starts. */
  readonly package: string | undefined;
  readonly data: DataSet;
  readonly truth: string;
}

/** What it is asked then, one thing after the other. */
export type Question =
  | {
      readonly task: "build";
      readonly folder: string;
      readonly kind: Kind;
      readonly threads: number;
    }
  | {
      readonly task: "open";
      readonly folder: string;
      readonly kind: Kind;
      readonly threads: number;
    }
  | ({ readonly task: "turn" } & Turn)
  | { readonly task: "settle" }
  | { readonly task: "memory" }
  | { readonly task: "close" };

/** Searches by one effort, until the time is over or so many are done. */
export interface Turn {
  readonly effort: number;
  readonly ms: number;
  readonly most: number;
  /** Questions of one call, or 1: one call each. */
  readonly batch: number;
  /** Calls that wait for their answers at once. */
  readonly inFlight: number;
  /** The name of a filter, where there is to be one. */
  readonly filter?: string | undefined;
}

export interface Ready {
  readonly how: string;
}

export interface Built {
  /** Until all can be searched. */
  readonly ms: number;
  /** Until it is kept and closed, too. */
  readonly closedMs: number;
  /** When all could be searched. */
  readonly memory: Memory;
}

export interface Opened {
  readonly efforts: readonly string[];
  /** Which of them answer many questions in one call. */
  readonly batches: boolean;
  /** Until the first answer of the first effort that is asked. */
  readonly ms: number;
}

export interface Turned {
  readonly searches: number;
  readonly ms: number;
  /** Mean share of the true nearest. */
  readonly recall: number;
}
