import type {
  IndexSearch,
  Nearest,
  Selection,
  VectorIndex,
  VectorIndexes,
} from "../../lib/indexes/vector-index.js";
import type { Metric } from "../../lib/model/metric.js";
import { vectorFromBytes } from "../../lib/model/vector.js";

/** Vector indexes that compare everything in float64: slow, and right at a glance. */
export class NaiveIndexes implements VectorIndexes {
  readonly threads = 0;
  readonly bytes = 0;
  searches = 0;

  create(): VectorIndex {
    return new NaiveIndex(() => {
      this.searches++;
    });
  }

  bytesPerEntry(dimension: number): number {
    return dimension * 4;
  }

  async close(): Promise<void> {}
}

class NaiveIndex implements VectorIndex {
  readonly #vectors = new Map<number, { vector: Float32Array; born: number; died: number }>();
  readonly #onSearch: () => void;

  constructor(onSearch: () => void) {
    this.#onSearch = onSearch;
  }

  get size(): number {
    return this.#vectors.size;
  }

  get bytes(): number {
    let bytes = 0;
    for (const { vector } of this.#vectors.values()) bytes += vector.byteLength;
    return bytes;
  }

  add(ordinal: number, vector: Uint8Array, born: number): void {
    this.#vectors.set(ordinal, { vector: vectorFromBytes(vector), born, died: Infinity });
  }

  kill(ordinal: number, died: number): void {
    const there = this.#vectors.get(ordinal);
    if (there) there.died = died;
  }

  reclaim(sequence: number): void {
    for (const [ordinal, { died }] of this.#vectors) {
      if (died <= sequence) this.#vectors.delete(ordinal);
    }
  }

  select(): Selection & { has(ordinal: number): boolean } {
    const ordinals = new Set<number>();
    return {
      add: (ordinal) => void ordinals.add(ordinal),
      has: (ordinal) => ordinals.has(ordinal),
      get size() {
        return ordinals.size;
      },
    };
  }

  async search(request: IndexSearch): Promise<Nearest[]> {
    this.#onSearch();
    return request.targets.map((target) => this.#nearest(target, request));
  }

  close(): void {
    this.#vectors.clear();
  }

  #nearest(target: Float32Array, request: IndexSearch): Nearest {
    const { limit, sequence, metric, maxDistance = Infinity } = request;
    const within = request.within as { has(ordinal: number): boolean } | undefined;
    const found = [...this.#vectors]
      .filter(([, { born, died }]) => born <= sequence && sequence < died)
      .filter(([ordinal]) => within?.has(ordinal) ?? true)
      .map(([ordinal, { vector }]) => ({ ordinal, distance: distance(metric, target, vector) }))
      .filter((candidate) => candidate.distance <= maxDistance)
      .sort((a, b) => a.distance - b.distance);
    const last = found[limit - 1]?.distance ?? Infinity;
    const kept = found.filter((candidate) => candidate.distance <= last);
    return {
      ordinals: Float64Array.from(kept, ({ ordinal }) => ordinal),
      distances: Float64Array.from(kept, (candidate) => candidate.distance),
    };
  }
}

function distance(metric: Metric, a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let squares = 0;
  let aa = 0;
  let bb = 0;
  for (const [i, x] of a.entries()) {
    const y = b[i] as number;
    dot += x * y;
    squares += (x - y) ** 2;
    aa += x * x;
    bb += y * y;
  }
  if (metric === "euclidean") return Math.sqrt(squares);
  if (metric === "dot") return -dot + 0;
  const norms = Math.sqrt(aa) < 1e-18 || Math.sqrt(bb) < 1e-18 ? 0 : Math.sqrt(aa) * Math.sqrt(bb);
  return norms === 0 ? 1 : 1 - dot / norms;
}
