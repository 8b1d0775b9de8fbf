import sortedBtree from "sorted-btree";
import { AhnlichError } from "../model/errors.js";
import type { StoredStore } from "../rows/store-rows.js";

/** The stores at one sequence, by name. Copying costs nothing; changing a copy costs only the paths it touches. */
export class Catalog {
  readonly #stores: Tree;
  #entries: number;
  #vectorBytes: number;
  #expiring: number;

  private constructor(stores: Tree, entries: number, vectorBytes: number, expiring: number) {
    this.#stores = stores;
    this.#entries = entries;
    this.#vectorBytes = vectorBytes;
    this.#expiring = expiring;
  }

  static of(stores: Iterable<StoredStore>): Catalog {
    const catalog = new Catalog(new sortedBtree.default(undefined, compareNames), 0, 0, 0);
    for (const store of stores) catalog.put(store);
    return catalog;
  }

  copy(): Catalog {
    return new Catalog(this.#stores.clone(), this.#entries, this.#vectorBytes, this.#expiring);
  }

  /** How many stores. */
  get size(): number {
    return this.#stores.size;
  }

  /** The entries of all stores. */
  get entries(): number {
    return this.#entries;
  }

  /** What the vectors of all stores take at four bytes a number. */
  get vectorBytes(): number {
    return this.#vectorBytes;
  }

  /** Those of the entries of all stores that expire. */
  get expiring(): number {
    return this.#expiring;
  }

  find(name: string): StoredStore | undefined {
    return this.#stores.get(name);
  }

  /** @throws STORE_NOT_FOUND */
  get(name: string): StoredStore {
    const store = this.#stores.get(name);
    if (store !== undefined) return store;
    throw new AhnlichError("STORE_NOT_FOUND", `no store is named ${JSON.stringify(name)}`, {
      details: { store: name },
    });
  }

  /** Adds the store, or replaces the one of that name. */
  put(store: StoredStore): void {
    this.#count(this.#stores.get(store.name), -1);
    this.#count(store, 1);
    this.#stores.set(store.name, store);
  }

  remove(name: string): void {
    this.#count(this.#stores.get(name), -1);
    this.#stores.delete(name);
  }

  /** All stores, or those of one namespace, ordered by name. */
  *list(namespace?: string): Generator<StoredStore> {
    const prefix = namespace === undefined ? "" : `${namespace}/`;
    for (const [name, store] of this.#stores.entries(prefix)) {
      if (!name.startsWith(prefix)) return;
      yield store;
    }
  }

  #count(store: StoredStore | undefined, sign: 1 | -1): void {
    if (store === undefined) return;
    this.#entries += sign * store.counters.entries;
    this.#expiring += sign * store.counters.expiring;
    this.#vectorBytes += sign * store.counters.entries * store.dimension * 4;
  }
}

type Tree = InstanceType<typeof sortedBtree.default<string, StoredStore>>;

/** Names are ASCII, where UTF-16 order is the order of bytes. */
function compareNames(a: string, b: string): number {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}
