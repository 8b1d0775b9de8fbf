import assert from "node:assert/strict";
import type { SlotVectorIndex } from "../../lib/indexes/slot-vector-index.js";
import type { IndexSearch } from "../../lib/indexes/vector-index.js";
import type { Metric } from "../../lib/model/metric.js";
import { supportedKernels } from "../kernels/supported-kernels.js";
import { openIndexes } from "../support/open-indexes.js";
import { randomNumbers } from "../support/random.js";
import { unaligned } from "./oracle.js";

describe("The graph of a vector index", () => {
  const open = openIndexes();

  for (const kernels of supportedKernels) {
    for (const metric of ["cosine", "euclidean", "dot"] as const) {
      it(`finds nearly all of the nearest by ${metric} in each phase of life, ${kernels}`, async () => {
        const life = new Life(
          open({ threads: 0, kernels, graphLeast: 200 }).create(16, metric) as SlotVectorIndex,
          metric,
        );
        life.add(2_000);
        await life.linked();
        await life.finds(0.95, "built");
        life.add(1_000);
        await life.linked();
        await life.finds(0.95, "inserted into");
        life.kill(1_500);
        await life.linked();
        await life.finds(0.94, "deleted from");
        for (let round = 0; round < 4; round++) {
          life.overwrite(1_500);
          await life.linked();
        }
        await life.finds(0.94, "overwritten");
      });
    }
  }

  it("finds at once what is not linked yet", async () => {
    const index = open({ threads: 0, graphLeast: 200 }).create(16, "euclidean") as SlotVectorIndex;
    const life = new Life(index, "euclidean");
    life.add(2_000);
    await life.linked();
    for (let i = 0; i < 50; i++) {
      const vector = life.vector();
      life.addOne(vector);
      const [{ ordinals, distances, plan }] = await index.search(life.request([vector], 1));
      assert.deepEqual([ordinals[0], distances[0], plan], [life.last, 0, "graph"]);
    }
  });

  it("passes by what a target is stored under, as if it was not there", async () => {
    const index = open({ threads: 0, graphLeast: 200 }).create(16, "euclidean") as SlotVectorIndex;
    const life = new Life(index, "euclidean");
    life.add(2_000);
    await life.linked();
    for (let i = 0; i < 50; i++) {
      const [own, vector] = life.any();
      const request = life.request([vector], 5);
      const [{ ordinals }] = await index.search({ ...request, own: [own] });
      const [all] = await index.search({ ...request, limit: 6, beam: undefined });
      assert.equal(ordinals.includes(own), false);
      assert(all?.ordinals.includes(own));
      assert(ordinals.filter((ordinal) => all.ordinals.includes(ordinal)).length >= 3);
    }
  });

  it("looks at everything where a walk is asked for by another metric, for one slot or without a graph", async () => {
    const index = open({ threads: 0, graphLeast: 200 }).create(16, "euclidean") as SlotVectorIndex;
    const life = new Life(index, "euclidean");
    const planOf = async (more: Partial<IndexSearch>): Promise<string> => {
      const [{ plan }] = await index.search({ ...life.request([life.vector()], 5), ...more });
      return plan;
    };
    life.add(150);
    await life.linked();
    assert.equal(await planOf({}), "exact");
    life.add(1_000);
    await life.linked();
    assert.equal(await planOf({}), "graph");
    assert.equal(await planOf({ metric: "dot" }), "exact");
    const some = index.select();
    some.add(life.last);
    assert.equal(await planOf({ within: some }), "exact");
    assert.equal(await planOf({ without: some }), "graph");
    assert.equal(await planOf({ beam: undefined }), "exact");
  });

  it("takes slots again once no link leads to them", async () => {
    const indexes = open({ threads: 0, graphLeast: 200 });
    const index = indexes.create(16, "cosine") as SlotVectorIndex;
    const life = new Life(index, "cosine");
    life.add(3_000);
    await life.linked();
    const { bytes } = index;
    for (let round = 0; round < 12; round++) {
      life.overwrite(1_000);
      await life.linked();
    }
    assert(index.bytes <= bytes * 1.6, `${bytes} bytes have become ${index.bytes}`);
    await life.finds(0.94, "after all were overwritten four times");
  });

  it("is empty and filled again", async () => {
    const index = open({ threads: 0, graphLeast: 200 }).create(16, "dot") as SlotVectorIndex;
    const life = new Life(index, "dot");
    for (let round = 0; round < 3; round++) {
      life.add(800);
      await life.linked();
      await life.finds(0.95, `filled ${round + 1} times`);
      life.kill(800);
      await life.linked();
      const [{ ordinals }] = await index.search(life.request([life.vector()], 3));
      assert.equal(ordinals.length, 0);
    }
  });

  it("is built by several threads while searches run, and none of them misses what was linked before", async () => {
    const index = open({ threads: 2, graphLeast: 200 }).create(16, "euclidean") as SlotVectorIndex;
    const life = new Life(index, "euclidean");
    life.add(500);
    await life.linked();
    const linked = life.add(6_000) && life.linked();
    for (let i = 0; i < 200; i++) {
      const [ordinal, vector] = life.any();
      const [{ ordinals, distances }] = await index.search(life.request([vector], 1));
      assert.equal(distances[0], 0, `${ordinal} is not found, but ${ordinals[0]}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await linked;
    await life.finds(0.95, "built by two threads");
  });
});

/** Clustered vectors that come and go, in an index and in a map beside it. */
class Life {
  last = 0;
  readonly #index: SlotVectorIndex;
  readonly #metric: Metric;
  readonly #living = new Map<number, Float32Array>();
  readonly #random = randomNumbers(77);
  readonly #centres = Array.from({ length: 20 }, () => this.#near(new Float32Array(16), 1));
  #sequence = 1;

  constructor(index: SlotVectorIndex, metric: Metric) {
    this.#index = index;
    this.#metric = metric;
  }

  linked(): Promise<void> {
    return this.#index.linked();
  }

  vector(): Float32Array {
    const centre = this.#centres[Math.floor(this.#random() * this.#centres.length)] as Float32Array;
    return this.#near(centre, 0.5);
  }

  /** One that lives. */
  any(): [number, Float32Array] {
    const ordinals = [...this.#living.keys()];
    const ordinal = ordinals[Math.floor(this.#random() * ordinals.length)] as number;
    return [ordinal, this.#living.get(ordinal) as Float32Array];
  }

  addOne(vector: Float32Array): void {
    this.#sequence++;
    this.#index.add(++this.last, unaligned(vector), this.#sequence);
    this.#living.set(this.last, vector);
  }

  add(count: number): boolean {
    for (let i = 0; i < count; i++) this.addOne(this.vector());
    return true;
  }

  /** The oldest. */
  kill(count: number): void {
    this.#sequence++;
    for (const ordinal of [...this.#living.keys()].slice(0, count)) {
      this.#index.kill(ordinal, this.#sequence);
      this.#living.delete(ordinal);
    }
    this.#index.reclaim(this.#sequence);
  }

  overwrite(count: number): void {
    for (let i = 0; i < count; i++) {
      this.addOne(this.vector());
      this.kill(1);
    }
  }

  request(targets: readonly Float32Array[], limit: number): IndexSearch {
    const beam = { width: 64, slack: Number.POSITIVE_INFINITY };
    return { targets, metric: this.#metric, limit, sequence: this.#sequence, beam };
  }

  /** By walks, and against the same search without. */
  async finds(least: number, when: string): Promise<void> {
    const targets = Array.from({ length: 100 }, () => this.vector());
    const request = this.request(targets, 10);
    const found = await this.#index.search(request);
    const truth = await this.#index.search({ ...request, beam: undefined });
    let hits = 0;
    for (const [i, { ordinals, plan }] of found.entries()) {
      assert.equal(plan, "graph", when);
      const all = new Set(truth[i]?.ordinals);
      for (const ordinal of ordinals) {
        assert(this.#living.has(ordinal), `${ordinal} does not live`);
        if (all.has(ordinal)) hits++;
      }
    }
    assert(hits >= least * 1_000, `${when}: ${hits} of 1000 found`);
  }

  #near(centre: Float32Array, spread: number): Float32Array {
    return centre.map((x) => x + spread * (this.#random() + this.#random() - 1));
  }
}
