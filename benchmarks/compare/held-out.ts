import type { Beam } from "../../lib/indexes/beam.js";
import type { IndexSearch, Nearest, VectorIndex } from "../../lib/indexes/vector-index.js";
import type { Metric } from "../../lib/model/metric.js";
import { limit } from "./data-sets/truth.js";

/** How to search: by a fixed beam, or with what the index knows of a recall; exactly where neither is given. */
export interface Setting {
  readonly beam?: Beam;
  readonly recall?: number;
}

export interface Outcome {
  readonly recall: number;
  /** The standard error of `recall`. */
  readonly error: number;
  readonly examined: number;
  /** Whether walks gave the answers. */
  readonly walked: boolean;
}

/** Queries that the index never learns from, and the true nearest of each. */
export class HeldOut {
  readonly #index: VectorIndex;
  readonly #metric: Metric;
  readonly #queries: readonly Float32Array[];
  /** Of each query how far the last of its true nearest is. */
  readonly #lasts: number[] = [];

  constructor(index: VectorIndex, metric: Metric, queries: readonly Float32Array[]) {
    this.#index = index;
    this.#metric = metric;
    this.#queries = queries;
  }

  /** By exact search, which is held against float64 brute force elsewhere. */
  async findTruth(): Promise<void> {
    for await (const { distances } of this.#answers({}, 0, this.#queries.length, 64)) {
      this.#lasts.push(distances[limit - 1]);
    }
  }

  async search(setting: Setting): Promise<Outcome> {
    let [lost, squares, examined, walks, at] = [0, 0, 0, 0, 0];
    const { length: count } = this.#queries;
    for await (const found of this.#answers(setting, 0, count, 1)) {
      const hits = found.distances
        .subarray(0, limit)
        .filter((one) => one <= this.#lasts[at]).length;
      lost += 1 - hits / limit;
      squares += (1 - hits / limit) ** 2;
      examined += found.examined;
      if (found.plan === "graph") walks++;
      at++;
    }
    const variance = squares / count - (lost / count) ** 2;
    const error = Math.sqrt(Math.max(0, variance) / count);
    const walked = walks > count / 2;
    return { recall: 1 - lost / count, error, examined: examined / count, walked };
  }

  /** Milliseconds of the processor for some of the queries, others each time. */
  async time(setting: Setting, round: number): Promise<number> {
    const from = (round * timed) % Math.max(1, this.#queries.length - timed + 1);
    const start = process.cpuUsage();
    for await (const _ of this.#answers(setting, from, Math.min(timed, this.#queries.length), 1));
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1_000;
  }

  /** `own` says of each that it is none of the vectors; and what says so is not counted among the queries that come. */
  async *#answers(setting: Setting, from: number, count: number, batch: number) {
    for (let first = from; first < from + count; first += batch) {
      const targets = this.#queries.slice(first, Math.min(first + batch, from + count));
      const own = targets.map(() => undefined);
      const asked = { targets, own, metric: this.#metric, limit, sequence: 1 };
      const request: IndexSearch = { ...asked, ...setting };
      const found: Nearest[] = await this.#index.search(request);
      yield* found;
    }
  }
}

const timed = 200;
