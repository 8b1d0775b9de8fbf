import type { Slots } from "./slots.js";
import type { Selection } from "./vector-index.js";

/** A bit for each slot of one index, in pages that are made when the first bit in them is set. */
export class SlotSelection implements Selection {
  readonly slots: Slots;
  readonly #pages: (Uint32Array | undefined)[] = [];
  #size = 0;

  constructor(slots: Slots) {
    this.slots = slots;
  }

  get size(): number {
    return this.#size;
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

const pageBits = 15;
const pageWords = 2 ** (pageBits - 5);
