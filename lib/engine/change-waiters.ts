import { AhnlichError } from "../model/errors.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Call } from "./call.js";
import type { Catalog } from "./catalog.js";

/**
 * Those who wait for a store to change: a function each, by the store's name. They hold no view; publishing costs
 * one look at the catalog for each store that is waited for, however many wait for it.
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
        this.#remove(store.name, wake);
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
      this.#add(store, wake);
    });
  }

  /** Wakes those whose store is another in the catalog that was just published. */
  published(catalog: Catalog): void {
    for (const [name, waiting] of this.#stores) {
      if (catalog.find(name) !== waiting.store) wakeAll(waiting);
    }
  }

  /** Lets all go, and those who come. */
  close(): void {
    this.#isClosed = true;
    for (const waiting of this.#stores.values()) wakeAll(waiting);
  }

  #add(store: StoredStore, wake: () => void): void {
    const waiting = this.#stores.get(store.name);
    if (waiting === undefined) this.#stores.set(store.name, { store, wakes: new Set([wake]) });
    else waiting.wakes.add(wake);
    this.#size++;
  }

  #remove(name: string, wake: () => void): void {
    const waiting = this.#stores.get(name);
    if (!waiting?.wakes.delete(wake)) return;
    this.#size--;
    if (waiting.wakes.size === 0) this.#stores.delete(name);
  }
}

interface Waiting {
  /** As all of them found it: when it changes none of them is left. */
  readonly store: StoredStore;
  readonly wakes: Set<() => void>;
}

function wakeAll({ wakes }: Waiting): void {
  for (const wake of [...wakes]) wake();
}

const waitersMax = 10_000;
