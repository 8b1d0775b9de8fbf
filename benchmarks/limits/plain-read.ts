import { Arena } from "../../lib/kernels/arena.js";
import * as layout from "../../lib/kernels/layout.js";

/**
 * The limit of an exact search on one thread: dot products of a query with every vector, read once from a shared
 * WebAssembly memory of its own by the same SIMD instructions, and nothing kept but their sum.
 */
export class PlainRead {
  readonly #arena: Arena;
  readonly #run: number;
  readonly #query: number;
  readonly #dimension: number;
  readonly #count: number;

  constructor(vectors: Float32Array, dimension: number) {
    // Four vectors are read at once, so a rest of up to three is left out.
    this.#count = Math.floor(vectors.length / dimension / 4) * 4;
    this.#dimension = dimension;
    const stride = Math.ceil(dimension / 4) * 16;
    const blocks = Math.ceil(this.#count / layout.blockSlots);
    const capacity = blocks * layout.blockSlots;
    this.#arena = new Arena(0);
    const bytes = layout.runOverhead + capacity * (stride + layout.slotBytes + layout.blockBytes);
    this.#run = this.#take(bytes);
    this.#query = this.#take(stride);
    this.#arena.kernels.layRun(this.#run, capacity, stride);
    const start = this.#arena.words[(this.#run + layout.runVectors) >>> 2];
    for (let i = 0; i < this.#count; i++) {
      const vector = vectors.subarray(i * dimension, (i + 1) * dimension);
      this.#arena.floats.set(vector, (start + i * stride) >>> 2);
    }
  }

  get bytes(): number {
    return this.#count * Math.ceil(this.#dimension / 4) * 16;
  }

  /** The sum of the dot products: the same for the same query. */
  run(query: Float32Array): number {
    this.#arena.floats.set(query, this.#query >>> 2);
    return this.#arena.kernels.plainRead(this.#query, this.#run, this.#count);
  }

  #take(bytes: number): number {
    const address = this.#arena.allocate(bytes, "vectors");
    if (address === undefined) throw new Error("there is no memory for the plain read");
    return address;
  }
}
