/** Vectors around seeded centres, of seeded weights: the same centres give data and queries like them. */
export class ClusteredData {
  readonly #random: () => number;
  readonly #centres: Float32Array[];
  readonly #spread: number;

  constructor(random: () => number, dimension: number, { centres = 24, spread = 0.5 } = {}) {
    this.#random = random;
    this.#spread = spread;
    this.#centres = Array.from({ length: centres }, () =>
      Float32Array.from({ length: dimension }, () => normal(random)),
    );
  }

  take(count: number): Float32Array[] {
    return Array.from({ length: count }, () => {
      const at = Math.floor(this.#random() ** 2 * this.#centres.length);
      const scale = this.#spread * (0.5 + 1.5 * this.#random());
      return this.#centres[at].map((x) => x + scale * normal(this.#random));
    });
  }
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
