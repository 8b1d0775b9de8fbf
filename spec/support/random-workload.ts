import type { WriteQuery } from "../../lib/engine/write-of.js";
import type { Engine } from "../../lib/handles/engine.js";
import type { CallOptions } from "../../lib/model/options.js";
import type { Query } from "../../lib/model/query.js";
import { randomNumbers } from "./random.js";

type WriteKind = WriteQuery["kind"];

/** Writes of every kind, many of which are refused, repeated under their keys, or given up, as a seed decides. */
export class RandomWorkload {
  readonly #random: () => number;
  /** What was asked under each key. */
  readonly #keyed: Query[] = [];
  /** How often each kind was asked for. */
  readonly asked = new Map<string, number>();

  constructor(seed: number) {
    this.#random = randomNumbers(seed);
  }

  /** 0 to below `bound`. */
  below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  /** A write of every kind. */
  examples(): Query[] {
    return Object.values(this.#makers).map((make) => make());
  }

  /** Asks for some writes in one turn; settles when all of them have ended, however they did. */
  async burst(engine: Engine): Promise<void> {
    const count = 1 + this.below(12);
    await Promise.allSettled(Array.from({ length: count }, () => this.#call(engine)));
  }

  #call(engine: Engine): Promise<unknown> {
    const query = this.below(6) === 0 ? this.#pipeline() : this.#write();
    const way = this.below(10);
    if (way < 3) return this.#keyedCall(engine, query);
    if (way > 3) return engine.execute(query);
    const controller = new AbortController();
    if (this.below(2) === 0) setImmediate(() => controller.abort());
    else queueMicrotask(() => controller.abort());
    return engine.execute(query, { signal: controller.signal });
  }

  /** A new write under a new key, one that was asked under its key, or another under that key. */
  #keyedCall(engine: Engine, query: Query): Promise<unknown> {
    const way = this.below(4);
    const place = way < 2 ? this.#keyed.length : this.below(this.#keyed.length + 1);
    const options: CallOptions = { idempotencyKey: `key ${place}` };
    const asked = way === 3 ? query : (this.#keyed[place] ?? query);
    this.#keyed[place] ??= query;
    return engine.execute(asked, options);
  }

  #pipeline(): Query {
    return {
      kind: "pipeline",
      queries: Array.from({ length: this.below(5) }, () => this.#write()),
    };
  }

  #write(): Query {
    const all = this.below(1_000);
    let from = 0;
    for (const kind of Object.keys(shares) as WriteKind[]) {
      from += shares[kind];
      if (all < from) return this.#of(kind);
    }
    return this.#of("set");
  }

  #of(kind: WriteKind): Query {
    this.asked.set(kind, (this.asked.get(kind) ?? 0) + 1);
    return this.#makers[kind]();
  }

  readonly #makers: { readonly [K in WriteKind]: () => Query<K> } = {
    createStore: () => ({
      kind: "createStore",
      store: this.#store(),
      dimension: 2,
      metric: this.#one(["cosine", "dot", undefined]),
      ttlMs: this.#one([undefined, undefined, 100_000_000]),
      vectors: this.#one([undefined, "disk"]),
      indexes: this.#one([undefined, ["n"], ["text", "n"]]),
      ifNotExists: this.below(2) === 0,
    }),
    alterStore: () => ({
      kind: "alterStore",
      store: this.#store(),
      ttlMs: this.#one([undefined, null, 100_000_000]),
      vectors: this.#one([undefined, "memory", "disk"]),
    }),
    createIndex: () => ({ kind: "createIndex", store: this.#store(), field: this.#field() }),
    dropIndex: () => ({
      ...{ kind: "dropIndex", store: this.#store(), field: this.#field() },
      ifExists: this.below(2) === 0,
    }),
    renameStore: () => ({
      ...{
        kind: "renameStore",
        ...this.#one([
          { store: "a", to: "b" },
          { store: "b", to: "a" },
        ]),
      },
      replace: this.below(2) === 0,
    }),
    dropStore: () => ({ kind: "dropStore", store: this.#store(), ifExists: this.below(2) === 0 }),
    dropNamespace: () => ({ kind: "dropNamespace", namespace: "n" }),
    set: () => ({
      kind: "set",
      store: this.#store(),
      mode: this.#one(["upsert", "upsert", "insert", "replace"]),
      entries: Array.from({ length: this.#count() }, () => this.#entry()),
    }),
    update: () => this.#update(),
    delete: () => ({ kind: "delete", store: this.#store(), target: this.#target() }),
    transaction: () => ({
      kind: "transaction",
      writes: Array.from({ length: this.below(4) }, () => this.#entryWrite()),
    }),
  };

  /** One that may be in a transaction, which two namespaces may not. */
  #entryWrite(): Query<"set" | "update" | "delete"> {
    const { set, update, delete: remove } = this.#makers;
    return { ...this.#one([set, update, remove])(), store: this.#one(["a", "b", "b", "b", "n/a"]) };
  }

  #update(): Query<"update"> {
    return {
      kind: "update",
      store: this.#store(),
      target: this.#target(),
      patch: {
        ...(this.below(2) === 0 ? { metadata: { n: this.below(5) } } : {}),
        ...(this.below(5) === 0 ? { vector: [this.below(5), 2] } : {}),
        ...(this.below(5) === 0 ? { remove: ["text"] } : {}),
        ...(this.below(5) === 0 ? { ttlMs: this.#one([1_000, 90_000_000, null]) } : {}),
      },
      metadata: this.#one(["merge", "replace", undefined]),
    };
  }

  #entry() {
    const { id, vector } = { id: this.#id(), vector: [this.below(5), 1 + this.below(5)] };
    return {
      vector,
      ...(this.below(5) === 0 ? {} : { id }),
      ...(this.below(3) === 0
        ? {}
        : { metadata: { n: this.below(5), text: "x".repeat(this.below(9)) } }),
      ...(this.below(5) === 0 ? { ttlMs: this.#one([1, 1_000, 60_000, 90_000_000, null]) } : {}),
      ...(this.below(20) === 0 ? { ifVersion: this.below(3) } : {}),
    };
  }

  #target() {
    const way = this.below(8);
    if (way === 0) return { all: true } as const;
    if (way < 3) return { where: { n: this.below(5) } };
    return Array.from({ length: 1 + this.below(4) }, () => this.#id());
  }

  /** Mostly few, sometimes so many that they are applied in slices. */
  #count(): number {
    return this.below(15) === 0 ? 50 + this.below(200) : this.below(6);
  }

  #id(): string {
    return `e${this.below(40)}`;
  }

  #field(): string {
    return this.#one(["n", "n", "text", "absent"]);
  }

  #store(): string {
    return this.#one(["a", "b", "n/a", "n/b"]);
  }

  #one<const T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}

/** Of a thousand writes; the rest are sets. */
const shares: { readonly [K in WriteKind]: number } = {
  createStore: 120,
  alterStore: 20,
  createIndex: 20,
  dropIndex: 20,
  renameStore: 20,
  dropStore: 20,
  dropNamespace: 10,
  update: 150,
  delete: 150,
  transaction: 100,
  set: 370,
};
