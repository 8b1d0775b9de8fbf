import type { Query } from "../../lib/model/query.js";
import { randomNumbers, randomVector } from "../support/random.js";

/** The stores that all lanes write to, each to ids of its own: with indexes of fields, with rows on disk, and plain. */
export const sharedStores = {
  wide: { dimension: 16, metric: "cosine", indexes: ["lane", "number", "text"] },
  "faults/a": { dimension: 4, metric: "euclidean", vectors: "disk", indexes: ["mark"] },
  "faults/b": { dimension: 4, metric: "dot" },
} as const;

/** The store that a lane makes and drops. */
export function ownStore(lane: number): string {
  return `own/${lane}`;
}

/** Whether the entry of that id was set to expire at once, and so may be there for some milliseconds. */
export function isBrief(id: string): boolean {
  return id.includes(":brief");
}

/** The longest that such an entry may be seen. */
export const briefMs = 5;

/** The lane that an id belongs to. */
export function laneOf(id: string): number {
  return Number(id.slice(0, id.indexOf(":")));
}

export type Step = Query<"set" | "update" | "delete" | "transaction" | "createStore" | "dropStore">;

/**
 * What a lane asks at once: one write, or several as a pipeline. The seed alone decides it, so that who
 * checks knows it without being told.
 */
export function taskOf(lane: number, seed: number): readonly Step[] {
  const maker = new StepMaker(lane, seed);
  return maker.chance(0.12) ? maker.several(2 + maker.below(4)) : [maker.step()];
}

class StepMaker {
  readonly #lane: number;
  readonly #random: () => number;

  constructor(lane: number, seed: number) {
    this.#lane = lane;
    this.#random = randomNumbers(seed);
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }

  /** 0 to below `bound`. */
  below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  several(count: number): Step[] {
    return Array.from({ length: count }, () => this.step());
  }

  step(): Step {
    const kind = this.#random();
    if (kind < 0.36) return this.#set(this.#sharedStore(), 1 + this.below(5));
    if (kind < 0.42) return { ...this.#set(this.#sharedStore(), 1), mode: "insert" };
    if (kind < 0.47) return this.#setBrief();
    if (kind < 0.58) return this.#update(this.#sharedStore());
    if (kind < 0.69) return this.#transaction();
    if (kind < 0.79) return this.#delete(this.#sharedStore());
    if (kind < 0.83) return this.#deleteWhere();
    if (kind < 0.86) return this.#setMany();
    return this.#own();
  }

  #sharedStore(): keyof typeof sharedStores {
    const names = Object.keys(sharedStores) as (keyof typeof sharedStores)[];
    return names[this.below(names.length)];
  }

  #set(store: string, count: number) {
    const dimension = sharedStores[store as keyof typeof sharedStores]?.dimension ?? ownDimension;
    const entries = Array.from({ length: count }, () => this.#entry(dimension));
    return { kind: "set", store, entries } as const;
  }

  /** Some have metadata of several pages. */
  #entry(dimension: number) {
    const number = this.below(idsPerLane);
    const length = this.chance(0.1) ? this.below(12_000) : this.below(60);
    const text = String.fromCharCode(97 + this.below(26)).repeat(length);
    return {
      id: `${this.#lane}:${number}`,
      vector: randomVector(this.#random, dimension),
      metadata: { lane: this.#lane, number, text },
      // It is still there when it is looked for.
      ttlMs: this.chance(0.2) ? 3_600_000 : undefined,
    };
  }

  #setBrief(): Step {
    const store = this.#sharedStore();
    const [entry] = this.#set(store, 1).entries;
    const id = `${this.#lane}:brief ${this.below(idsPerLane)}`;
    return { kind: "set", store, entries: [{ ...entry, id, ttlMs: 1 + this.below(briefMs) }] };
  }

  /** Of metadata alone, or of the vector too. */
  #update(store: keyof typeof sharedStores) {
    const { vector, metadata } = this.#entry(sharedStores[store].dimension);
    const { text } = metadata;
    const patch = {
      metadata: { text, mark: this.below(1_000) },
      ...(this.chance(0.4) ? { vector } : {}),
      ...(this.chance(0.2) ? { remove: ["old"] } : {}),
    };
    return { kind: "update", store, target: this.#ids(), patch } as const;
  }

  /** Over both stores of a namespace. */
  #transaction(): Step {
    const stores = ["faults/a", "faults/b"] as const;
    const writes = Array.from({ length: 2 + this.below(4) }, (_, i) => {
      const store = stores[i % 2];
      const kind = this.#random();
      if (kind < 0.5) return this.#set(store, 1 + this.below(3));
      if (kind < 0.6) return { ...this.#set(store, 1), mode: "insert" } as const;
      return kind < 0.8 ? this.#update(store) : this.#delete(store);
    });
    return { kind: "transaction", writes };
  }

  #ids(): string[] {
    return Array.from({ length: 1 + this.below(5) }, () => {
      return `${this.#lane}:${this.below(idsPerLane)}`;
    });
  }

  /** So many that a worker writes them. */
  #setMany(): Step {
    const entries = Array.from({ length: 700 }, (_, number) => ({
      id: `${this.#lane}:many ${number}`,
      vector: randomVector(this.#random, 4),
      metadata: { lane: this.#lane, number: number + idsPerLane },
    }));
    return { kind: "set", store: "faults/a", entries };
  }

  #delete(store: keyof typeof sharedStores) {
    return { kind: "delete", store, target: this.#ids() } as const;
  }

  #deleteWhere(): Step {
    const number = this.chance(0.5)
      ? { $lt: this.below(idsPerLane / 2) }
      : { $gte: idsPerLane + this.below(100) };
    const target = { where: { lane: this.#lane, number } };
    return { kind: "delete", store: this.#sharedStore(), target };
  }

  #own(): Step {
    const store = ownStore(this.#lane);
    const way = this.below(4);
    if (way === 0) return { kind: "createStore", store, dimension: ownDimension };
    if (way === 1) return { kind: "dropStore", store };
    return this.#set(store, 1 + this.below(3));
  }
}

const idsPerLane = 40;
const ownDimension = 2;
