import type { Metadata } from "../model/metadata.js";
import type { Snapshot } from "../persistence/persistence.js";
import type { WriteBatch } from "../persistence/write-batch.js";
import { fieldPostings } from "../rows/field-postings.js";
import {
  blockOrdinals,
  bodyOfPlaces,
  keyBytes,
  placesOf,
  postingKey,
  postingPrefix,
  putPosting,
  readPosting,
} from "../rows/posting-rows.js";
import type { StoredStore } from "../rows/store-rows.js";
import { keepsPostings, type StoredIndex } from "../rows/stored-index.js";
import type { Steps } from "./steps.js";

/**
 * What a draft changes of the postings of its stores. The rows are written when all of it is decided, since one row
 * stands for many entries: each is read, changed and put once a transaction.
 */
export class DraftedPostings {
  /** By the key of the row: places in its block, doubled, and one more where it is added; the last one counts. */
  readonly #changes: Map<string, number[]> = new Map();
  /** The rows that were written, as the draft that is built on this one finds them; null where there is none. */
  readonly #written: Map<string, Uint8Array | null> = new Map();
  /** The keys of what was changed since the mark; absent where nothing can be undone. */
  #journal: string[] | undefined;

  /** What the entry of that ordinal has now, and had before; undefined where it was not there, or is gone. */
  change(
    store: StoredStore,
    ordinal: number,
    before: Metadata | undefined,
    after: Metadata | undefined,
  ): void {
    for (const index of store.indexes) {
      if (keepsPostings(index, ordinal)) this.post(store, index, ordinal, before, after);
    }
  }

  /** The same for one index. */
  post(
    { incarnation }: StoredStore,
    { number, field }: StoredIndex,
    ordinal: number,
    before: Metadata | undefined,
    after: Metadata | undefined,
  ): void {
    const postings = fieldPostings(field);
    const had = before === undefined ? none : postings(before);
    const has = after === undefined ? none : postings(after);
    const prefix = postingPrefix(incarnation, number);
    for (const term of had) if (!has.includes(term)) this.#note(prefix, term, ordinal, 0);
    for (const term of has) if (!had.includes(term)) this.#note(prefix, term, ordinal, 1);
  }

  get isEmpty(): boolean {
    return this.#changes.size === 0;
  }

  /** From here on changes can be undone, until they are kept. */
  mark(): void {
    this.#journal = [];
  }

  keep(): void {
    this.#journal = undefined;
  }

  /** As it was at the mark. */
  undo(): void {
    for (const key of this.#journal?.reverse() ?? []) {
      const changes = this.#changes.get(key);
      changes?.pop();
      if (changes?.length === 0) this.#changes.delete(key);
    }
    this.#journal = undefined;
  }

  /** Puts the rows. `before` are those of the draft that this one is built on, which has written its own. */
  *write(batch: WriteBatch, snapshot: Snapshot, before: DraftedPostings | undefined): Steps<void> {
    for (const [text, changes] of this.#changes) {
      const key = keyBytes(text);
      const written = before === undefined ? undefined : before.#written.get(text);
      const was = written === undefined ? readPosting(snapshot, key) : (written ?? undefined);
      const places = changed(was === undefined ? [] : placesOf(was), changes);
      const body = places.length === 0 ? null : bodyOfPlaces(places);
      if (body !== null) putPosting(batch, key, body);
      else if (was !== undefined) batch.delete("postings", key);
      this.#written.set(text, body);
      yield;
    }
    this.#changes.clear();
  }

  #note(prefix: string, term: string, ordinal: number, isAdded: 0 | 1): void {
    const block = Math.floor(ordinal / blockOrdinals);
    const key = postingKey(prefix, term, block);
    const change = (ordinal - block * blockOrdinals) * 2 + isAdded;
    const changes = this.#changes.get(key);
    if (changes === undefined) this.#changes.set(key, [change]);
    else changes.push(change);
    this.#journal?.push(key);
  }
}

/** The places in order, as the changes leave them. */
function changed(places: number[], changes: readonly number[]): number[] {
  const last = new Map<number, number>();
  let isAppended = true;
  let highest = places.at(-1) ?? -1;
  for (const change of changes) {
    last.set(change >>> 1, change & 1);
    if ((change & 1) === 0 || change >>> 1 <= highest) isAppended = false;
    highest = Math.max(highest, change >>> 1);
  }
  if (isAppended) {
    for (const place of last.keys()) places.push(place);
    return places;
  }
  const kept = places.filter((place) => !last.has(place));
  for (const [place, isAdded] of last) if (isAdded === 1) kept.push(place);
  return kept.sort((a, b) => a - b);
}

const none: readonly string[] = [];
