import type { Effects } from "./draft.js";

/** How much has changed in a store's vectors since the last checkpoint of them, and when. */
export class UnkeptChanges {
  /** Vectors that were born or have died while this is there. */
  #total = 0;
  /** What the total was when the last checkpoint was begun; undefined where there is none. */
  #kept: number | undefined;
  #lastAt = 0;
  #sequence = 0;

  /** Infinity where there is no checkpoint. */
  get count(): number {
    return this.#kept === undefined ? Number.POSITIVE_INFINITY : this.#total - this.#kept;
  }

  /** As `performance.now` tells it. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** Nothing in memory is younger. */
  get sequence(): number {
    return this.#sequence;
  }

  /** To be given to `keep`, should a checkpoint that is begun now be finished. */
  get mark(): number {
    return this.#total;
  }

  note({ added, killed }: Effects): void {
    this.#total += killed.length;
    for (const { entries, born } of added) {
      this.#total += entries.length;
      this.#sequence = Math.max(this.#sequence, born);
    }
    for (const { died } of killed) this.#sequence = Math.max(this.#sequence, died);
    this.#lastAt = performance.now();
  }

  /** There is a checkpoint from when the mark was this; a mark may lie before the first one. */
  keep(mark: number): void {
    this.#kept = mark;
  }

  /** The checkpoint is of no use. */
  lose(): void {
    this.#kept = undefined;
  }
}
