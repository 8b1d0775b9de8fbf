import { randomNumbers } from "./random.js";

/** Repeatable mutations and cuts of bytes. */
export function seeded(seed: number): Seeded {
  return new Seeded(seed);
}

class Seeded {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomNumbers(seed);
  }

  /** 0 to below `bound`. */
  below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  /** A copy with a few bytes changed, dropped, doubled or cut off. */
  mutate(bytes: Uint8Array): Uint8Array {
    let mutant = Array.from(bytes);
    for (let times = 1 + this.below(3); times > 0; times--) {
      const at = this.below(mutant.length + 1);
      const way = this.below(4);
      if (way === 0) mutant[at] = this.below(256);
      else if (way === 1) mutant.splice(at, 1 + this.below(3));
      else if (way === 2) mutant.splice(at, 0, this.below(256));
      else mutant = mutant.slice(0, at);
    }
    return Uint8Array.from(mutant);
  }

  /** The bytes in pieces of 1 to `longest`. */
  cut(bytes: Uint8Array, longest: number): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const end = Math.min(bytes.length, at + 1 + this.below(longest));
      pieces.push(bytes.subarray(at, end));
      at = end;
    }
    return pieces;
  }
}
