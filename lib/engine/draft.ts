import type { Snapshot } from "../persistence/persistence.js";
import { WriteBatch } from "../persistence/write-batch.js";
import { type ChangeKind, putChanges } from "../rows/change-rows.js";
import { deleteEntry, putEntry, readEntry, readOrdinal } from "../rows/entry-rows.js";
import { putState, type State } from "../rows/meta-rows.js";
import { type Counters, putCounters, type StoredStore } from "../rows/store-rows.js";
import type { Catalog } from "./catalog.js";
import type { Command, WriteEntry } from "./command.js";
import type { Steps } from "./steps.js";
import { trimChanges } from "./trim-changes.js";
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
  /** The ordinals that ids have now, by incarnation. */
  readonly #ids: Map<number, Map<string, number>> = new Map();
  readonly #counted: Set<string> = new Set();
  /** By incarnation, how many parts of the log the command has that wrote to it last. */
  readonly #logged: Map<number, { sequence: number; parts: number }> = new Map();

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

  /** The ordinal of the entry of that id, whose key it is; undefined where there is none. */
  find({ incarnation }: StoredStore, id: string, key: Uint8Array): number | undefined {
    const here = this.placed(incarnation, id) ?? this.#before?.placed(incarnation, id);
    if (here !== undefined) return here === absent ? undefined : here;
    return readOrdinal(this.snapshot, key);
  }

  /** The version of an entry that was found. */
  versionOf(store: StoredStore, ordinal: number): number {
    const { incarnation } = store;
    const here =
      this.bornHere(incarnation, ordinal) ?? this.#before?.bornHere(incarnation, ordinal);
    return here ?? readEntry(this.snapshot, incarnation, ordinal)?.version ?? 0;
  }

  /** Writes an entry that was accepted under a new ordinal. */
  put(
    store: StoredStore,
    command: Command,
    ordinal: number,
    { entry, key, before }: Accepted,
  ): void {
    const { sequence } = command;
    if (before !== undefined) this.#kill(store, before, sequence);
    putEntry(this.batch, key, ordinal, sequence, entry);
    this.#remember(store.incarnation, entry.id, ordinal);
    const { added } = this.#effectsOn(store);
    const run = added.at(-1);
    if (run?.born === sequence) run.vectors.push(entry.vector);
    else added.push({ born: sequence, ordinal, vectors: [entry.vector] });
    this.entries++;
  }

  delete(store: StoredStore, command: Command, id: string, ordinal: number): void {
    this.#kill(store, ordinal, command.sequence, id);
    this.#remember(store.incarnation, id, absent);
    this.entries++;
  }

  /**
   * Logs what the command did to the store and counts it; the store as it is then. The one way into the log, which
   * a command may take several times: what it logs stays in the order in which it came.
   */
  *change(
    store: StoredStore,
    command: Command,
    kind: ChangeKind,
    ids: readonly string[],
    counters: Pick<Counters, "entries" | "nextOrdinal">,
  ): Steps<StoredStore> {
    const { incarnation, counters: was } = store;
    const { sequence, time } = command;
    const logged = this.#logged.get(incarnation);
    const part = logged?.sequence === sequence ? logged.parts : 0;
    const parts = yield* putChanges(this.batch, { incarnation, sequence, part, time }, kind, ids);
    this.#logged.set(incarnation, { sequence, parts });
    const counted = {
      entries: counters.entries,
      nextOrdinal: counters.nextOrdinal,
      position: sequence,
      changes: was.changes + ids.length,
      changesFrom: was.changesFrom,
      changesSince: was.changes === 0 ? time : was.changesSince,
    };
    const { batch, snapshot } = this;
    const added = ids.length;
    const kept = yield* trimChanges({ batch, snapshot, incarnation }, counted, { time, added });
    return this.update(store, kept);
  }

  /** The store with other counters; what is written here in full costs less than copying it by spreading. */
  update(store: StoredStore, counters: Counters): StoredStore {
    const { name, incarnation, dimension, metric, created } = store;
    const updated = { name, incarnation, dimension, metric, created, counters };
    this.catalog.put(updated);
    this.#counted.add(name);
    return updated;
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

  /** What this draft alone knows of the id. */
  placed(incarnation: number, id: string): number | undefined {
    return this.#ids.get(incarnation)?.get(id);
  }

  /** The sequence that an entry was written at, where it was in this draft. */
  bornHere(incarnation: number, ordinal: number): number | undefined {
    const runs = this.effects.get(incarnation)?.added ?? [];
    return runs.findLast((run) => run.ordinal <= ordinal)?.born;
  }

  #remember(incarnation: number, id: string, ordinal: number): void {
    let ids = this.#ids.get(incarnation);
    if (ids === undefined) {
      ids = new Map();
      this.#ids.set(incarnation, ids);
    }
    ids.set(id, ordinal);
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

/** An entry that may be written. */
export interface Accepted {
  readonly entry: WriteEntry;
  /** Of its id. */
  readonly key: Uint8Array;
  /** The ordinal of what it replaces. */
  readonly before: number | undefined;
}

/** What becomes of a store's vectors in memory. */
export interface Effects {
  readonly store: StoredStore;
  /** Of each command, in order: vectors of one ordinal after the other. */
  readonly added: { readonly born: number; readonly ordinal: number; vectors: Float32Array[] }[];
  readonly killed: { readonly ordinal: number; readonly died: number }[];
}

/** The ordinal of what was deleted; real ones begin at 1. */
const absent = 0;
