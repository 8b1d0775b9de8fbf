/** How far a walk through a graph looks around. */
export interface Beam {
  /** How many of the nearest that it has met a walk keeps in view, "ef": a whole number, the search's limit at least. */
  readonly width: number;
  /**
   * A walk also ends where the next candidate lies farther than the last of the `limit` nearest so far by more than
   * this, in the numbers that the walk compares; Infinity: it never ends for that.
   */
  readonly slack: number;
}
