import type {
  IndexSearch,
  Nearest,
  SeenVector,
  Selection,
  VectorBlock,
  VectorIndex,
  VectorIndexes,
} from "../../lib/indexes/vector-index.js";
import { vectorFromBytes, vectorToBytes } from "../../lib/model/vector.js";
import { NaiveIndex } from "../indexes/oracle.js";

/** Vector indexes without kernels or workers, that count what is asked and fail when told to. */
export class NaiveIndexes implements VectorIndexes {
  readonly threads = 0;
  readonly bytes = 0;
  searches = 0;
  selections = 0;
  closed = false;
  /** While it is set, no vector can be added. */
  failure: Error | undefined;

  create(): VectorIndex {
    return new NaiveVectorIndex(this);
  }

  bytesPerEntry(dimension: number): number {
    return dimension * 4;
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

/** What is dead stays: no search sees it. */
class NaiveVectorIndex implements VectorIndex {
  readonly bytes = 0;
  readonly #index = new NaiveIndex();
  readonly #owner: NaiveIndexes;

  constructor(owner: NaiveIndexes) {
    this.#owner = owner;
  }

  get size(): number {
    return this.#index.rows.length;
  }

  add(ordinal: number, vector: Uint8Array, born: number): void {
    if (this.#owner.failure) throw this.#owner.failure;
    this.#index.add(ordinal, vectorFromBytes(vector), born);
  }

  addBlock({ ordinals, bytes }: VectorBlock, born: number): void {
    const length = bytes.length / ordinals.length;
    for (const [i, ordinal] of ordinals.entries()) {
      this.add(ordinal, bytes.subarray(i * length, (i + 1) * length), born);
    }
  }

  has(ordinal: number): boolean {
    return this.#index.rows.some((row) => row.ordinal === ordinal);
  }

  kill(ordinal: number, died: number): void {
    this.#index.kill(ordinal, died);
  }

  reclaim(): void {}

  seenAt(sequence: number): SeenVector[] {
    return this.#index.rows
      .filter(({ born, died }) => born <= sequence && sequence < died)
      .map(({ ordinal, vector }) => ({ ordinal, bytes: vectorToBytes(vector) }));
  }

  select(): Selection {
    this.#owner.selections++;
    return new Set<number>();
  }

  async search(request: IndexSearch): Promise<Nearest[]> {
    this.#owner.searches++;
    const within = request.within as ReadonlySet<number> | undefined;
    const without = request.without as ReadonlySet<number> | undefined;
    return this.#index.search(request, within, without).map((found) => ({
      ordinals: Float64Array.from(found, ([ordinal]) => ordinal),
      distances: Float64Array.from(found, ([, distance]) => distance),
      plan: "exact",
      examined: this.#index.seen(request, within, without).length,
    }));
  }

  close(): void {}
}
