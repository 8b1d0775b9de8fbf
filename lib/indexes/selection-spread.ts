/**
 * How thinly a selection lies among the nearest of what is searched for: of so many slots about one is selected. At
 * first as if it was drawn by lot, then as searches have found it: a predicate may hold far from a target and not near.
 */
export class SelectionSpread {
  #found: number;
  #scans = 0;

  /** @param share - of all slots, above 0 to 1 */
  constructor(share: number) {
    this.#found = 1 / share;
  }

  /**
   * How many of the nearest of all have to be found for those of a limit: their places are twice as far from 0 on
   * average as they were if all were selected, and what is missed are mostly the last.
   */
  reachFor(limit: number): number {
    return Math.max(limit, Math.ceil((limit + 1) * this.#found - 1 - 1e-6));
  }

  /**
   * Another search had that reach. Their geometric mean is kept: where a predicate is correlated with the vectors most
   * reaches are short and some are a hundred times as long, and those few then walk again, instead of all far.
   */
  note(limit: number, reach: number): void {
    this.#found *= ((reach + 1) / (limit + 1) / this.#found) ** (1 / notesKept);
  }

  /**
   * A search does without a walk, as it would have taken too long: whether a short one is to be tried before, now and
   * then, since the predicate may hold mostly near what is searched for.
   */
  get isToBeTried(): boolean {
    const scans = this.#scans++;
    return scans < triesAtFirst || scans % scansPerTry === 0;
  }
}

/** How far the nearest of a selection reach among all that were found, by their mean place in that row, from 1 on. */
export function reachOf(meanPlace: number): number {
  return 2 * meanPlace - 1;
}

const notesKept = 8;
const triesAtFirst = 8;
const scansPerTry = 16;
