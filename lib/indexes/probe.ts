import type { Beam } from "./beam.js";
import type { Nearest } from "./vector-index.js";

/**
 * What a calibration asks of an index. An answer's distances are those of float64 arithmetic, in `exact` and `walk`
 * alike: what is found at the distance of the last true one counts as true. What a walk examined is what it costs.
 */
export interface Probe {
  /** Vectors that can be found. */
  readonly size: number;
  /** Entries that were written and removed so far, a count that only grows while the index is open. */
  readonly changed: number;
  /** Copies of so many vectors that are stored, each drawn once at most; fewer where there are fewer. */
  sample(
    count: number,
    random: () => number,
  ): readonly ProbeTarget[] | Promise<readonly ProbeTarget[]>;
  /**
   * A copy of a stored vector, under cosine brought to length 1; undefined where there is none, and under dot, where
   * the nearest of a vector do not lie around it.
   */
  placeOf?(ordinal: number): Float32Array | undefined | Promise<Float32Array | undefined>;
  /** The true nearest of each, `limit` of them where there are so many. */
  exact(targets: readonly ProbeTarget[], limit: number): Promise<readonly Nearest[]>;
  /** What a search of that limit finds with that beam, its last sorting by float64 distances included. */
  walk(targets: readonly ProbeTarget[], limit: number, beam: Beam): Promise<readonly Nearest[]>;
}

export interface ProbeTarget {
  readonly vector: Float32Array;
  /**
   * The ordinal it is stored under. The answer is what it were if that entry did not exist: it is not found, and a
   * walk neither begins at it nor goes through it, since its links lead to the very entries that are looked for.
   */
  readonly own?: number | undefined;
}
