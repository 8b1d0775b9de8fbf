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
  /** By incarnation and index. */
  readonly #indexes: Map<number, IndexChanges> = new Map();
  /** What was changed since the mark; absent where nothing can be undone. */
  #journal: { readonly terms: Terms; readonly term: string }[] | undefined;

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
    if (had.length === 0 && has.length === 0) return;
    const block = Math.floor(ordinal / blockOrdinals);
    const terms = this.#termsOf(incarnation, number, block);
    const place = (ordinal - block * blockOrdinals) * 2;
    for (const term of had) if (!has.includes(term)) this.#note(terms, term, place);
    for (const term of has) if (!had.includes(term)) this.#note(terms, term, place + 1);
  }

  get isEmpty(): boolean {
    return this.#indexes.size === 0;
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
    for (const { terms, term } of this.#journal?.reverse() ?? []) {
      const changes = terms.get(term);
      if (!Array.isArray(changes)) terms.delete(term);
      else if (changes.pop() !== undefined && changes.length === 0) terms.delete(term);
    }
    this.#journal = undefined;
  }

  /** Puts the rows. `before` are those of the draft that this one is built on, which has written its own. */
  *write(batch: WriteBatch, snapshot: Snapshot, before: DraftedPostings | undefined): Steps<void> {
    for (const [index, { prefix, blocks, written }] of this.#indexes) {
      const earlier = before === undefined ? undefined : before.#indexes.get(index)?.written;
      for (const [block, terms] of blocks) {
        for (const [term, changes] of terms) {
          const text = postingKey(prefix, term, block);
          const key = keyBytes(text);
          const there = earlier?.get(text);
          const was = there === undefined ? readPosting(snapshot, key) : (there ?? undefined);
          const body = changedBody(was, changes);
          if (body !== null) putPosting(batch, key, body);
          else if (was !== undefined) batch.delete("postings", key);
          written.set(text, body);
          yield;
        }
      }
      blocks.clear();
    }
  }

  #termsOf(incarnation: number, index: number, block: number): Terms {
    const number = incarnation * 0x10000 + index;
    let of = this.#indexes.get(number);
    if (of === undefined) {
      const prefix = postingPrefix(incarnation, index);
      of = { prefix, blocks: new Map(), written: new Map() };
      this.#indexes.set(number, of);
    }
    let terms = of.blocks.get(block);
    if (terms === undefined) {
      terms = new Map();
      of.blocks.set(block, terms);
    }
    return terms;
  }

  #note(terms: Terms, term: string, change: number): void {
    const changes = terms.get(term);
    if (changes === undefined) terms.set(term, change);
    else if (Array.isArray(changes)) changes.push(change);
    else terms.set(term, [changes, change]);
    this.#journal?.push({ terms, term });
  }
}

/** Of each term of a block its changes: places, doubled, and one more where they are added; the last one counts. */
type Terms = Map<string, number | number[]>;

interface IndexChanges {
  readonly prefix: string;
  readonly blocks: Map<number, Terms>;
  /** The rows that were written, as the draft that is built on this one finds them; null where there is none. */
  readonly written: Map<string, Uint8Array | null>;
}

/** Null where nothing is left. */
function changedBody(was: Uint8Array | undefined, changes: number | number[]): Uint8Array | null {
  if (was === undefined && !Array.isArray(changes)) {
    return (changes & 1) === 0 ? null : bodyOfPlaces([changes >>> 1]);
  }
  const places = changed(was === undefined ? [] : placesOf(was), [changes].flat());
  return places.length === 0 ? null : bodyOfPlaces(places);
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
