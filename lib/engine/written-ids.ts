import type { StoredStore } from "../rows/store-rows.js";
import { IdFilter } from "./id-filter.js";

/**
 * The ids that stores were given since they were empty, so that a new id is known to be new without a look at the
 * rows, which costs as much as encoding the entry. Of a store that had entries when the engine began nothing is known.
 */
export class WrittenIds {
  readonly #stores: Map<number, IdFilter> = new Map();

  /** True where the store has surely never had an entry of that id. */
  lacks({ incarnation, counters }: StoredStore, id: string): boolean {
    const filter = this.#stores.get(incarnation);
    if (filter !== undefined) return !filter.mayHave(id);
    if (counters.nextOrdinal > 1) return false;
    this.#stores.set(incarnation, new IdFilter());
    return true;
  }

  /** To be told of every entry that is put, also of those that are not committed in the end. */
  add(incarnation: number, id: string): void {
    const filter = this.#stores.get(incarnation);
    if (filter === undefined) return;
    if (filter.size < idsMax) filter.add(id);
    else this.forget(incarnation);
  }

  forget(incarnation: number): void {
    this.#stores.delete(incarnation);
  }
}

/** What is known of a store takes 16 MiB at most. */
const idsMax = 4_000_000;
