import assert from "node:assert/strict";
import fc from "fast-check";
import type { SlotVectorIndex } from "../../lib/indexes/slot-vector-index.js";
import type { IndexSearch, Nearest } from "../../lib/indexes/vector-index.js";
import { distanceOf } from "../../lib/model/distance-of.js";
import { type Metric, metrics } from "../../lib/model/metric.js";
import { openIndexes } from "../support/open-indexes.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { NaiveIndex, pairs } from "./oracle.js";

type Step =
  | { readonly add: number }
  | { readonly kill: number }
  | { readonly reclaim: number }
  | { readonly search: number; readonly limit: number }
  | { readonly turns: number }
  | { readonly linked: true };

describe("An index with a graph, beside brute force", () => {
  const open = openIndexes();

  const steps: fc.Arbitrary<Step[]> = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ add: fc.integer({ min: 1, max: 120 }) }) },
      { weight: 3, arbitrary: fc.record({ kill: fc.integer({ min: 1, max: 90 }) }) },
      { weight: 3, arbitrary: fc.record({ reclaim: fc.nat(4) }) },
      {
        weight: 5,
        arbitrary: fc.record({ search: fc.nat(6), limit: fc.integer({ min: 1, max: 12 }) }),
      },
      { weight: 2, arbitrary: fc.record({ turns: fc.nat(4) }) },
      { weight: 2, arbitrary: fc.constant({ linked: true } as const) },
    ),
    { minLength: 8, maxLength: 40, size: "max" },
  );

  for (const [threads, numRuns] of [
    [0, 60],
    [2, 30],
  ] as const) {
    it(`answers right in whatever order it is written, swept and searched, with ${threads} threads`, async () => {
      const indexes = open({ threads, graphLeast: 60, atOnceMs: threads > 0 ? 0 : 1 });
      const tally = { hits: 0, wanted: 0, walks: 0 };
      await fc.assert(
        fc.asyncProperty(
          steps,
          fc.constantFrom(...metrics),
          fc.boolean(),
          fc.nat(),
          async (all, metric, isCoarse, seed) => {
            const index = indexes.create(4, metric) as SlotVectorIndex;
            const model = new Model(index, metric, isCoarse, randomNumbers(seed), tally);
            // A graph to begin with.
            model.add(150);
            await index.linked();
            for (const step of all) await model.follow(step);
            const last = model.search(0, 5);
            index.close();
            await last;
            await model.answered();
          },
        ),
        { numRuns },
      );
      assert(tally.walks > 100, `${tally.walks} walks`);
      assert(tally.hits >= tally.wanted * 0.98, `${tally.hits} of ${tally.wanted} found`);
    });
  }
});

/** Each write is a sequence of its own; searches go on while writes come. */
class Model {
  readonly #index: SlotVectorIndex;
  readonly #metric: Metric;
  readonly #isCoarse: boolean;
  readonly #random: () => number;
  readonly #tally: { hits: number; wanted: number; walks: number };
  readonly #naive = new NaiveIndex();
  readonly #searches = new Map<Promise<void>, number>();
  #ordinal = 0;
  #sequence = 1;
  #reclaimed = 0;

  constructor(
    index: SlotVectorIndex,
    metric: Metric,
    isCoarse: boolean,
    random: () => number,
    tally: { hits: number; wanted: number; walks: number },
  ) {
    this.#index = index;
    this.#metric = metric;
    this.#isCoarse = isCoarse;
    this.#random = random;
    this.#tally = tally;
  }

  async follow(step: Step): Promise<void> {
    if ("add" in step) this.add(step.add);
    else if ("kill" in step) this.#kill(step.kill);
    else if ("reclaim" in step) this.#reclaim(step.reclaim);
    else if ("search" in step) void this.search(step.search, step.limit);
    else if ("linked" in step) await this.#index.linked();
    else {
      for (let left = step.turns; left > 0; left--) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  add(count: number): void {
    this.#sequence++;
    for (let i = 0; i < count; i++) {
      const vector = this.#vector();
      this.#index.add(++this.#ordinal, vector, this.#sequence);
      this.#naive.add(this.#ordinal, vector, this.#sequence);
    }
  }

  /** Those that are waited for in the end reject where an answer is wrong. */
  search(before: number, limit: number): Promise<void> {
    const sequence = Math.max(this.#reclaimed, this.#sequence - before);
    const beam = { width: 150, slack: Number.POSITIVE_INFINITY };
    const targets = [this.#vector(), this.#vector()];
    const request = { targets, metric: this.#metric, limit, sequence, beam };
    const seen = this.#naive.seen(request);
    const truth = this.#naive.search(request);
    const vectors = new Map(seen.map(({ ordinal, vector }) => [ordinal, vector]));
    const search = this.#index.search(request).then((found) => {
      for (const [i, nearest] of found.entries()) {
        this.#check(request, i, nearest, vectors, truth[i] ?? []);
      }
    });
    this.#searches.set(search, sequence);
    search.then(
      () => this.#searches.delete(search),
      () => {},
    );
    return search;
  }

  async answered(): Promise<void> {
    await Promise.all(this.#searches.keys());
  }

  #check(
    { targets, limit, metric }: IndexSearch,
    i: number,
    nearest: Nearest,
    vectors: ReadonlyMap<number, Float32Array>,
    truth: readonly [number, number][],
  ): void {
    const target = targets[i] as Float32Array;
    const [found] = pairs([nearest]);
    const count = Math.min(limit, vectors.size);
    assert(found !== undefined && found.length >= count, `${found?.length} of ${count}`);
    assert.equal(new Set(nearest.ordinals).size, found.length);
    for (const [ordinal, distance] of found) {
      const vector = vectors.get(ordinal);
      assert(vector !== undefined, `${ordinal} did not live`);
      assert.equal(distance, distanceOf(metric, target, vector));
    }
    assert.deepEqual(
      found,
      found.toSorted((a, b) => a[1] - b[1] || a[0] - b[0]),
    );
    const last = truth[count - 1]?.[1] ?? 0;
    if (found.length > limit) assert.equal(found.at(-1)?.[1], found[limit - 1]?.[1]);
    if (nearest.plan === "exact") assert.deepEqual(found, truth);
    else this.#tally.walks++;
    this.#tally.wanted += count;
    this.#tally.hits += found.slice(0, count).filter(([, distance]) => distance <= last).length;
  }

  #kill(count: number): void {
    this.#sequence++;
    for (let i = 0; i < count; i++) {
      const ordinal = Math.floor(this.#random() * (this.#ordinal + 2));
      this.#index.kill(ordinal, this.#sequence);
      this.#naive.kill(ordinal, this.#sequence);
    }
  }

  /** Up to what searches still see. */
  #reclaim(before: number): void {
    const oldest = Math.min(this.#sequence - before, ...this.#searches.values());
    this.#reclaimed = Math.max(this.#reclaimed, oldest);
    this.#index.reclaim(this.#reclaimed);
    const held = this.#naive.rows.filter(({ died }) => died > this.#reclaimed).length;
    assert.equal(this.#index.size, held);
  }

  /** Coarse ones are often equal, or zero. */
  #vector(): Float32Array {
    const vector = randomVector(this.#random, 4);
    return this.#isCoarse ? vector.map((x) => Math.round(x * 1.5)) : vector;
  }
}
