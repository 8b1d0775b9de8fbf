import { SlotVectorIndexes } from "../../lib/indexes/slot-vector-indexes.js";
import type {
  IndexSearch,
  Nearest,
  VectorIndex,
  VectorIndexes,
} from "../../lib/indexes/vector-index.js";

/** How a spec has its searches answered; `exactly` is how they would be. */
export type Alteration = (
  request: IndexSearch,
  exactly: () => Promise<Nearest[]>,
  signal: AbortSignal | undefined,
) => Promise<Nearest[]>;

/** Real indexes whose searches the spec sees, and answers as it likes. */
export class AlteredIndexes implements VectorIndexes {
  readonly threads = 0;
  readonly #real = new SlotVectorIndexes({ threads: 0, memoryBytes: 2 ** 30 });
  readonly #alteration: Alteration;

  constructor(alteration: Alteration) {
    this.#alteration = alteration;
  }

  get bytes(): number {
    return this.#real.bytes;
  }

  bytesPerEntry(dimension: number): number {
    return this.#real.bytesPerEntry(dimension);
  }

  create(dimension: number): VectorIndex {
    const real = this.#real.create(dimension);
    const search = (request: IndexSearch, signal?: AbortSignal) =>
      this.#alteration(request, () => real.search(request, signal), signal);
    return new Proxy(real, {
      get: (index, name) => {
        if (name === "search") return search;
        const value: unknown = Reflect.get(index, name, index);
        return typeof value === "function" ? value.bind(index) : value;
      },
    });
  }

  close(): Promise<void> {
    return this.#real.close();
  }
}
