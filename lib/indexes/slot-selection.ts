import { picksOf, type SearchUnits } from "./search-units.js";
import { SelectionSpread } from "./selection-spread.js";
import type { Slots } from "./slots.js";
import type { Selection } from "./vector-index.js";

/** A bit for each slot of one index, in pages that are made when the first bit in them is set. */
export class SlotSelection implements Selection {
  readonly slots: Slots;
  readonly #pages: (Uint32Array | undefined)[] = [];
  #size = 0;
  #spread: SelectionSpread | undefined;
  #picks: SearchUnits[] | undefined;
  #words: { readonly block: number; readonly words: Uint32Array } | undefined;

  constructor(slots: Slots) {
    this.slots = slots;
  }

  get size(): number {
    return this.#size;
  }

  /** How thinly what is selected lies, or all else, as searches have found it so far. */
  spread(isExcluded: boolean): SelectionSpread {
    const size = Math.max(1, this.slots.size);
    const selected = isExcluded ? size - this.#size : this.#size;
    this.#spread ??= new SelectionSpread(Math.min(1, Math.max(1, selected) / size));
    return this.#spread;
  }

  add(ordinal: number): void {
    const slot = this.slots.slotOf(ordinal);
    if (slot === undefined) return;
    const number = slot >>> pageBits;
    let page = this.#pages[number];
    if (page === undefined) {
      page = new Uint32Array(pageWords);
      this.#pages[number] = page;
    }
    const word = (slot >>> 5) & (pageWords - 1);
    const bit = 1 << (slot & 31);
    if ((page[word] & bit) !== 0) return;
    page[word] |= bit;
    this.#size++;
    this.#picks = undefined;
    this.#words = undefined;
    this.#spread = undefined;
  }

  /** What to look at, found once for all searches. */
  get picks(): SearchUnits[] {
    this.#picks ??= picksOf(this.slots, this);
    return this.#picks;
  }

  /** The bits of a block's 64 slots, the lower 32 and the upper. */
  bitsOf(block: number): readonly [number, number] {
    const page = this.#pages[block >>> (pageBits - 6)];
    if (page === undefined) return noBits;
    const word = (block << 1) & (pageWords - 1);
    return [page[word], page[word + 1]];
  }

  /** The bits of so many blocks from that one on, which are kept for the next who asks for the same. */
  wordsFrom(block: number, blocks: number): Uint32Array {
    const kept = this.#words;
    if (kept?.block === block && kept.words.length === blocks * 2) return kept.words;
    const words = this.#gather(block, blocks);
    this.#words = { block, words };
    return words;
  }

  #gather(block: number, blocks: number): Uint32Array {
    const words = new Uint32Array(blocks * 2);
    for (const [key, page] of Object.entries(this.#pages)) {
      if (page === undefined) continue;
      const at = Number(key) * pageWords - block * 2;
      if (at >= words.length || at + pageWords <= 0) continue;
      const from = Math.max(0, -at);
      words.set(page.subarray(from, Math.min(pageWords, words.length - at)), at + from);
    }
    return words;
  }

  /** Calls with each block that has a slot selected, and its 64 bits. */
  forEachBlock(visit: (block: number, low: number, high: number) => void): void {
    for (const [key, page] of Object.entries(this.#pages)) {
      if (page === undefined) continue;
      const first = Number(key) * (pageWords / 2);
      for (let i = 0; i < pageWords; i += 2) {
        if ((page[i] | page[i + 1]) !== 0) visit(first + (i >>> 1), page[i], page[i + 1]);
      }
    }
  }
}

const noBits = [0, 0] as const;
const pageBits = 15;
const pageWords = 2 ** (pageBits - 5);
