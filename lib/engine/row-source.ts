import { vectorToBytes } from "../model/vector.js";
import type { Snapshot } from "../persistence/persistence.js";
import type { StoredStore } from "../rows/store-rows.js";
import { vectorOf } from "./read.js";
import { Slice } from "./slice.js";

/** The vectors that a snapshot has of a store, for searches in slots that lack them. */
export class RowSource {
  readonly #snapshot: Snapshot;
  readonly #store: StoredStore;

  constructor(snapshot: Snapshot, store: StoredStore) {
    this.#snapshot = snapshot;
    this.#store = store;
  }

  /** Writes those of the ordinals one after the other, as little-endian float32s. @throws CORRUPT, CLOSED */
  read(ordinals: Float64Array, into: Uint8Array): void | Promise<void> {
    const slice = new Slice();
    const read = this.#readSome(ordinals, into, 0, slice);
    if (read < ordinals.length) return this.#readRest(ordinals, into, read, slice);
  }

  /** Where a disk is slow others have their turn; whoever gave the search up has let the snapshot go, which tells. */
  async #readRest(
    ordinals: Float64Array,
    into: Uint8Array,
    from: number,
    slice: Slice,
  ): Promise<void> {
    for (let read = from; read < ordinals.length; ) {
      await slice.next();
      read = this.#readSome(ordinals, into, read, slice);
    }
  }

  /** Until the slice is over, one at least; how many are read by then. */
  #readSome(ordinals: Float64Array, into: Uint8Array, from: number, slice: Slice): number {
    const bytes = this.#store.dimension * 4;
    let read = from;
    do {
      const vector = vectorOf(this.#snapshot, this.#store, ordinals[read] as number);
      into.set(vectorToBytes(vector), read * bytes);
      read++;
    } while (read < ordinals.length && !slice.isOver);
    return read;
  }
}
