/** Slots first in, first out. */
export class SlotQueue {
  #slots: number[] = [];
  #head = 0;

  get size(): number {
    return this.#slots.length - this.#head;
  }

  push(slot: number): void {
    this.#slots.push(slot);
  }

  /** The next one, which stays. */
  get first(): number | undefined {
    return this.#slots[this.#head];
  }

  shift(): number | undefined {
    if (this.size === 0) return undefined;
    const slot = this.#slots[this.#head++];
    if (this.#head > keptMost && this.#head * 2 > this.#slots.length) this.without(none);
    return slot;
  }

  /** Takes these out, wherever they are. */
  without(slots: ReadonlySet<number>): void {
    const left = this.#slots.slice(this.#head);
    this.#slots = slots.size === 0 ? left : left.filter((slot) => !slots.has(slot));
    this.#head = 0;
  }
}

/** Of those that were taken so many are kept, until they are more than those that are left. */
const keptMost = 1_024;
const none: ReadonlySet<number> = new Set();
