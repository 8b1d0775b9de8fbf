import type { Metric } from "../../lib/model/metric.js";
import type { DataSet } from "./data-sets/data-set.js";
import type { QueryKind } from "./data-sets/promise-vectors.js";

export interface PromiseJob {
  readonly data: DataSet;
  readonly metric: Metric;
  readonly kinds: readonly QueryKind[];
  /** The recalls that are asked for. */
  readonly targets: readonly number[];
  /** How many queries are held out, and how many came before; fewer where there are fewer. */
  readonly held: number;
  readonly came: number;
  readonly rounds: number;
}

/** What came of asking for a recall. */
export interface Kept {
  readonly kind: QueryKind;
  /** Whether such queries had come, or all that is known is from the vectors that are searched. */
  readonly knows: "own" | "queries";
  readonly target: number;
  /** Of held-out queries, and its standard error. */
  readonly recall: number;
  readonly error: number;
  readonly examined: number;
  /** Whether walks gave the answers; else all was looked at. */
  readonly walked: boolean;
  /** The recall of the narrowest walk there is. */
  readonly least: number;
  /** Of the cheapest fixed beam that reaches the target; undefined: none does. */
  readonly width: number | undefined;
  /** What that one looks at. */
  readonly fixed: number;
  /** The processor's time it takes, of that beam's, or of an exact search where there is none. */
  readonly cost: number;
}
