import sortedBtree from "sorted-btree";
import { AhnlichError } from "../model/errors.js";
import type { VectorPlace } from "../model/vector-place.js";
import type { StoredStore } from "../rows/store-rows.js";

/** The stores at one sequence, by name. Copying costs nothing; changing a copy costs only the paths it touches. */
export class Catalog {
  readonly #stores: Tree;
  #entries: number;
  #vectorBytes: number;
  #memoryBytes: number;
  #expiring: number;

  private constructor(stores: Tree, counted: Counted) {
    this.#stores = stores;
    this.#entries = counted.entries;
    this.#vectorBytes = counted.vectorBytes;
    this.#memoryBytes = counted.memoryBytes;
    this.#expiring = counted.expiring;
  }

  static of(stores: Iterable<StoredStore>): Catalog {
    const catalog = new Catalog(new sortedBtree.default(undefined, compareNames), nothing);
    for (const store of stores) catalog.put(store);
    return catalog;
  }

  copy(): Catalog {
    return new Catalog(this.#stores.clone(), this);
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

  /** Of that what is in memory: where vectors are on disk, a byte a number stands for them. */
  get memoryBytes(): number {
    return this.#memoryBytes;
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
    const numbers = sign * store.counters.entries * store.dimension;
    this.#vectorBytes += numbers * 4;
    this.#memoryBytes += numbers * memoryPerNumber[store.vectors];
  }
}

/** Bytes that are counted of each number of a vector in memory. */
export const memoryPerNumber: { readonly [P in VectorPlace]: number } = { memory: 4, disk: 1 };

type Counted = Pick<Catalog, "entries" | "vectorBytes" | "memoryBytes" | "expiring">;

const nothing: Counted = { entries: 0, vectorBytes: 0, memoryBytes: 0, expiring: 0 };

type Tree = InstanceType<typeof sortedBtree.default<string, StoredStore>>;

/** Names are ASCII, where UTF-16 order is the order of bytes. */
function compareNames(a: string, b: string): number {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}
