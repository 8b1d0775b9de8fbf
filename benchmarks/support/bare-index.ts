import { SlotVectorIndex } from "../../lib/indexes/slot-vector-index.js";
import { SlotVectorIndexes } from "../../lib/indexes/slot-vector-indexes.js";
import type { Nearest, VectorIndex } from "../../lib/indexes/vector-index.js";
import type { KernelsKind } from "../../lib/kernels/kernels.js";
import type { Metric } from "../../lib/model/metric.js";

export interface BareIndexOptions {
  readonly kernels: KernelsKind;
  /** Workers that link beside the calling thread; 0. */
  readonly threads?: number;
  /** Whether it links what it holds; false. */
  readonly graph?: boolean;
  /** cosine */
  readonly metric?: Metric;
}

/** An index and nothing around it: on the calling thread, at once, without ids or metadata. */
export class BareIndex {
  readonly #indexes: SlotVectorIndexes;
  readonly #metric: Metric;
  /** What is asked of it alone. */
  readonly index: VectorIndex;

  constructor(vectors: Float32Array, dimension: number, options: BareIndexOptions) {
    const { kernels, threads = 0, graph = false, metric = "cosine" } = options;
    const atOnceMs = Number.MAX_SAFE_INTEGER;
    const graphLeast = graph ? {} : { graphLeast: Number.POSITIVE_INFINITY };
    this.#indexes = new SlotVectorIndexes({ threads, atOnceMs, kernels, ...graphLeast });
    this.#metric = metric;
    this.index = this.#indexes.create(dimension, metric);
    const count = vectors.length / dimension;
    const step = 4_096;
    for (let first = 0; first < count; first += step) {
      const some = Math.min(step, count - first);
      const ordinals = Float64Array.from({ length: some }, (_, i) => first + i + 1);
      const start = vectors.byteOffset + first * dimension * 4;
      const bytes = new Uint8Array(vectors.buffer, start, some * dimension * 4);
      this.index.addBlock({ ordinals, bytes }, 1);
    }
  }

  /** Settles when all vectors are linked, where they are to be. */
  async linked(): Promise<void> {
    if (this.index instanceof SlotVectorIndex) await this.index.linked();
  }

  /** @throws when one of the answers is not ten distances in order */
  async search(targets: readonly Float32Array[], recall = 1): Promise<Nearest[]> {
    const request = { targets, metric: this.#metric, limit: 10, sequence: 1, recall };
    const answers = await this.index.search(request);
    for (const { distances } of answers) {
      const isSorted = distances.every((distance, i) => i === 0 || distance >= distances[i - 1]);
      if (distances.length < 10 || !isSorted) throw new Error("these are not the ten nearest");
    }
    return answers;
  }

  close(): Promise<void> {
    return this.#indexes.close();
  }
}
