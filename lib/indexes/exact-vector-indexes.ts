import { Arenas } from "../kernels/arenas.js";
import type { KernelsKind } from "../kernels/kernels.js";
import { SearchQueue, type SearchQueueOptions } from "../kernels/search-queue.js";
import { closedError } from "../model/errors.js";
import { defaultLimits } from "../model/limits.js";
import { ExactVectorIndex } from "./exact-vector-index.js";
import { bytesPerVector } from "./run.js";
import type { VectorIndex, VectorIndexes } from "./vector-index.js";

export interface ExactVectorIndexesOptions extends SearchQueueOptions {
  /** The most that the vectors of all indexes together may take; `defaultLimits.memoryBytes`. */
  readonly memoryBytes?: number | undefined;
  /** The best that the runtime has. */
  readonly kernels?: KernelsKind | undefined;
}

/** Exact indexes that share the memories and the search threads of one engine. */
export class ExactVectorIndexes implements VectorIndexes {
  readonly threads: number;
  readonly #arenas: Arenas;
  readonly #queue: SearchQueue;

  constructor({
    memoryBytes = defaultLimits.memoryBytes,
    kernels,
    ...options
  }: ExactVectorIndexesOptions) {
    this.threads = options.threads;
    this.#arenas = new Arenas(memoryBytes, kernels);
    this.#queue = new SearchQueue(options);
  }

  get bytes(): number {
    return this.#arenas.bytes;
  }

  bytesPerEntry(dimension: number): number {
    return bytesPerVector(dimension);
  }

  /** @throws CLOSED */
  create(dimension: number): VectorIndex {
    if (this.#queue.closed) throw closedError();
    return new ExactVectorIndex(this.#arenas, this.#queue, dimension);
  }

  async close(): Promise<void> {
    await this.#queue.close();
    this.#arenas.close();
  }
}
