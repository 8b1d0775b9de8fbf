/**
 * The slots that died, in the order of their deaths: first those that may be used again, then those that a
 * search may still see.
 */
export class DeadSlots {
  #slots = new Uint32Array(0);
  #died = new Float64Array(0);
  #head = 0;
  #reclaimed = 0;
  #tail = 0;

  push(slot: number, died: number): void {
    if (this.#tail === this.#slots.length) this.#makeRoom();
    this.#slots[this.#tail] = slot;
    this.#died[this.#tail++] = died;
  }

  /** Those that died at or before `sequence` may be used again; how many these are. */
  reclaim(sequence: number): number {
    const before = this.#reclaimed;
    while (this.#reclaimed < this.#tail && this.#died[this.#reclaimed] <= sequence) {
      this.#reclaimed++;
    }
    return this.#reclaimed - before;
  }

  get hasSlot(): boolean {
    return this.#head < this.#reclaimed;
  }

  /** A slot to be used again. */
  take(): number | undefined {
    return this.#head < this.#reclaimed ? this.#slots[this.#head++] : undefined;
  }

  /** Moves what is left to the front, into larger arrays where it fills more than half. */
  #makeRoom(): void {
    const left = this.#tail - this.#head;
    const capacity = Math.max(64, left * 2);
    const slots = new Uint32Array(capacity);
    const died = new Float64Array(capacity);
    slots.set(this.#slots.subarray(this.#head, this.#tail));
    died.set(this.#died.subarray(this.#head, this.#tail));
    this.#slots = slots;
    this.#died = died;
    this.#reclaimed -= this.#head;
    this.#head = 0;
    this.#tail = left;
  }
}
