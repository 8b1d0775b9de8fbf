/**
 * A sample of the queries that come: every one of the first `memory` has the same chance to be in it (Vitter's
 * algorithm R), and of those that come later each has the chance it would have as the last of that many, so that what
 * is kept follows what comes: an old one stays for `memory` more on average.
 */
export class QueryReservoir {
  readonly #dimension: number;
  readonly #random: () => number;
  readonly #memory: number;
  /** How many are kept at most. */
  readonly capacity: number;
  #vectors = new Float32Array(0);
  /** Of each place, as what number its query came. */
  readonly #arrivals: number[] = [];
  #arrived = 0;
  /** The number of the next to be kept: the others cost an addition and a comparison. */
  #next = 1;

  constructor(dimension: number, options: ReservoirOptions = {}) {
    const { count = 4_096, bytes = 4 * 1024 * 1024, random = Math.random } = options;
    this.#dimension = dimension;
    this.#random = random;
    this.capacity = Math.max(1, Math.min(count, Math.floor(bytes / (4 * dimension))));
    this.#memory = Math.max(this.capacity, options.memory ?? 16 * this.capacity);
  }

  /** How many are kept. */
  get size(): number {
    return this.#arrivals.length;
  }

  /** How many came. */
  get arrived(): number {
    return this.#arrived;
  }

  get bytes(): number {
    return this.#vectors.byteLength;
  }

  /** A query came; it is copied if it is to be kept. */
  offer(vector: Float32Array): void {
    if (++this.#arrived === this.#next) this.#keep(vector);
  }

  /** Copies of so many of those that came after the first `after`, in an order that `random` decides. */
  draw(count: number, random: () => number, after = 0): Float32Array[] {
    const places: number[] = [];
    for (const [place, arrival] of this.#arrivals.entries())
      if (arrival > after) places.push(place);
    const drawn = Math.min(count, places.length);
    for (let i = 0; i < drawn; i++) {
      const j = i + Math.floor(random() * (places.length - i));
      [places[i], places[j]] = [places[j], places[i]];
    }
    return places.slice(0, drawn).map((place) => {
      const at = place * this.#dimension;
      return this.#vectors.slice(at, at + this.#dimension);
    });
  }

  /** How many of those that are kept came after the first `after`. */
  sizeAfter(after: number): number {
    return this.#arrivals.reduce((size, arrival) => size + (arrival > after ? 1 : 0), 0);
  }

  clear(): void {
    this.#vectors = new Float32Array(0);
    this.#arrivals.length = 0;
    this.#arrived = 0;
    this.#next = 1;
  }

  #keep(vector: Float32Array): void {
    const isFull = this.#arrivals.length === this.capacity;
    const place = isFull ? Math.floor(this.#random() * this.capacity) : this.#arrivals.length;
    this.#makeRoom(place + 1);
    this.#vectors.set(vector, place * this.#dimension);
    this.#arrivals[place] = this.#arrived;
    this.#next = this.#arrived + 1 + this.#passed();
  }

  /** How many pass before one is kept again: algorithm X, which draws once for all of them. */
  #passed(): number {
    const chosen = 1 - this.#random();
    let passed = 0;
    let allPass = 1;
    for (;;) {
      const last = Math.min(this.#arrived + 1 + passed, this.#memory);
      allPass *= Math.max(0, 1 - this.capacity / last);
      if (allPass < chosen) return passed;
      passed++;
    }
  }

  #makeRoom(places: number): void {
    const needed = places * this.#dimension;
    if (needed <= this.#vectors.length) return;
    const most = this.capacity * this.#dimension;
    const larger = new Float32Array(Math.min(most, Math.max(2 * needed, 16 * this.#dimension)));
    larger.set(this.#vectors);
    this.#vectors = larger;
  }
}

export interface ReservoirOptions {
  /** The most queries kept. */
  readonly count?: number;
  /** The most bytes they take. */
  readonly bytes?: number;
  /** After how many others one is forgotten, on average. */
  readonly memory?: number;
  readonly random?: () => number;
}
