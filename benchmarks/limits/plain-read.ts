import { Arena } from "../../lib/kernels/arena.js";
import { bestKernels, kernelsModule } from "../../lib/kernels/kernels.js";

/**
 * The limit of an exact search on one thread: dot products of a query with every vector, read once from a shared
 * WebAssembly memory of its own by the same SIMD instructions, and nothing kept but their sum.
 */
export class PlainRead {
  readonly #arena: Arena;
  readonly #rows: number;
  readonly #query: number;
  readonly #stride: number;
  readonly #count: number;

  constructor(vectors: Float32Array, dimension: number) {
    // Four vectors are read at once, so a rest of up to three is left out.
    this.#count = Math.floor(vectors.length / dimension / 4) * 4;
    this.#stride = Math.ceil(dimension / 4) * 16;
    this.#arena = new Arena(0, kernelsModule(bestKernels()));
    this.#rows = this.#take(this.#count * this.#stride);
    this.#query = this.#take(this.#stride);
    for (let i = 0; i < this.#count; i++) {
      const vector = vectors.subarray(i * dimension, (i + 1) * dimension);
      this.#arena.floats.set(vector, (this.#rows + i * this.#stride) >>> 2);
    }
  }

  get bytes(): number {
    return this.#count * this.#stride;
  }

  /** The sum of the dot products: the same for the same query. */
  run(query: Float32Array): number {
    this.#arena.floats.set(query, this.#query >>> 2);
    return this.#arena.kernels.plainRead(this.#query, this.#rows, this.#stride, this.#count);
  }

  #take(bytes: number): number {
    const address = this.#arena.allocate(bytes, "vectors");
    if (address === undefined) throw new Error("there is no memory for the plain read");
    return address;
  }
}
