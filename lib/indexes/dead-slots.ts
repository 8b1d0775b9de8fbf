/** The slots that died and that a search may still see, in the order of their deaths. */
export class DeadSlots {
  #slots = new Uint32Array(0);
  #died = new Float64Array(0);
  #head = 0;
  #tail = 0;

  push(slot: number, died: number): void {
    if (this.#tail === this.#slots.length) this.#makeRoom();
    this.#slots[this.#tail] = slot;
    this.#died[this.#tail++] = died;
  }

  /** The next one that died at or before `sequence`: no search sees it any more. */
  take(sequence: number): number | undefined {
    if (this.#head === this.#tail || this.#died[this.#head] > sequence) return undefined;
    return this.#slots[this.#head++];
  }

  /** Those that were not taken yet. */
  get waiting(): Uint32Array {
    return this.#slots.subarray(this.#head, this.#tail);
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
    this.#head = 0;
    this.#tail = left;
  }
}
