import { setTimeout as pause } from "node:timers/promises";
import type {
  IndexSearch,
  Nearest,
  VectorBlock,
  VectorIndex,
  VectorIndexes,
} from "../indexes/vector-index.js";
import { closedError } from "../model/errors.js";
import type { VectorPlace } from "../model/vector-place.js";
import type { Persistence } from "../persistence/persistence.js";
import type { StoredStore } from "../rows/store-rows.js";
import { adjacentVectors } from "./adjacent-vectors.js";
import { type Call, unlessGivenUp } from "./call.js";
import { closeIndex } from "./close-index.js";
import type { Effects } from "./draft.js";
import { fillRows } from "./fill-rows.js";
import { KnownIds } from "./known-ids.js";
import { Leisure } from "./leisure.js";
import { loadVectors } from "./load-vectors.js";
import type { Logger } from "./ports.js";
import { Restoration } from "./restoration.js";
import { Slice } from "./slice.js";
import type { TrustedCheckpoints } from "./trusted-checkpoints.js";
import { unheld } from "./unheld.js";
import { UnkeptChanges } from "./unkept-changes.js";
import type { View, Views } from "./view.js";
import { ViewedRows } from "./viewed-rows.js";

/**
 * The vectors of one store in memory. Those of a store that was there when the engine opened are read when
 * they are first searched, while writes go on.
 */
export class StoreVectors {
  readonly #parts: Parts;
  readonly #store: StoredStore;
  readonly #giveUp: GiveUp;
  /** What its checkpoint does not have. */
  readonly unkept: UnkeptChanges = new UnkeptChanges();
  /** Of entries that searches found. */
  readonly ids: KnownIds = new KnownIds();
  #index: VectorIndex | undefined;
  /** Where the index has its float32 rows. */
  #place: VectorPlace;
  #loading: Promise<VectorIndex> | undefined;
  /** What died while its row, or what added it, was perhaps still to be read; undefined when nothing is read. */
  #deaths: Map<number, number> | undefined;
  /** What is committed and not published: an index that is begun now finds nothing of it in the rows. */
  #unpublished: Effects[] = [];
  /** What is applied before there is an index to follow it, while a checkpoint is opened. */
  #awaiting: Effects[] | undefined;
  /** A checkpoint is being read into the index, whose memory stays until that is over. */
  #filling: Promise<unknown> | undefined;
  readonly #leisure = new Leisure();
  /** Why the index that is being loaded is given up. */
  #failure: unknown;
  #isClosed = false;
  /** Those who hold the vectors now, and when the last one came; undefined until somebody asks how idle they are. */
  #holders = 0;
  #heldAt: number | undefined;
  /** Of every holder, who disposes of it once. */
  readonly #held: Disposable = { [Symbol.dispose]: () => void this.#holders-- };

  /** @param isNew the store has no rows yet, so that there is nothing to read */
  constructor(parts: Parts, store: StoredStore, giveUp: GiveUp, isNew: boolean) {
    this.#parts = parts;
    this.#store = store;
    this.#giveUp = giveUp;
    this.#place = store.vectors;
    if (isNew) this.#index = this.#tryCreate();
  }

  /** Keeps the vectors, once they are in memory, until it is disposed of. */
  hold(time?: number): Disposable {
    this.#holders++;
    if (time !== undefined) this.#heldAt = time;
    return this.#held;
  }

  /** Gives the memory back where nobody has searched for so long; who searches next reads the rows again. */
  unloadIfIdle(time: number, idleMs: number): void {
    this.#heldAt ??= time;
    const index = this.loaded;
    if (index === undefined || this.#filling !== undefined) return;
    if (this.#holders > 0 || time - this.#heldAt < idleMs) return;
    this.#index = undefined;
    this.ids.clear();
    closeIndex(this.#parts.log, this.#store, index);
  }

  get bytes(): number {
    return this.#index?.bytes ?? 0;
  }

  /** The index, where it is there and whole: in this turn it holds at least all that the current view sees. */
  get loaded(): VectorIndex | undefined {
    return this.#loading === undefined ? this.#index : undefined;
  }

  /** Settles when all that it has in memory is there, also what searches can do without. Never rejects. */
  async whole(): Promise<void> {
    this.#leisure.end();
    await this.#filling;
  }

  /**
   * The index, which holds at least all that the current view sees. A reader asks for it in the turn in which it
   * acquired its view: to a view that is older, a load that begins later would show what came in between.
   */
  async ready(store: StoredStore, call: Call): Promise<VectorIndex> {
    if (this.#index && !this.#loading) {
      if (this.#place === store.vectors) return this.#index;
      this.#leave(this.#index);
    }
    return unlessGivenUp(call, this.#loading ?? this.#begin(store));
  }

  /**
   * As `ready`, or what a search in the view of its reader is after, where that was found while the vectors passed
   * by: then they come into memory afterwards.
   */
  find(store: StoredStore, search: IndexSearch, call: Call): Promise<VectorIndex | Nearest> {
    if (this.#index || this.#loading) return this.ready(store, call);
    const finding = new Promise<VectorIndex | Nearest>((resolve, reject) => {
      this.#begin(store, { search, found: resolve }).then(resolve, reject);
    });
    return unlessGivenUp(call, finding);
  }

  /** Follows what was committed; nothing of it is seen before its sequence is published. */
  async apply(effects: Effects, slice: Slice): Promise<void> {
    const index = this.#index;
    this.#unpublished.push(effects);
    this.#awaiting?.push(effects);
    this.unkept.note(effects);
    if (index === undefined) return;
    try {
      await this.#follow(index, effects, slice);
    } catch (error) {
      this.#lose(index, error);
    }
  }

  /** What was applied is published: a load that begins now finds it in the rows. */
  published(): void {
    this.#unpublished = [];
  }

  reclaim(sequence: number): void {
    const index = this.#index;
    if (this.#loading || index === undefined) return;
    try {
      index.reclaim(sequence);
    } catch (error) {
      this.#lose(index, error);
    }
  }

  /** Settles when nothing is being read into its memory any more. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const index = this.#index;
    this.#index = undefined;
    this.#leisure.end();
    await this.#filling;
    if (index) closeIndex(this.#parts.log, this.#store, index);
  }

  /** The store is durable, so that it is no longer its failure: who searches next hears of it, if it is still so. */
  #tryCreate(): VectorIndex | undefined {
    try {
      return this.#create(this.#store);
    } catch (error) {
      const { name: store } = this.#store;
      this.#parts.log.error({ store, error }, "there is no memory for the vectors of a new store");
      return undefined;
    }
  }

  #create(store: StoredStore): VectorIndex {
    const { indexes, views } = this.#parts;
    this.#place = store.vectors;
    const rows = store.vectors === "disk" ? new ViewedRows(views, store) : undefined;
    return indexes.create(store.dimension, store.metric, rows);
  }

  /** Another takes its place, which has its rows elsewhere. */
  #leave(index: VectorIndex): void {
    this.#index = undefined;
    this.#giveUp(this.#store, index, undefined, this.#filling);
    this.#leisure.skip();
  }

  /** What was written is durable, so that it is no longer its failure: who searches next reads all again. */
  #lose(index: VectorIndex, error: unknown): void {
    if (this.#index !== index) return;
    this.#index = undefined;
    this.#failure = error;
    this.#giveUp(this.#store, index, error, this.#filling);
  }

  /** @param store as the current view has it */
  #begin(store: StoredStore, seeking?: Seeking): Promise<VectorIndex> {
    this.#loading = this.#load(store, seeking).finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #load(store: StoredStore, seeking: Seeking | undefined): Promise<VectorIndex> {
    const { persistence, views, log, checkpoints } = this.#parts;
    const { incarnation, dimension } = store;
    const view = views.acquire();
    const slice = new Slice();
    let index: VectorIndex | undefined;
    this.#awaiting = [...this.#unpublished];
    this.#deaths = new Map();
    this.#failure = undefined;
    await this.#filling; // of an index that is left
    const restoration = await Restoration.open(checkpoints, this.#store, log);
    let from: number | undefined;
    try {
      if (this.#isClosed) throw closedError();
      index = this.#create(store);
      if (restoration && seeking) await this.#pass(restoration, index, { view, store, seeking });
      const isLaid = restoration?.layIn(index);
      const missed = this.#awaiting;
      this.#awaiting = undefined;
      this.#index = index;
      for (const effects of missed) await this.#follow(index, effects, slice);
      const loaded = index;
      if (isLaid) from = await this.#restore(restoration, view, store, slice);
      await loadVectors({
        ...{ persistence, views, view, slice },
        range: { incarnation, dimension, from: from ?? 1, to: store.counters.nextOrdinal },
        take: (vectors) => this.#take(loaded, from ? unheld(loaded, vectors) : vectors, 0),
        has: (ordinal) => loaded.has(ordinal),
        deaths: this.#deaths,
      });
      if (this.#failure !== undefined) throw this.#failure;
      if (from === undefined) await restoration?.close();
      else this.#filling = this.#fill(restoration, loaded, store, views.share(view));
      return index;
    } catch (error) {
      if (this.#index === index) this.#index = undefined;
      if (index) closeIndex(log, this.#store, index);
      await restoration?.close();
      throw this.#failure ?? error;
    } finally {
      this.#deaths = undefined;
      this.#awaiting = undefined;
      views.release(view);
    }
  }

  /** Finds what is sought before anything is taken into memory, and lets it be answered. @throws CLOSED */
  async #pass(
    restoration: Restoration,
    index: VectorIndex,
    { view: { snapshot }, store, seeking }: { view: View; store: StoredStore; seeking: Seeking },
  ): Promise<void> {
    const { indexes } = this.#parts;
    const around = { indexes, snapshot, store, slice: new Slice(), isWanted: this.#isWanted };
    const passing = restoration.pass(around, index, seeking.search);
    this.#filling = passing;
    const found = await passing;
    this.#filling = undefined;
    if (found !== undefined) {
      seeking.found(found);
      await pause(answerMs);
    }
    if (this.#isClosed) throw closedError();
  }

  readonly #isWanted = (): boolean => !this.#isClosed;

  /** From which ordinal on rows are still to be read; undefined where all of them are. @throws CLOSED */
  async #restore(
    restoration: Restoration | undefined,
    { snapshot }: View,
    store: StoredStore,
    slice: Slice,
  ): Promise<number | undefined> {
    const { indexes } = this.#parts;
    const around = { indexes, snapshot, store, slice, isWanted: this.#isWanted };
    const restoring = restoration?.restore(around);
    this.#filling = restoring;
    const restored = await restoring;
    this.#filling = undefined;
    if (this.#isClosed) throw closedError();
    if (restored === undefined) return undefined;
    this.unkept.keep(this.unkept.mark - restored.changed);
    for (const [ordinal, died] of this.#deaths ?? []) this.#index?.kill(ordinal, died);
    return restored.from;
  }

  /**
   * Reads what searches can do without for a while, from the rows of the view: nobody that searches is older. Never
   * rejects.
   */
  async #fill(
    restoration: Restoration | undefined,
    index: VectorIndex,
    { incarnation, dimension, counters }: StoredStore,
    view: View,
  ): Promise<void> {
    const { persistence, views } = this.#parts;
    const { snapshot } = view;
    const slice = new Slice();
    const isWanted = (): boolean => this.#index === index;
    const pause = (): Promise<void> | undefined => {
      if (!isWanted()) throw closedError();
      return slice.isOver ? slice.next() : undefined;
    };
    if (!this.#isClosed) this.#leisure.begin();
    try {
      // Linking anew helps nobody soon, and takes the processor from the first search.
      await this.#leisure.wait(restoration?.hasLinks ? linkLaterMs : fillLaterMs);
      await restoration?.link(pause, isWanted);
      await this.#leisure.wait(fillLaterMs);
      await pause();
      const { image } = index;
      const slots = restoration?.slots;
      const range = { incarnation, dimension, from: 1, to: counters.nextOrdinal };
      if (image && !image.hasRows && slots !== undefined) {
        await fillRows({ image, slots, persistence, snapshot, range, pause });
      }
    } catch (error) {
      if (this.#index === index) {
        restoration?.distrust(error);
        this.unkept.lose();
        this.#lose(index, error);
      }
    } finally {
      await restoration?.close();
      views.release(view);
      this.#filling = undefined;
    }
  }

  async #follow(index: VectorIndex, { added, killed }: Effects, slice: Slice): Promise<void> {
    for (const { born, ordinal, entries } of added) {
      for (const vectors of adjacentVectors(entries, ordinal)) {
        this.#take(index, vectors, born);
        if (slice.isOver) await slice.next();
      }
    }
    for (const { ordinal, died } of killed) {
      index.kill(ordinal, died);
      this.#deaths?.set(ordinal, died);
      if (slice.isOver) await slice.next();
    }
  }

  /** False where the store was closed meanwhile. */
  #take(index: VectorIndex, vectors: VectorBlock, born: number): boolean {
    if (this.#isClosed) return false;
    index.addBlock(vectors, born);
    if (this.#deaths === undefined || this.#deaths.size === 0) return true;
    for (const ordinal of vectors.ordinals) {
      const died = this.#deaths.get(ordinal);
      if (died !== undefined) index.kill(ordinal, died);
    }
    return true;
  }
}

/** What is found is answered within it, for the vectors take the thread for longer at a time. */
const answerMs = 2;
const linkLaterMs = 10;
const fillLaterMs = 200;

/** Who searches before the vectors are in memory. */
interface Seeking {
  readonly search: IndexSearch;
  readonly found: (nearest: Nearest) => void;
}

interface Parts {
  readonly checkpoints: TrustedCheckpoints;
  readonly log: Logger;
  readonly indexes: VectorIndexes;
  readonly persistence: Persistence;
  readonly views: Views;
}

/**
 * Told of an index that could not follow, or is replaced where there is no error: those who search in it already may go
 * on, then it is closed, but not before what is being read into its memory.
 */
export type GiveUp = (
  store: StoredStore,
  index: VectorIndex,
  error: unknown,
  filling: Promise<unknown> | undefined,
) => void;
