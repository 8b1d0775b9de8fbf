import type { Metadata } from "../model/metadata.js";
import type { Snapshot } from "../persistence/persistence.js";
import type { WriteBatch } from "../persistence/write-batch.js";
import { fieldPostings } from "../rows/field-postings.js";
import { mergePostings, type TermChange } from "../rows/merge-postings.js";
import { blockOrdinals } from "../rows/places.js";
import { blockPrefix, postingParts, postingPrefix, postingSections } from "../rows/posting-rows.js";
import type { StoredStore } from "../rows/store-rows.js";
import { keepsPostings, type StoredIndex } from "../rows/stored-index.js";
import { DraftedPostingRows, type WrittenPostings } from "./drafted-posting-rows.js";
import type { Steps } from "./steps.js";

/**
 * What a draft changes of the postings of its stores. The rows are written when all of it is decided, since one row
 * stands for many entries: each is read, changed and put once a transaction.
 */
export class DraftedPostings {
  /** By incarnation and index. */
  readonly #indexes: Map<number, IndexChanges> = new Map();
  /** Those of the draft that this one is built on; not needed once the rows are written. */
  #before: DraftedPostings | undefined;
  /** The rows that were written, as the draft that is built on this one finds them, by what their keys begin with. */
  readonly #written: Map<string, WrittenPostings> = new Map();
  /** What was changed since the mark; absent where nothing can be undone. */
  #journal: { readonly terms: Terms; readonly term: string }[] | undefined;

  constructor(before: DraftedPostings | undefined) {
    this.#before = before;
  }

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

  /**
   * Puts the rows, where any are to be put; the draft that this one is built on must have put its own. Where it throws
   * it can be tried again.
   */
  finish(batch: WriteBatch, snapshot: Snapshot): Steps<void> | undefined {
    for (const { blocks } of this.#indexes.values()) {
      if (blocks.size > 0) return this.#write(batch, snapshot);
    }
    this.#before = undefined;
    return undefined;
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

  *#write(batch: WriteBatch, snapshot: Snapshot): Steps<void> {
    const before = this.#before === undefined ? undefined : this.#before.#written;
    for (const { prefix, blocks } of this.#indexes.values()) {
      for (const [block, terms] of blocks) {
        for (const [section, changes] of bySection(yield* changesOf(terms))) {
          const place = blockPrefix(prefix + section, block);
          const below = before?.get(place);
          const rows = new DraftedPostingRows(batch, snapshot, { prefix: place, below });
          try {
            yield* mergePostings(rows, changes);
          } finally {
            rows.close();
          }
          this.#written.set(place, rows.written);
        }
      }
      blocks.clear();
    }
    this.#before = undefined;
  }

  #termsOf(incarnation: number, index: number, block: number): Terms {
    const number = incarnation * 0x10000 + index;
    let of = this.#indexes.get(number);
    if (of === undefined) {
      const prefix = postingPrefix(incarnation, index);
      of = { prefix, blocks: new Map() };
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
}

/** In the order of their terms: sorting thousands takes a millisecond or two. */
function* changesOf(terms: Terms): Steps<TermChange[]> {
  const changes = Array.from(terms, ([term, ofTerm]) => ({ term, changes: ofTerm }));
  yield;
  changes.sort((a, b) => (a.term < b.term ? -1 : 1));
  yield;
  return changes;
}

/** That a list is long comes behind all else. */
function bySection(changes: TermChange[]): [section: string, TermChange[]][] {
  const last = changes.at(-1);
  if (last?.term !== postingParts.long) return [[postingSections.main, changes]];
  changes.pop();
  return [
    [postingSections.main, changes],
    [postingSections.long, [last]],
  ];
}

const none: readonly string[] = [];
