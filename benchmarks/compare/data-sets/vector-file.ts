import { closeSync, openSync, readSync } from "node:fs";

/** Some vectors, one after the other, from the one of that number on. */
export interface VectorBlock {
  readonly first: number;
  readonly count: number;
  readonly vectors: Float32Array<ArrayBuffer>;
  /** Of this block, counted from 0: a view. */
  at(index: number): Float32Array<ArrayBuffer>;
}

/** A file of float32 vectors, read as it is wanted, so that a process need not hold all of it. */
export class VectorFile implements Disposable {
  readonly dimension: number;
  readonly count: number;
  readonly #file: number;
  readonly #one: Float32Array<ArrayBuffer>;

  constructor(path: string, dimension: number, count: number) {
    this.dimension = dimension;
    this.count = count;
    this.#file = openSync(path, "r");
    this.#one = new Float32Array(dimension);
  }

  read(first: number, count: number): VectorBlock {
    const vectors = new Float32Array(count * this.dimension);
    this.#fill(vectors, first);
    const at = (index: number) =>
      vectors.subarray(index * this.dimension, (index + 1) * this.dimension);
    return { first, count, vectors, at };
  }

  /** All of them, some at a time. */
  *blocks(size: number): Generator<VectorBlock> {
    for (let first = 0; first < this.count; first += size) {
      yield this.read(first, Math.min(size, this.count - first));
    }
  }

  /** A view, valid until the next. */
  at(index: number): Float32Array {
    this.#fill(this.#one, index);
    return this.#one;
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #fill(vectors: Float32Array<ArrayBuffer>, first: number): void {
    const position = first * this.dimension * 4;
    const bytes = readSync(this.#file, vectors, 0, vectors.byteLength, position);
    if (bytes !== vectors.byteLength) throw new Error(`the file ends before vector ${first}`);
  }
}
