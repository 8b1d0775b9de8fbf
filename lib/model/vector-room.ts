/**
 * Room for the copies of many vectors: an allocation of its own costs a small vector several times its
 * copying. Each is a view of a run of at most 64 KiB, or has its own where it is longer.
 */
export class VectorRoom {
  #floats: Float32Array = none;
  #used = 0;

  /** A vector of zeros that nobody else has. */
  take(length: number): Float32Array {
    if (length > runFloats) return new Float32Array(length);
    if (this.#used + length > this.#floats.length) {
      this.#floats = new Float32Array(runFloats);
      this.#used = 0;
    }
    this.#used += length;
    return this.#floats.subarray(this.#used - length, this.#used);
  }
}

const runFloats = 16 * 1024;
const none: Float32Array = new Float32Array(0);
