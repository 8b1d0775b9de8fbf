import type { VectorIndex, VectorIndexes } from "../indexes/vector-index.js";
import { vectorToBytes } from "../model/vector.js";
import { vectorBytesOfRow } from "../rows/entry-rows.js";
import { afterStoreKey, ordinalOfKey, storeKey } from "../rows/keys.js";
import type { StoredStore } from "../rows/store-rows.js";
import { type Call, unlessGivenUp } from "./call.js";
import type { Effects } from "./draft.js";
import type { Logger } from "./ports.js";
import { Slice } from "./slice.js";
import type { View, Views } from "./view.js";

/**
 * The vectors of one store in memory. Those of a store that was there when the engine opened are read when
 * they are first searched, while writes go on.
 */
export class StoreVectors {
  readonly #indexes: VectorIndexes;
  readonly #store: StoredStore;
  readonly #log: Logger;
  #index: VectorIndex | undefined;
  #loading: Promise<VectorIndex> | undefined;
  /** What died while its row was perhaps still to be read. */
  readonly #deaths: Map<number, number> = new Map();
  /** What was committed without an index to follow it, and is not published yet. */
  #missed: Effects[] = [];
  #isClosed = false;

  /** @param isNew the store has no rows yet, so that there is nothing to read */
  constructor(indexes: VectorIndexes, store: StoredStore, log: Logger, isNew: boolean) {
    this.#indexes = indexes;
    this.#store = store;
    this.#log = log;
    if (isNew) this.#index = indexes.create(store.dimension);
  }

  get bytes(): number {
    return this.#index?.bytes ?? 0;
  }

  /** The index, which holds at least all that the current view sees. */
  async ready(views: Views, call: Call): Promise<VectorIndex> {
    if (this.#index && !this.#loading) return this.#index;
    this.#loading ??= this.#load(views);
    return unlessGivenUp(call, this.#loading);
  }

  /** Follows what was committed; nothing of it is seen before its sequence is published. */
  async apply(effects: Effects, slice: Slice): Promise<void> {
    const index = this.#index;
    if (index === undefined) {
      this.#missed.push(effects);
      return;
    }
    try {
      await this.#follow(index, effects, slice);
    } catch (error) {
      // The write is durable, so that it is no longer its failure: who searches next reads all again.
      this.#log.error({ store: this.#store.name, error }, "the vectors in memory are given up");
      this.#index = undefined;
      index.close();
    }
  }

  /** What was applied is published: a load that begins now finds it in the rows. */
  published(): void {
    this.#missed = [];
  }

  async #follow(index: VectorIndex, { added, killed }: Effects, slice: Slice): Promise<void> {
    for (const { ordinal, vector, born } of added) {
      index.add(ordinal, vectorToBytes(vector), born);
      if (slice.isOver) await slice.next();
    }
    for (const { ordinal, died } of killed) {
      index.kill(ordinal, died);
      if (this.#loading) this.#deaths.set(ordinal, died);
    }
  }

  reclaim(sequence: number): void {
    if (!this.#loading) this.#index?.reclaim(sequence);
  }

  close(): void {
    this.#isClosed = true;
    this.#index?.close();
    this.#index = undefined;
  }

  async #load(views: Views): Promise<VectorIndex> {
    const view = views.acquire();
    const index = this.#indexes.create(this.#store.dimension);
    this.#index = index;
    try {
      for (const effects of this.#missed) await this.#follow(index, effects, new Slice());
      await this.#read(view, index);
      this.#loading = undefined;
      return index;
    } catch (error) {
      this.#index = undefined;
      this.#loading = undefined;
      index.close();
      throw error;
    } finally {
      this.#deaths.clear();
      views.release(view);
    }
  }

  async #read({ snapshot }: View, index: VectorIndex): Promise<void> {
    const { incarnation } = this.#store;
    const slice = new Slice();
    const rows = snapshot.range("vectors", storeKey(incarnation), afterStoreKey(incarnation));
    for (const { key, value } of rows) {
      if (this.#isClosed) return;
      const ordinal = ordinalOfKey(key);
      index.add(ordinal, vectorBytesOfRow(key, value), 0);
      const died = this.#deaths.get(ordinal);
      if (died !== undefined) index.kill(ordinal, died);
      if (slice.isOver) await slice.next();
    }
  }
}
