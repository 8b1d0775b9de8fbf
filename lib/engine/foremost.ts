/** The first few of many in some order, with room for these alone. */
export class Foremost<T> {
  readonly #most: number;
  readonly #compare: (a: T, b: T) => number;
  /** A heap: each comes before, or with, the one above it; the first is the last in order. */
  readonly #kept: T[] = [];

  constructor(most: number, compare: (a: T, b: T) => number) {
    this.#most = most;
    this.#compare = compare;
  }

  add(one: T): void {
    const kept = this.#kept;
    if (kept.length < this.#most) {
      kept.push(one);
      this.#rise(kept.length - 1);
    } else if (this.#most > 0 && this.#compare(one, kept[0] as T) < 0) {
      kept[0] = one;
      this.#sink();
    }
  }

  /** In their order. */
  sorted(): T[] {
    return [...this.#kept].sort(this.#compare);
  }

  #rise(from: number): void {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#swapIfBehind(at, above)) return;
      at = above;
    }
  }

  #sink(): void {
    const { length } = this.#kept;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      if (left >= length) return;
      const right = left + 1;
      const below = right < length && this.#isBehind(right, left) ? right : left;
      if (!this.#swapIfBehind(below, at)) return;
      at = below;
    }
  }

  #isBehind(a: number, b: number): boolean {
    return this.#compare(this.#kept[a] as T, this.#kept[b] as T) > 0;
  }

  #swapIfBehind(a: number, b: number): boolean {
    if (!this.#isBehind(a, b)) return false;
    const one = this.#kept[a] as T;
    this.#kept[a] = this.#kept[b] as T;
    this.#kept[b] = one;
    return true;
  }
}
