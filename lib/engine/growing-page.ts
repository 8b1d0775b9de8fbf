import type { CheckedQuery } from "../model/checked-query.js";
import type { Entry, Page } from "../model/entry.js";
import type { SortKey } from "../model/value-order.js";
import type { StoredEntry } from "../rows/entry-rows.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Call } from "./call.js";
import { makeCursor } from "./cursor.js";
import { toEntry } from "./read.js";
import { makeSortCursor } from "./sort-cursor.js";
import type { View } from "./view.js";

/** The entries of a page as they are found, in their order, until it is full. */
export class GrowingPage {
  readonly #view: View;
  readonly #store: StoredStore;
  readonly #query: CheckedQuery<"find">;
  readonly #call: Call;
  readonly #entries: Entry[] = [];
  #lastKey: SortKey | undefined;
  #cursor: string | undefined;

  constructor(view: View, store: StoredStore, query: CheckedQuery<"find">, call: Call) {
    this.#view = view;
    this.#store = store;
    this.#query = query;
    this.#call = call;
  }

  /** How many may still be taken, with the one that tells that there is another page. */
  get room(): number {
    return this.#query.limit + 1 - this.#entries.length;
  }

  /** Takes the next entry, and what it is sorted by; false where there is no place for it: then the page is full. */
  take(stored: StoredEntry, key?: SortKey): boolean {
    const { limit, include } = this.#query;
    if (this.#entries.length === limit) {
      this.#cursor = this.#cursorBehind((this.#entries.at(-1) as Entry).id);
      return false;
    }
    this.#entries.push(toEntry(this.#view.snapshot, this.#store, stored, include, this.#call));
    this.#lastKey = key;
    return true;
  }

  toPage(): Page<Entry> {
    const entries = this.#entries;
    return this.#cursor === undefined ? { entries } : { entries, cursor: this.#cursor };
  }

  #cursorBehind(id: string): string {
    const key = this.#lastKey;
    if (key === undefined) return makeCursor(this.#store, this.#query, id);
    return makeSortCursor(this.#store, this.#query, { id, key });
  }
}
