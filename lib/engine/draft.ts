import type { Snapshot } from "../persistence/persistence.js";
import { WriteBatch } from "../persistence/write-batch.js";
import { type ChangeKind, changeParts, putChanges } from "../rows/change-rows.js";
import { deleteEntry, putEntry, readEntry, readOrdinal } from "../rows/entry-rows.js";
import { putState, type State } from "../rows/meta-rows.js";
import { type Counters, putCounters, type StoredStore } from "../rows/store-rows.js";
import type { Catalog } from "./catalog.js";
import type { Command, WriteEntry } from "./command.js";
import type { Slice } from "./slice.js";
import type { View } from "./view.js";

/** What a draft builds on: the current view, or the draft before it that is being committed. */
export interface Ground {
  /** Held for as long as the draft is built. */
  readonly view: View;
  readonly state: State;
  /** The draft that is being committed on that view. */
  readonly before: Draft | undefined;
}

/**
 * One transaction in the making: the rows that some commands write, and a view of the state as if it were
 * committed. Nothing of it is seen by readers until it is; it can be thrown away at any time.
 */
export class Draft {
  readonly batch: WriteBatch = new WriteBatch(16 * 1024);
  readonly catalog: Catalog;
  /** What publishing changes in memory, by store incarnation. */
  readonly effects: Map<number, Effects> = new Map();
  readonly created: StoredStore[] = [];
  readonly dropped: StoredStore[] = [];
  state: State;
  /** Entries set or deleted: a measure of its size. */
  entries = 0;
  readonly #view: View;
  #before: Draft | undefined;
  readonly #ids: Map<number, Map<string, Placed>> = new Map();
  readonly #counted: Set<string> = new Set();

  constructor(ground: Ground) {
    this.#view = ground.view;
    this.#before = ground.before;
    this.catalog = (ground.before ?? ground.view).catalog.copy();
    this.state = ground.state;
  }

  /** Without what this draft and the one before it have written. */
  get snapshot(): Snapshot {
    return this.#view.snapshot;
  }

  /** Where the entry of that id is now; undefined where there is none. */
  find(store: StoredStore, id: string): Placed | undefined {
    const placed = this.#placed(store.incarnation, id);
    if (placed !== undefined) return placed.ordinal === absent ? undefined : placed;
    const ordinal = readOrdinal(this.snapshot, store.incarnation, id);
    return ordinal === undefined ? undefined : { ordinal, version: undefined };
  }

  /** The version of an entry that was found. */
  versionOf(store: StoredStore, placed: Placed): number {
    if (placed.version !== undefined) return placed.version;
    return readEntry(this.snapshot, store.incarnation, placed.ordinal)?.version ?? 0;
  }

  /** Writes an entry, in the place of `before` where there was one. */
  put(
    store: StoredStore,
    command: Command,
    ordinal: number,
    entry: WriteEntry,
    before: Placed | undefined,
  ): void {
    const { incarnation } = store;
    const { id, vector, metadata } = entry;
    if (before) this.#kill(store, before.ordinal, command.sequence);
    putEntry(this.batch, incarnation, ordinal, { id, version: command.sequence, vector, metadata });
    this.#remember(incarnation, id, { ordinal, version: command.sequence });
    this.#effectsOn(store).added.push({ ordinal, vector, born: command.sequence });
    this.entries++;
  }

  delete(store: StoredStore, command: Command, id: string, placed: Placed): void {
    this.#kill(store, placed.ordinal, command.sequence, id);
    this.#remember(store.incarnation, id, { ordinal: absent, version: undefined });
    this.entries++;
  }

  /** Counts what the command did to the store and logs it. */
  async change(
    store: StoredStore,
    command: Command,
    kind: ChangeKind,
    ids: readonly string[],
    counters: Partial<Counters>,
    slice: Slice,
  ): Promise<void> {
    const { incarnation } = store;
    const { sequence, time } = command;
    for (const _ of putChanges(this.batch, { incarnation, sequence, time }, kind, ids)) {
      if (slice.isOver) await slice.next();
    }
    const first = store.counters.changes === 0;
    this.update(store, {
      ...counters,
      position: sequence,
      changes: store.counters.changes + changeParts(ids.length),
      ...(first ? { changesFrom: sequence, changesSince: time } : {}),
    });
  }

  update(store: StoredStore, counters: Partial<Counters>): void {
    this.catalog.put({ ...store, counters: { ...store.counters, ...counters } });
    this.#counted.add(store.name);
  }

  /** Whether there is anything to commit. */
  get isEmpty(): boolean {
    return this.batch.operations === 0;
  }

  /** Writes what is written once a transaction; to be called last. */
  seal(last: Command): void {
    for (const name of this.#counted) {
      const store = this.catalog.find(name);
      if (store) putCounters(this.batch, store.incarnation, store.counters);
    }
    this.state = { ...this.state, sequence: last.sequence, time: last.time };
    putState(this.batch, this.state);
    this.#before = undefined;
  }

  #placed(incarnation: number, id: string): Placed | undefined {
    return this.#ids.get(incarnation)?.get(id) ?? this.#before?.placedHere(incarnation, id);
  }

  /** What this draft alone knows of the id. */
  placedHere(incarnation: number, id: string): Placed | undefined {
    return this.#ids.get(incarnation)?.get(id);
  }

  #remember(incarnation: number, id: string, placed: Placed): void {
    let ids = this.#ids.get(incarnation);
    if (ids === undefined) {
      ids = new Map();
      this.#ids.set(incarnation, ids);
    }
    ids.set(id, placed);
  }

  #kill(store: StoredStore, ordinal: number, died: number, id?: string): void {
    deleteEntry(this.batch, store.incarnation, ordinal, id);
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

/** An entry's place: its ordinal, and its version where that is known without reading it. */
export interface Placed {
  readonly ordinal: number;
  readonly version: number | undefined;
}

/** What becomes of a store's vectors in memory. */
export interface Effects {
  readonly store: StoredStore;
  readonly added: { ordinal: number; vector: Float32Array; born: number }[];
  readonly killed: { ordinal: number; died: number }[];
}

/** The ordinal of what was deleted; real ones begin at 1. */
const absent = 0;
