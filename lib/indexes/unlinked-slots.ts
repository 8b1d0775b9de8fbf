/** The slots that hold vectors and are not linked, as bits of their blocks: searches look at them one by one. */
export class UnlinkedSlots {
  #masks = new Uint32Array(128);
  readonly #blocks = new Set<number>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(slot: number): void {
    const word = slot >>> 5;
    if (word >= this.#masks.length) this.#makeRoom(word);
    const bit = 1 << (slot & 31);
    if ((this.#masks[word] & bit) !== 0) return;
    if (this.#masks[word] === 0) this.#blocks.add(slot >>> 6);
    this.#masks[word] |= bit;
    this.#size++;
  }

  delete(slot: number): void {
    const word = slot >>> 5;
    const bit = 1 << (slot & 31);
    if (word >= this.#masks.length || (this.#masks[word] & bit) === 0) return;
    this.#masks[word] &= ~bit;
    this.#size--;
    if (this.#masks[word] === 0 && this.#masks[word ^ 1] === 0) this.#blocks.delete(slot >>> 6);
  }

  /** Calls with each block that has one, and its 64 bits. */
  forEachBlock(visit: (block: number, low: number, high: number) => void): void {
    for (const block of this.#blocks) {
      visit(block, this.#masks[block * 2] as number, this.#masks[block * 2 + 1] as number);
    }
  }

  #makeRoom(word: number): void {
    const larger = new Uint32Array(2 ** Math.ceil(Math.log2(word + 2)));
    larger.set(this.#masks);
    this.#masks = larger;
  }
}
