import type { Snapshot } from "../persistence/persistence.js";
import { WriteBatch } from "../persistence/write-batch.js";
import { type ChangeKind, changeParts, putChanges } from "../rows/change-rows.js";
import { deleteEntry, putEntry, readEntry, readOrdinal } from "../rows/entry-rows.js";
import { deleteExpiry, putExpiry } from "../rows/expiry-rows.js";
import { putState, type State } from "../rows/meta-rows.js";
import { type Counters, putCounters, type StoredStore } from "../rows/store-rows.js";
import type { Catalog } from "./catalog.js";
import type { Command, WriteEntry } from "./command.js";
import { expiryAfter } from "./expiry.js";
import type { Steps } from "./steps.js";
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
  /** Of each store that it gives entries that expire, when the first of them does. */
  readonly expected: Map<string, number> = new Map();
  /** Entries set or deleted: a measure of its size. */
  entries = 0;
  readonly #view: View;
  #before: Draft | undefined;
  /** The ordinals that ids have now, by incarnation. */
  readonly #ids: Map<number, Map<string, number>> = new Map();
  readonly #counted: Set<string> = new Set();
  /** When entries expire, where this draft has said so, by incarnation and ordinal; 0: never. */
  readonly #expiries: Map<number, Map<number, number>> = new Map();
  /** How many more entries expire by what the command under way has done, by incarnation. */
  readonly #expiring: Map<number, number> = new Map();

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

  /** When an entry that was found expires; 0: never. */
  expiryOf(store: StoredStore, ordinal: number): number {
    const { incarnation, counters } = store;
    if (counters.expiring === 0) return 0;
    const here =
      this.expiryHere(incarnation, ordinal) ?? this.#before?.expiryHere(incarnation, ordinal);
    return here ?? readEntry(this.snapshot, incarnation, ordinal)?.expiresAt ?? 0;
  }

  /** Writes an entry that was accepted under a new ordinal. */
  put(
    store: StoredStore,
    command: Command,
    ordinal: number,
    { entry, key, before }: Accepted,
  ): void {
    const { sequence, time } = command;
    const expiresAt = expiryAfter(time, entry.ttlMs, store);
    if (before !== undefined) this.#kill(store, before, sequence);
    if (expiresAt !== 0) this.setExpiry(store, { ordinal, was: 0, expiresAt });
    putEntry(this.batch, key, ordinal, sequence, entry, expiresAt);
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

  /** Notes that an entry expires at another time, 0 for never. Its own row is the caller's to write. */
  setExpiry(
    { name, incarnation }: StoredStore,
    { ordinal, was, expiresAt }: { ordinal: number; was: number; expiresAt: number },
  ): void {
    if (was !== 0) deleteExpiry(this.batch, incarnation, { expiresAt: was, ordinal });
    if (expiresAt !== 0) {
      putExpiry(this.batch, incarnation, { expiresAt, ordinal });
      this.expected.set(name, Math.min(expiresAt, this.expected.get(name) ?? expiresAt));
    }
    mapOf(this.#expiries, incarnation).set(ordinal, expiresAt);
    const more = Number(expiresAt !== 0) - Number(was !== 0);
    this.#expiring.set(incarnation, (this.#expiring.get(incarnation) ?? 0) + more);
  }

  /** Counts what the command did to the store and logs it; the store as it is then. */
  *change(
    store: StoredStore,
    command: Command,
    kind: ChangeKind,
    ids: readonly string[],
    counters: Pick<Counters, "entries" | "nextOrdinal">,
  ): Steps<StoredStore> {
    const { incarnation } = store;
    const { sequence, time } = command;
    yield* putChanges(this.batch, { incarnation, sequence, time }, kind, ids);
    const { counters: was } = store;
    const isFirst = was.changes === 0;
    const more = this.#expiring.get(incarnation) ?? 0;
    this.#expiring.delete(incarnation);
    return this.update(store, {
      entries: counters.entries,
      nextOrdinal: counters.nextOrdinal,
      position: sequence,
      changes: was.changes + changeParts(ids.length),
      changesFrom: isFirst ? sequence : was.changesFrom,
      changesSince: isFirst ? time : was.changesSince,
      expiring: was.expiring + more,
    });
  }

  /** The store with other counters; what is written here in full costs less than copying it by spreading. */
  update(store: StoredStore, counters: Counters): StoredStore {
    const { name, incarnation, dimension, metric, created, ttlMs } = store;
    const updated = { name, incarnation, dimension, metric, created, ttlMs, counters };
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

  /** When an entry expires, as far as this draft alone knows. */
  expiryHere(incarnation: number, ordinal: number): number | undefined {
    const said = this.#expiries.get(incarnation)?.get(ordinal);
    if (said !== undefined) return said;
    return this.bornHere(incarnation, ordinal) === undefined ? undefined : 0;
  }

  #remember(incarnation: number, id: string, ordinal: number): void {
    mapOf(this.#ids, incarnation).set(id, ordinal);
  }

  #kill(store: StoredStore, ordinal: number, died: number, id?: string): void {
    const was = this.expiryOf(store, ordinal);
    if (was !== 0) this.setExpiry(store, { ordinal, was, expiresAt: 0 });
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
  /** The ordinal of what it replaces, which may have expired. */
  readonly before: number | undefined;
  /** Whether what it replaces is still an entry, at the time of the command. */
  readonly isThere: boolean;
}

/** What becomes of a store's vectors in memory. */
export interface Effects {
  readonly store: StoredStore;
  /** Of each command, in order: vectors of one ordinal after the other. */
  readonly added: { readonly born: number; readonly ordinal: number; vectors: Float32Array[] }[];
  readonly killed: { readonly ordinal: number; readonly died: number }[];
}

function mapOf<K, V>(maps: Map<number, Map<K, V>>, incarnation: number): Map<K, V> {
  let map = maps.get(incarnation);
  if (map === undefined) {
    map = new Map();
    maps.set(incarnation, map);
  }
  return map;
}

/** The ordinal of what was deleted; real ones begin at 1. */
const absent = 0;
