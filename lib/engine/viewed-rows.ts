import type { SeenRows, StoredRows } from "../indexes/vector-index.js";
import type { StoredStore } from "../rows/store-rows.js";
import { RowSource } from "./row-source.js";
import type { Views } from "./view.js";

/** The vectors of one store in the tables, as the current view has them. */
export class ViewedRows implements StoredRows {
  readonly #views: Views;
  readonly #store: StoredStore;

  constructor(views: Views, store: StoredStore) {
    this.#views = views;
    this.#store = store;
  }

  acquire(): SeenRows {
    const view = this.#views.acquire();
    return {
      sequence: view.sequence,
      source: new RowSource(view.snapshot, this.#store),
      [Symbol.dispose]: () => this.#views.release(view),
    };
  }
}
