import type { StoredEntry } from "../rows/entry-rows.js";

/**
 * What a draft has written of the entries of its stores: of each id that it touched, the entry as the draft leaves
 * it, null where it is deleted. They cover what the rows below say.
 */
export class DraftedEntries {
  readonly #stores: Map<number, Map<string, DraftedEntry | null>> = new Map();
  /** What is to be put back, in the order in which it was covered; absent where nothing can be undone. */
  #covered: Covered[] | undefined;

  /** Undefined where the draft has not touched the id. */
  get(incarnation: number, id: string): DraftedEntry | null | undefined {
    return this.#stores.get(incarnation)?.get(id);
  }

  /** All that the draft has touched of a store; null for each that is deleted. */
  of(incarnation: number): Iterable<DraftedEntry | null> {
    return this.#stores.get(incarnation)?.values() ?? [];
  }

  /** Null for an entry that is deleted. */
  set(incarnation: number, id: string, entry: DraftedEntry | null): void {
    let entries = this.#stores.get(incarnation);
    if (entries === undefined) {
      entries = new Map();
      this.#stores.set(incarnation, entries);
    }
    this.#covered?.push({ entries, id, before: entries.get(id) });
    entries.set(id, entry);
  }

  /** From here on what is set can be undone, until it is kept. */
  mark(): void {
    this.#covered = [];
  }

  keep(): void {
    this.#covered = undefined;
  }

  /** As it was at the mark. */
  undo(): void {
    for (const { entries, id, before } of this.#covered?.reverse() ?? []) {
      if (before === undefined) entries.delete(id);
      else entries.set(id, before);
    }
    this.#covered = undefined;
  }
}

/** An entry that a draft has written; its metadata is its own. */
export interface DraftedEntry extends StoredEntry {
  /** Absent where the draft left it alone: it is in the row of the entry's ordinal. */
  readonly vector: Float32Array | undefined;
}

interface Covered {
  readonly entries: Map<string, DraftedEntry | null>;
  readonly id: string;
  readonly before: DraftedEntry | null | undefined;
}
