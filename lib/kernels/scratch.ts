import { Extents } from "./extents.js";

/**
 * Small extents for as long as a job takes. Those that are given back are kept for the next job, which mostly wants
 * as much: to join them with what is free around them, and split them off again, takes longer than to prepare a job.
 */
export class Scratch {
  readonly #allocate: (bytes: number) => number | undefined;
  readonly #free: (address: number, bytes: number) => void;
  readonly #kept: { readonly address: number; readonly bytes: number }[] = [];

  constructor(
    allocate: (bytes: number) => number | undefined,
    free: (address: number, bytes: number) => void,
  ) {
    this.#allocate = allocate;
    this.#free = free;
  }

  /** An address; undefined where there is no memory. */
  take(asked: number): number | undefined {
    const bytes = Extents.sizeFor(asked);
    for (let last = this.#kept.pop(); last !== undefined; last = this.#kept.pop()) {
      if (last.bytes === bytes) return last.address;
      this.#free(last.address, last.bytes);
    }
    return this.#allocate(bytes);
  }

  /** `asked` as it was. */
  give(address: number, asked: number): void {
    const bytes = Extents.sizeFor(asked);
    if (bytes <= keptBytesMax && this.#kept.length < keptMax) this.#kept.push({ address, bytes });
    else this.#free(address, bytes);
  }
}

/** As many as threads have jobs at a time. */
const keptMax = 4;
const keptBytesMax = 64 * 1024;
