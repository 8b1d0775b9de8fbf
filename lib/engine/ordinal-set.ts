import { blockOrdinals, blockWords } from "../rows/places.js";

/** Ordinals of one store: a bit each, in the blocks in which there is one. */
export class OrdinalSet {
  readonly #blocks: Map<number, Uint32Array> = new Map();

  /** How many; each time they are counted. */
  get size(): number {
    let size = 0;
    for (const words of this.#blocks.values()) size += bitsOf(words);
    return size;
  }

  has(ordinal: number): boolean {
    const block = Math.floor(ordinal / blockOrdinals);
    const place = ordinal - block * blockOrdinals;
    const word = this.#blocks.get(block)?.[place >>> 5] ?? 0;
    return (word & (1 << (place & 31))) !== 0;
  }

  add(ordinal: number): void {
    const block = Math.floor(ordinal / blockOrdinals);
    const place = ordinal - block * blockOrdinals;
    const words = this.wordsOf(block);
    words[place >>> 5] = (words[place >>> 5] as number) | (1 << (place & 31));
  }

  delete(ordinal: number): void {
    const block = Math.floor(ordinal / blockOrdinals);
    const place = ordinal - block * blockOrdinals;
    const words = this.#blocks.get(block);
    if (words === undefined) return;
    words[place >>> 5] = (words[place >>> 5] as number) & ~(1 << (place & 31));
  }

  /** The bits of a block, which may be set. */
  wordsOf(block: number): Uint32Array {
    let words = this.#blocks.get(block);
    if (words === undefined) {
      words = new Uint32Array(blockWords);
      this.#blocks.set(block, words);
    }
    return words;
  }

  /** Leaves what is in both. */
  keep(other: OrdinalSet): void {
    for (const [block, words] of this.#blocks) {
      const others = other.#blocks.get(block);
      if (others === undefined) this.#blocks.delete(block);
      else for (let i = 0; i < blockWords; i++) words[i] = (words[i] ?? 0) & (others[i] ?? 0);
    }
  }

  /** Leaves what is not in the other. */
  remove(other: OrdinalSet): void {
    for (const [block, words] of this.#blocks) {
      const others = other.#blocks.get(block);
      if (others === undefined) continue;
      for (let i = 0; i < blockWords; i++) words[i] = (words[i] ?? 0) & ~(others[i] ?? 0);
    }
  }

  /** Adds what is in the other. */
  addAll(other: OrdinalSet): void {
    for (const [block, others] of other.#blocks) {
      const words = this.wordsOf(block);
      for (let i = 0; i < blockWords; i++) words[i] = (words[i] ?? 0) | (others[i] ?? 0);
    }
  }

  /** In their order. Nothing is to be added meanwhile. */
  *[Symbol.iterator](): Generator<number, void, undefined> {
    for (const block of [...this.#blocks.keys()].sort((a, b) => a - b)) {
      const words = this.#blocks.get(block) as Uint32Array;
      const first = block * blockOrdinals;
      for (let i = 0; i < blockWords; i++) {
        for (let bits = words[i] ?? 0; bits !== 0; bits &= bits - 1) {
          yield first + i * 32 + (31 - Math.clz32(bits & -bits));
        }
      }
    }
  }
}

function bitsOf(words: Uint32Array): number {
  let count = 0;
  for (const word of words) {
    if (word === 0) continue;
    let bits = word - ((word >>> 1) & 0x55555555);
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
    count += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}
