import { AhnlichError } from "../model/errors.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Call } from "./call.js";
import type { Catalog } from "./catalog.js";
import { Slice } from "./slice.js";

/**
 * Those who wait for a store to change: a function each, by the store's name. They hold no view; publishing costs
 * one look at the catalog for each store that was changed, however many wait for it or for others.
 */
export class ChangeWaiters {
  readonly #stores: Map<string, Waiting> = new Map();
  #size = 0;
  #isClosed = false;

  /** Whether nobody waits any more: the engine is closing. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Settles when the store is not what it was any more (it was written, dropped, renamed), when the time is
   * over, or when all are let go. To be called in the turn in which the store was found in the current catalog.
   *
   * @throws BUSY when as many wait as may; the call's reason when it is given up
   */
  wait(store: StoredStore, ms: number, { signal }: Call): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    if (this.#size >= waitersMax) {
      const sentence = `${this.#size} calls wait for changes already, as many as may`;
      return Promise.reject(new AhnlichError("BUSY", sentence));
    }
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", giveUp);
        this.#remove(waiting, wake);
      };
      const wake = (): void => {
        end();
        resolve();
      };
      const giveUp = (): void => {
        end();
        reject(signal?.reason);
      };
      const timer = setTimeout(wake, ms);
      signal?.addEventListener("abort", giveUp, { once: true });
      const waiting = this.#add(store, wake);
    });
  }

  /** Wakes those whose store, one of the names, is another in the catalog that was just published. */
  published(catalog: Pick<Catalog, "find">, names: Iterable<string>): void {
    for (const name of names) {
      const waiting = this.#stores.get(name);
      if (waiting !== undefined && catalog.find(name) !== waiting.store) this.#wake(waiting);
    }
  }

  /** Lets all go, and those who come. */
  close(): void {
    this.#isClosed = true;
    for (const waiting of this.#stores.values()) this.#wake(waiting);
  }

  /** Who comes from now on has seen the store as it is now. */
  #wake(waiting: Waiting): void {
    this.#stores.delete(waiting.store.name);
    void wakeAll(waiting);
  }

  #add(store: StoredStore, wake: () => void): Waiting {
    let waiting = this.#stores.get(store.name);
    if (waiting === undefined) {
      waiting = { store, wakes: new Set() };
      this.#stores.set(store.name, waiting);
    }
    waiting.wakes.add(wake);
    this.#size++;
    return waiting;
  }

  #remove(waiting: Waiting, wake: () => void): void {
    if (!waiting.wakes.delete(wake)) return;
    this.#size--;
    const { name } = waiting.store;
    if (waiting.wakes.size === 0 && this.#stores.get(name) === waiting) this.#stores.delete(name);
  }
}

/** Those who found a store the same. */
interface Waiting {
  readonly store: StoredStore;
  readonly wakes: Set<() => void>;
}

/** They may be thousands. */
async function wakeAll({ wakes }: Waiting): Promise<void> {
  const slice = new Slice();
  for (const wake of wakes) {
    wake();
    if (slice.isOver) await slice.next();
  }
}

const waitersMax = 10_000;
