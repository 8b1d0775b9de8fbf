import type { Engine } from "../../lib/handles/engine.js";
import type { Store } from "../../lib/handles/store.js";
import { randomNumbers, randomVector } from "../support/random.js";

/** A store of a steady size whose entries do not stay, and what it should hold. */
export class ChurnedStore {
  writes = 0;
  readonly #store: Store;
  readonly #dimension: number;
  readonly #random: () => number;
  /** The length of each entry's text. */
  readonly #there = new Map<string, number>();

  private constructor(store: Store, { dimension, seed }: ChurnOptions) {
    this.#store = store;
    this.#dimension = dimension;
    this.#random = randomNumbers(seed);
  }

  static async make(engine: Engine, options: ChurnOptions): Promise<ChurnedStore> {
    const { dimension } = options;
    return new ChurnedStore(await engine.createStore(`churn/${dimension}`, { dimension }), options);
  }

  /** Bytes of what is kept: ids, vectors and metadata, without anything of ours. */
  get bytes(): number {
    let bytes = 0;
    for (const [id, length] of this.#there) bytes += id.length + this.#dimension * 4 + length + 12;
    return bytes;
  }

  /** As many as there will be later on: seven of ten sets meet three deletes. */
  async fill(): Promise<void> {
    for (let i = 0; i < idsMax; i += 100) {
      await this.#set(Array.from({ length: 70 }, (_, j) => `${i + j}`));
    }
  }

  /** Overwrites, deletes, sets again, one call after the other. */
  async churn(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const ids = Array.from({ length: 1 + this.#below(40) }, () => `${this.#below(idsMax)}`);
      if (this.#random() < 0.3) await this.#delete(ids);
      else await this.#set(ids);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  /** Readers that take their time: an iteration of many pages, and searches beside it. */
  async read(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let read = 0;
      for await (const { vector } of this.#store.entries()) {
        if (signal.aborted) return;
        if (read++ % 200 !== 0) continue;
        await this.#store.search(vector, { limit: 10 });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  /** What is not as it should be. */
  async check(): Promise<string[]> {
    const found = new Map<string, number>();
    for await (const { id, metadata } of this.#store.entries()) {
      found.set(id, (metadata as { text: string }).text.length);
    }
    const wrong = [...this.#there].filter(([id, length]) => found.get(id) !== length);
    const { name } = this.#store;
    const counts = `${this.#there.size} entries expected, ${found.size} found`;
    if (wrong.length === 0 && found.size === this.#there.size) return [];
    return [`store ${name}: ${wrong.length} entries are not what they were set to, ${counts}`];
  }

  async #set(ids: readonly string[]): Promise<void> {
    const entries = [...new Set(ids)].map((id) => {
      const length = this.#random() < 0.02 ? this.#below(20_000) : this.#below(1_000);
      const vector = randomVector(this.#random, this.#dimension);
      return { id, vector, metadata: { text: "x".repeat(length) } };
    });
    await this.#store.set(entries);
    this.writes++;
    for (const { id, metadata } of entries) this.#there.set(id, metadata.text.length);
  }

  async #delete(ids: readonly string[]): Promise<void> {
    await this.#store.delete(ids);
    this.writes++;
    for (const id of ids) this.#there.delete(id);
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }
}

interface ChurnOptions {
  readonly dimension: number;
  readonly seed: number;
}

const idsMax = 2_000;
/** Leaves the machine to others: what is looked for is growth, not speed. */
const pauseMs = 4;
