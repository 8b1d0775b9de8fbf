import { Arenas } from "../kernels/arenas.js";
import type { KernelsKind } from "../kernels/kernels.js";
import { SearchQueue, type SearchQueueOptions } from "../kernels/search-queue.js";
import { closedError } from "../model/errors.js";
import { defaultLimits } from "../model/limits.js";
import type { Metric } from "../model/metric.js";
import { linkBytesPerSlot } from "./graph.js";
import { PassingCodes } from "./passing-codes.js";
import { bytesPerVector } from "./run.js";
import { SlotVectorIndex } from "./slot-vector-index.js";
import type {
  PassingSearch,
  PassingTarget,
  StoredRows,
  VectorIndex,
  VectorIndexes,
} from "./vector-index.js";

export interface SlotVectorIndexesOptions extends SearchQueueOptions {
  /** The most that the vectors of all indexes together may take; `defaultLimits.memoryBytes`. */
  readonly memoryBytes?: number | undefined;
  /** The best that the runtime has. */
  readonly kernels?: KernelsKind | undefined;
  /** From so many vectors on there are graphs; where a walk is expected to be faster than looking at all. */
  readonly graphLeast?: number | undefined;
  /** Whether indexes keep a sample of the queries that come, to measure recall with; true. */
  readonly keepsQueries?: boolean | undefined;
}

/** Exact indexes that share the memories and the search threads of one engine. */
export class SlotVectorIndexes implements VectorIndexes {
  readonly threads: number;
  readonly #arenas: Arenas;
  readonly #queue: SearchQueue;
  readonly #graphLeast: number | undefined;
  readonly #keepsQueries: boolean | undefined;

  constructor({
    memoryBytes = defaultLimits.memoryBytes,
    kernels,
    graphLeast,
    keepsQueries,
    ...options
  }: SlotVectorIndexesOptions) {
    this.threads = options.threads;
    this.#arenas = new Arenas(memoryBytes, kernels);
    this.#queue = new SearchQueue(options);
    this.#graphLeast = graphLeast;
    this.#keepsQueries = keepsQueries;
  }

  get bytes(): number {
    return this.#arenas.bytes;
  }

  bytesPerEntry(dimension: number): number {
    return bytesPerVector(dimension) + linkBytesPerSlot;
  }

  /** @throws CLOSED */
  create(dimension: number, metric: Metric = "cosine", rows?: StoredRows): VectorIndex {
    if (this.#queue.closed) throw closedError();
    return new SlotVectorIndex({
      arenas: this.#arenas,
      queue: this.#queue,
      dimension,
      metric,
      rows,
      graphLeast: this.#graphLeast,
      keepsQueries: this.#keepsQueries,
    });
  }

  pass(search: PassingTarget, slots: number): PassingSearch {
    if (this.#queue.closed) throw closedError();
    return new PassingCodes(this.#arenas, search, slots);
  }

  async close(): Promise<void> {
    await this.#queue.close();
    this.#arenas.close();
  }
}
