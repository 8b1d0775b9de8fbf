import type { Snapshot } from "../persistence/persistence.js";
import { WriteBatch } from "../persistence/write-batch.js";
import {
  type ChangedEntries,
  changesPerPart,
  putChanges,
  putChangesAtOnce,
} from "../rows/change-rows.js";
import {
  decodeMetadata,
  deleteEntry,
  deleteId,
  putEntry,
  putEntryRow,
  readOrdinal,
  type StoredEntry,
} from "../rows/entry-rows.js";
import { deleteExpiry, putExpiry } from "../rows/expiry-rows.js";
import { idKey, passingIdKey } from "../rows/keys.js";
import { putState, type State } from "../rows/meta-rows.js";
import { type Counters, putCounters, type StoredStore } from "../rows/store-rows.js";
import type { StoredIndex } from "../rows/stored-index.js";
import type { Catalog } from "./catalog.js";
import { type Command, lastSequenceOf, type WriteEntry } from "./command.js";
import { DraftResults } from "./draft-results.js";
import { DraftedEntries, type DraftedEntry } from "./drafted-entries.js";
import { DraftedLog, type LogRow } from "./drafted-log.js";
import { DraftedPostings } from "./drafted-postings.js";
import { hasExpired } from "./expiry.js";
import { readByOrdinal, vectorOf } from "./read.js";
import type { Steps } from "./steps.js";
import { isToTrim, trimChanges } from "./trim-changes.js";
import type { View } from "./view.js";
import type { WrittenIds } from "./written-ids.js";

/** What a draft builds on: the current view, or the draft before it that is being committed. */
export interface Ground {
  /** Held for as long as the draft is built. */
  readonly view: View;
  readonly state: State;
  /** The draft that is being committed on that view. */
  readonly before: Draft | undefined;
  /** What is known of the ids in all stores. */
  readonly written: WrittenIds;
}

/**
 * One transaction in the making: the rows that some commands write, and a view of the state as if it were
 * committed. Nothing of it is seen by readers until it is; it can be thrown away at any time.
 */
export class Draft {
  readonly batch: WriteBatch = new WriteBatch(16 * 1024);
  /** What publishing changes in memory, by store incarnation. */
  readonly effects: Map<number, Effects> = new Map();
  readonly created: StoredStore[] = [];
  readonly dropped: StoredStore[] = [];
  /** The names that stand for what they did not before: of stores written, made, dropped, renamed. */
  readonly touched: Set<string> = new Set();
  /** Of its ground; what it is told stays, whatever becomes of the draft. */
  readonly written: WrittenIds;
  /** Of writes with a key. */
  readonly results: DraftResults;
  readonly postings: DraftedPostings;
  state: State;
  /** Of each store that it gives entries that expire, when the first of them does. */
  readonly expected: Map<string, number> = new Map();
  /** Entries set or deleted: a measure of its size. */
  entries = 0;
  readonly #view: View;
  #before: Draft | undefined;
  #catalog: Catalog;
  readonly #entries: DraftedEntries = new DraftedEntries();
  readonly #log: DraftedLog = new DraftedLog();
  /** How many more entries expire by what the command under way has done, by incarnation. */
  readonly #expiring: Map<number, number> = new Map();

  constructor(ground: Ground) {
    this.#view = ground.view;
    this.#before = ground.before;
    this.postings = new DraftedPostings(ground.before?.postings);
    this.written = ground.written;
    this.#catalog = (ground.before ?? ground.view).catalog.copy();
    this.state = ground.state;
    this.results = new DraftResults(this.batch, ground.view.snapshot, ground.before?.results);
  }

  /** The stores as if it were committed. */
  get catalog(): Catalog {
    return this.#catalog;
  }

  /** Without what this draft and the one before it have written. */
  get snapshot(): Snapshot {
    return this.#view.snapshot;
  }

  /** The ordinal of the entry of that id; undefined where there is none. */
  find(store: StoredStore, id: string): number | undefined {
    if (this.written.lacks(store, id)) return undefined;
    const drafted = this.drafted(store.incarnation, id);
    if (drafted !== undefined) return drafted?.ordinal;
    return readOrdinal(this.snapshot, idKey(store.incarnation, id));
  }

  /** An entry that was found; its metadata may be valid only until the snapshot is read again. */
  read(store: StoredStore, id: string, ordinal: number): StoredEntry | DraftedEntry {
    return this.drafted(store.incarnation, id) ?? readByOrdinal(this.snapshot, store, ordinal);
  }

  /** Whether an entry that was found has expired at that time. */
  hasExpired(store: StoredStore, id: string, ordinal: number, time: number): boolean {
    return hasExpired(this.#expiryOf(store, id, ordinal), time);
  }

  vectorOf(store: StoredStore, entry: StoredEntry | DraftedEntry): Float32Array {
    const drafted = "vector" in entry ? entry.vector : undefined;
    return drafted ?? vectorOf(this.snapshot, store, entry.ordinal);
  }

  /** What this draft or the one before it has made of the entry: null where it is deleted. */
  drafted(incarnation: number, id: string): DraftedEntry | null | undefined {
    const here = this.#entries.get(incarnation, id);
    return here === undefined ? this.#before?.drafted(incarnation, id) : here;
  }

  /** The vectors that this draft and the one before it have added to the store, in the order of their ordinals. */
  added(incarnation: number): readonly Added[] {
    const here = this.effects.get(incarnation)?.added ?? [];
    return this.#before === undefined ? here : [...this.#before.added(incarnation), ...here];
  }

  /** Writes an entry that was accepted under a new ordinal. */
  put(
    store: StoredStore,
    command: Command,
    ordinal: number,
    { entry, before, expiresAt }: Accepted,
  ): void {
    const { sequence } = command;
    const { id, vector, metadata } = entry;
    if (before !== undefined) this.#kill(store, id, before, sequence);
    this.written.add(store.incarnation, id);
    const drafted = { ordinal, id, version: sequence, expiresAt, metadata, vector };
    putEntry(this.batch, passingIdKey(store.incarnation, id), ordinal, sequence, drafted);
    this.#expect(store, ordinal, expiresAt);
    this.#post(store, ordinal, undefined, metadata);
    this.#entries.set(store.incarnation, id, drafted);
    const { added } = this.#effectsOn(store);
    const run = added.at(-1);
    if (run?.born === sequence) run.entries.push(drafted);
    else added.push({ born: sequence, ordinal, entries: [drafted] });
    this.entries++;
  }

  /** Writes an entry again under its ordinal, with other metadata or expiry: its vector is left alone. */
  rewrite(
    store: StoredStore,
    command: Command,
    entry: Omit<DraftedEntry, "version" | "metadata">,
    metadata: Uint8Array,
    expiresAt: number = entry.expiresAt,
  ): void {
    const { ordinal, id, vector } = entry;
    const version = command.sequence;
    if (expiresAt !== entry.expiresAt) {
      this.#forget(store, ordinal, entry.expiresAt);
      this.#expect(store, ordinal, expiresAt);
    }
    if (store.indexes.length > 0) {
      this.#post(store, ordinal, this.read(store, id, ordinal).metadata, metadata);
    }
    const key = passingIdKey(store.incarnation, id);
    putEntryRow(this.batch, key, ordinal, version, { metadata, expiresAt });
    this.#entries.set(store.incarnation, id, {
      ...{ ordinal, id, version, expiresAt, metadata, vector },
    });
    this.entries++;
  }

  delete(store: StoredStore, command: Command, id: string, ordinal: number): void {
    this.#kill(store, id, ordinal, command.sequence);
    deleteId(this.batch, store.incarnation, id);
    this.#entries.set(store.incarnation, id, null);
    this.entries++;
  }

  /**
   * Logs what the command did to the store and counts it; the store as it is then. The one way into the log, which
   * a command may take several times: what it logs stays in the order in which it came.
   */
  *change(
    store: StoredStore,
    command: Command,
    changed: ChangedEntries,
    counters: Pick<Counters, "entries" | "nextOrdinal">,
  ): Steps<StoredStore> {
    const { incarnation, counters: was } = store;
    const { sequence, time } = command;
    const part = this.#log.nextPart(incarnation, sequence);
    const { ids } = changed;
    const place = { incarnation, sequence, part, time };
    const isOnePart = ids.length > 0 && ids.length <= changesPerPart;
    const parts = isOnePart
      ? putChangesAtOnce(this.batch, place, changed)
      : yield* putChanges(this.batch, place, changed);
    this.#log.add(incarnation, { sequence, part, time }, parts, ids.length);
    const counted = {
      entries: counters.entries,
      nextOrdinal: counters.nextOrdinal,
      position: sequence,
      changes: was.changes + ids.length,
      changesFrom: was.changesFrom,
      changesSince: was.changes === 0 ? time : was.changesSince,
      expiring: was.expiring + (this.#expiring.get(incarnation) ?? 0),
    };
    this.#expiring.delete(incarnation);
    if (!isToTrim(counted, time)) return this.update(store, counted);
    const { batch, snapshot } = this;
    const log = { batch, snapshot, drafted: this.#drafted(incarnation), incarnation };
    const kept = yield* trimChanges(log, counted, { time, added: ids.length });
    return this.update(store, kept);
  }

  /** What this draft has added to the log of a store. */
  logged(incarnation: number): readonly LogRow[] {
    return this.#log.rows(incarnation);
  }

  *#drafted(incarnation: number): Generator<LogRow, void, undefined> {
    if (this.#before !== undefined) yield* this.#before.logged(incarnation);
    yield* this.logged(incarnation);
  }

  /** The store with other counters; what is written here in full costs less than copying it by spreading. */
  update(store: StoredStore, counters: Counters): StoredStore {
    const { name, incarnation, dimension, metric, created, named, ttlMs, vectors, indexes } = store;
    const described = { name, incarnation, dimension, metric, created, named, ttlMs, vectors };
    const updated = Object.assign(described, { indexes, counters });
    this.catalog.put(updated);
    this.touched.add(name);
    return updated;
  }

  /** Takes the store's name from it; its rows are not looked at. */
  remove(name: string): void {
    this.catalog.remove(name);
    this.touched.add(name);
  }

  /** Runs steps that write entries; where they throw, it is as it was before them. */
  *allOrNothing<T>(sequence: number, steps: Steps<T>): Steps<T> {
    const { length, operations } = this.batch;
    const [catalog, entries] = [this.#catalog.copy(), this.entries];
    this.#entries.mark();
    this.postings.mark();
    try {
      const answer = yield* steps;
      this.#entries.keep();
      this.postings.keep();
      return answer;
    } catch (error) {
      this.#entries.undo();
      this.postings.undo();
      this.#log.forgetFrom(sequence);
      this.batch.truncate(length, operations);
      this.#catalog = catalog;
      this.entries = entries;
      this.#expiring.clear();
      for (const effects of this.effects.values()) forgetFrom(sequence, effects);
      throw error;
    }
  }

  /** Whether there is anything to commit. */
  get isEmpty(): boolean {
    return this.batch.operations === 0;
  }

  /** Writes what is written once a transaction; to be called last. What it gives is to be done before the commit. */
  seal(last: Command): Steps<void> | undefined {
    for (const name of this.touched) {
      const store = this.catalog.find(name);
      if (store) putCounters(this.batch, store.incarnation, store.counters);
    }
    this.results.seal();
    this.state = { ...this.state, sequence: lastSequenceOf(last), time: last.time };
    putState(this.batch, this.state);
    this.#before = undefined;
    return this.finish();
  }

  /** What is left when all is decided, here and in the draft before: as the rest of `seal`, or ahead of it. */
  finish(): Steps<void> | undefined {
    return this.postings.finish(this.batch, this.snapshot);
  }

  /** An entry that was there before the index was made: its row is as every draft finds it. */
  index(store: StoredStore, index: StoredIndex, { ordinal, metadata }: StoredEntry): void {
    this.postings.post(store, index, ordinal, undefined, decodeMetadata(metadata));
  }

  /** The store as the snapshot has it; undefined where it is not there by that name. */
  storeBelow({ name, incarnation }: StoredStore): StoredStore | undefined {
    const store = this.#view.catalog.find(name);
    return store?.incarnation === incarnation ? store : undefined;
  }

  /** What this draft and the one before it have written of the store's entries, and not deleted, in no order. */
  *living(incarnation: number): Generator<DraftedEntry, void, undefined> {
    for (const entry of this.#entries.of(incarnation)) if (entry !== null) yield entry;
    if (this.#before === undefined) return;
    for (const entry of this.#before.living(incarnation)) {
      if (this.#entries.get(incarnation, entry.id) === undefined) yield entry;
    }
  }

  /** The metadata of an entry, MessagePack, as it was and will be. */
  #post(
    store: StoredStore,
    ordinal: number,
    before: Uint8Array | undefined,
    after: Uint8Array | undefined,
  ): void {
    if (store.indexes.length === 0) return;
    const had = before && decodeMetadata(before);
    this.postings.change(store, ordinal, had, after && decodeMetadata(after));
  }

  /** 0: never. */
  #expiryOf(store: StoredStore, id: string, ordinal: number): number {
    return store.counters.expiring === 0 ? 0 : this.read(store, id, ordinal).expiresAt;
  }

  #expect({ name, incarnation }: StoredStore, ordinal: number, expiresAt: number): void {
    if (expiresAt === 0) return;
    putExpiry(this.batch, incarnation, { expiresAt, ordinal });
    this.#expiring.set(incarnation, (this.#expiring.get(incarnation) ?? 0) + 1);
    this.expected.set(name, Math.min(expiresAt, this.expected.get(name) ?? expiresAt));
  }

  #forget({ incarnation }: StoredStore, ordinal: number, expiresAt: number): void {
    if (expiresAt === 0) return;
    deleteExpiry(this.batch, incarnation, { expiresAt, ordinal });
    this.#expiring.set(incarnation, (this.#expiring.get(incarnation) ?? 0) - 1);
  }

  /** What `id` leads to stays the caller's. */
  #kill(store: StoredStore, id: string, ordinal: number, died: number): void {
    this.#forget(store, ordinal, this.#expiryOf(store, id, ordinal));
    if (store.indexes.length > 0) {
      this.#post(store, ordinal, this.read(store, id, ordinal).metadata, undefined);
    }
    deleteEntry(this.batch, store.incarnation, ordinal);
    this.#effectsOn(store).killed.push({ ordinal, died });
  }

  #effectsOn(store: StoredStore): Effects {
    let effects = this.effects.get(store.incarnation);
    if (effects === undefined) {
      effects = { store, added: [], killed: [] };
      this.effects.set(store.incarnation, effects);
    }
    return effects;
  }
}

/** An entry that may be written. */
export interface Accepted {
  readonly entry: WriteEntry;
  /** The ordinal of what it replaces, which may have expired. */
  readonly before: number | undefined;
  /** In milliseconds since 1970; 0: never. */
  readonly expiresAt: number;
}

/** What becomes of a store's vectors in memory. */
export interface Effects {
  readonly store: StoredStore;
  /** In the order of the commands, which is that of the ordinals. */
  readonly added: Added[];
  readonly killed: { readonly ordinal: number; readonly died: number }[];
}

/** What one command added: one ordinal after the other. */
export interface Added {
  readonly born: number;
  readonly ordinal: number;
  readonly entries: AddedEntry[];
}

/** Its vector is that of its ordinal for ever. */
interface AddedEntry {
  readonly id: string;
  readonly vector: Float32Array;
}

function forgetFrom(sequence: number, { added, killed }: Effects): void {
  while ((added.at(-1)?.born ?? 0) >= sequence) added.pop();
  while ((killed.at(-1)?.died ?? 0) >= sequence) killed.pop();
}
