/**
 * How thinly a selection lies among the nearest of what is searched for: of so many slots about one is selected. At
 * first as if it was drawn by lot, then as searches have found it: a predicate may hold far from a target and not near.
 */
export class SelectionSpread {
  readonly #drawn: number;
  #found: number;

  /** @param share - of all slots, above 0 to 1 */
  constructor(share: number) {
    this.#drawn = 1 / share;
    this.#found = this.#drawn;
  }

  /**
   * How many of the nearest of all have to be found for those of a limit: their places are twice as far from 0 on
   * average as they were if all were selected, and what is missed are mostly the last.
   */
  reachFor(limit: number): number {
    return Math.max(limit, Math.ceil((limit + 1) * this.#found - 1 - 1e-6));
  }

  /** Another search had that reach. */
  note(limit: number, reach: number): void {
    this.#found += ((reach + 1) / (limit + 1) - this.#found) / notesKept;
  }

  /** A search went without a walk, as it would have taken too long: some time it may be tried again. */
  forget(): void {
    this.#found += (this.#drawn - this.#found) / scansKept;
  }
}

/** How far the nearest of a selection reach among all that were found, by their mean place in that row, from 1 on. */
export function reachOf(meanPlace: number): number {
  return 2 * meanPlace - 1;
}

const notesKept = 8;
const scansKept = 64;
