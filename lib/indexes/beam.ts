/** How far an approximate search goes. */
export interface Beam {
  /** How many of the nearest found so far a walk keeps, and goes on from. */
  readonly width: number;
  /** It ends where all that is left is farther than the nearest `limit` by more than this, in the metric's keys. */
  readonly slack: number;
}
