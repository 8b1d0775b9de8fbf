/** How long to wait before the next attempt: doubling from `first` to `most` milliseconds, with jitter. */
export class Backoff {
  readonly #first: number;
  readonly #most: number;
  #failures = 0;

  constructor(first = 50, most = 5_000) {
    this.#first = first;
    this.#most = most;
  }

  /** Between half and the whole of the bound, so that many clients do not come back at once. */
  next(): number {
    const bound = Math.min(this.#most, this.#first * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return bound * (0.5 + Math.random() / 2);
  }

  reset(): void {
    this.#failures = 0;
  }
}
