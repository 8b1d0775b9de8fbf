/**
 * From ordinals to slots: pages of neighbouring ordinals, made when the first of them comes and dropped when
 * the last has gone. Ordinals come in increasing order, so the page asked for is mostly the one before.
 */
export class OrdinalMap {
  readonly #pages = new Map<number, Uint32Array>();
  #lastNumber = -1;
  #lastPage: Uint32Array | undefined;

  get(ordinal: number): number | undefined {
    const number = Math.floor(ordinal / pageSize);
    const slot = this.#page(number)?.[ordinal - number * pageSize] ?? 0;
    return slot === 0 ? undefined : slot - 1;
  }

  /** The ordinal is new. */
  set(ordinal: number, slot: number): void {
    const number = Math.floor(ordinal / pageSize);
    let page = this.#page(number);
    if (page === undefined) {
      page = new Uint32Array(pageSize + 1);
      this.#pages.set(number, page);
      this.#lastPage = page;
    }
    page[ordinal - number * pageSize] = slot + 1;
    page[pageSize]++;
  }

  /** As `set` of each for the slots from that one on, but those that are 0. */
  setAll(ordinals: Float64Array, slot: number): void {
    for (let i = 0; i < ordinals.length; i++) {
      const ordinal = ordinals[i];
      if (ordinal === 0) continue;
      const page = this.#lastPage;
      const place = ordinal - this.#lastNumber * pageSize;
      if (page === undefined || place < 0 || place >= pageSize) this.set(ordinal, slot + i);
      else {
        page[place] = slot + i + 1;
        page[pageSize]++;
      }
    }
  }

  /** The ordinal is there. */
  delete(ordinal: number): void {
    const number = Math.floor(ordinal / pageSize);
    const page = this.#page(number);
    if (page === undefined) return;
    page[ordinal - number * pageSize] = 0;
    if (--page[pageSize] > 0) return;
    this.#pages.delete(number);
    this.#lastPage = undefined;
  }

  #page(number: number): Uint32Array | undefined {
    if (number !== this.#lastNumber) {
      this.#lastNumber = number;
      this.#lastPage = this.#pages.get(number);
    }
    return this.#lastPage;
  }
}

/** Entries of a page: slot + 1, or 0; one more counts those that are taken. */
const pageSize = 256;
