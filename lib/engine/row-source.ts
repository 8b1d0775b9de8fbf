import { vectorToBytes } from "../model/vector.js";
import type { Snapshot } from "../persistence/persistence.js";
import type { StoredStore } from "../rows/store-rows.js";
import { vectorOf } from "./read.js";

/** The vectors that a snapshot has of a store, for searches that come before they are in memory. */
export class RowSource {
  readonly #snapshot: Snapshot;
  readonly #store: StoredStore;

  constructor(snapshot: Snapshot, store: StoredStore) {
    this.#snapshot = snapshot;
    this.#store = store;
  }

  /** Writes those of the ordinals one after the other, as little-endian float32s. @throws CORRUPT, CLOSED */
  read(ordinals: Float64Array, into: Uint8Array): void {
    const bytes = this.#store.dimension * 4;
    for (const [i, ordinal] of ordinals.entries()) {
      into.set(vectorToBytes(vectorOf(this.#snapshot, this.#store, ordinal)), i * bytes);
    }
  }
}
