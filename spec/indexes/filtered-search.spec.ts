import assert from "node:assert/strict";
import type { SlotVectorIndex } from "../../lib/indexes/slot-vector-index.js";
import type { IndexSearch, Selection } from "../../lib/indexes/vector-index.js";
import { distanceOf } from "../../lib/model/distance-of.js";
import { type Metric, metrics } from "../../lib/model/metric.js";
import { supportedKernels } from "../kernels/supported-kernels.js";
import { openIndexes } from "../support/open-indexes.js";
import { randomNumbers } from "../support/random.js";
import { ClusteredData } from "./clustered-data.js";
import { unaligned } from "./oracle.js";

describe("A filtered search", () => {
  const open = openIndexes();

  it("finds what was asked for at each selectivity, wherever the predicate holds", async function () {
    this.timeout(120_000);
    const filled = new Filled(
      open({ threads: 0 }).create(64, "cosine") as SlotVectorIndex,
      64,
      "cosine",
    );
    filled.add(10_000);
    await filled.index.linked();
    const targets = filled.data.take(150);
    const axis = filled.vectors.map((vector) => vector[0] as number).sort((a, b) => a - b);
    const cut = axis[6_000] as number;
    const predicates: [string, (vector: Float32Array, i: number) => boolean][] = [
      ["0.1 %", () => filled.random() < 0.001],
      ["1 %", () => filled.random() < 0.01],
      ["10 %", () => filled.random() < 0.1],
      ["50 %", () => filled.random() < 0.5],
      ["90 %", () => filled.random() < 0.9],
      ["on one side", (vector) => (vector[0] as number) > cut],
      ["on the other side", (vector) => (vector[0] as number) <= cut],
    ];
    let walked = 0;
    for (const [name, holds] of predicates) {
      const within = filled.select(holds);
      for (const limit of [1, 10, 100]) {
        const request = { ...filled.request(targets, limit), recall: 0.95, within };
        // What searches like these take is measured while they come.
        await filled.index.search(request);
        await filled.index.calibrated();
        const found = await filled.index.search(request);
        if (found.some(({ plan }) => plan === "graph")) walked++;
        const recall = await filled.recallOf(request);
        assert(recall > 0.925, `${name}, ${limit}: ${recall}`);
      }
    }
    assert(walked >= 4, `${walked} kinds of searches went through the graph`);
  });

  for (const kernels of supportedKernels) {
    for (const metric of metrics) {
      it(`walks to what is selected, by ${metric}, ${kernels}`, async () => {
        const indexes = open({ threads: 0, kernels, graphLeast: 200 });
        const filled = new Filled(indexes.create(16, metric) as SlotVectorIndex, 16, metric);
        filled.add(3_000);
        await filled.index.linked();
        filled.kill(1_000);
        await filled.index.linked();
        filled.add(200); // not linked yet
        const within = filled.select((_, i) => i % 3 === 0);
        const without = filled.select((_, i) => i % 4 === 0);
        for (const limit of [1, 10, 100]) {
          const asked = filled.request(filled.data.take(40), limit);
          const beam = { width: 400, slack: Number.POSITIVE_INFINITY };
          for (const selected of [{ within }, { without }]) {
            const recall = await filled.recallOf({ ...asked, ...selected, beam }, "graph");
            // The nearest by dot are not those around a target, and harder to walk to.
            assert(recall > (metric === "dot" ? 0.88 : 0.97), `${limit}: ${recall}`);
          }
        }
      });
    }
  }

  it("finds as many as there are where a walk comes to too few", async () => {
    const filled = new Filled(
      open({ threads: 1, graphLeast: 200 }).create(16, "euclidean") as SlotVectorIndex,
      16,
      "euclidean",
    );
    filled.add(2_000);
    await filled.index.linked();
    const targets = filled.data.take(20);
    const beam = { width: 16, slack: Number.POSITIVE_INFINITY };
    for (const [i, target] of targets.entries()) {
      // All but the farthest are excluded.
      const distances = filled.vectors.map((vector) => distanceOf("euclidean", target, vector));
      const far = [...distances].sort((a, b) => b - a)[i] as number;
      const within = filled.select((_, j) => (distances[j] as number) >= far);
      const request = { ...filled.request([target], 10), within };
      const [found] = await filled.index.search({ ...request, beam });
      const [truth] = await filled.index.search(request);
      assert.equal(found?.ordinals.length, Math.min(10, within.size));
      assert.deepEqual(found, truth);
    }
  });

  it("keeps to the farthest distance asked for", async () => {
    const filled = new Filled(
      open({ threads: 0, graphLeast: 200 }).create(16, "euclidean") as SlotVectorIndex,
      16,
      "euclidean",
    );
    filled.add(2_000);
    await filled.index.linked();
    const within = filled.select((_, i) => i % 2 === 0);
    const beam = { width: 300, slack: Number.POSITIVE_INFINITY };
    for (const target of filled.data.take(20)) {
      const request = { ...filled.request([target], 20), within };
      const [all] = await filled.index.search(request);
      const maxDistance = all?.distances[7] as number;
      const [found] = await filled.index.search({ ...request, beam, maxDistance });
      assert.equal(found?.plan, "graph");
      assert.equal(found.distances.length, 8);
    }
  });
});

/** Clustered vectors in an index and beside it; ordinals are their places, from 1 on. */
class Filled {
  readonly index: SlotVectorIndex;
  readonly vectors: Float32Array[] = [];
  readonly random = randomNumbers(41);
  readonly data: ClusteredData;
  readonly #metric: Metric;
  #killed = 0;
  #sequence = 1;

  constructor(index: SlotVectorIndex, dimension: number, metric: Metric) {
    this.#metric = metric;
    this.index = index;
    this.data = new ClusteredData(this.random, dimension);
  }

  add(count: number): void {
    this.#sequence++;
    for (const vector of this.data.take(count)) {
      this.vectors.push(vector);
      this.index.add(this.vectors.length, unaligned(vector), this.#sequence);
    }
  }

  /** The oldest. */
  kill(count: number): void {
    this.#sequence++;
    for (let i = 0; i < count; i++) this.index.kill(++this.#killed, this.#sequence);
    this.index.reclaim(this.#sequence);
  }

  select(holds: (vector: Float32Array, i: number) => boolean): Selection {
    const selection = this.index.select();
    for (const [i, vector] of this.vectors.entries()) {
      if (i >= this.#killed && holds(vector, i)) selection.add(i + 1);
    }
    return selection;
  }

  request(targets: readonly Float32Array[], limit: number): IndexSearch {
    const metric = this.#metric;
    return { targets, metric, limit, sequence: this.#sequence };
  }

  /** Of the same search without beam and recall, which looks at all that is selected. */
  async recallOf(request: IndexSearch, plan?: "graph"): Promise<number> {
    const found = await this.index.search(request);
    const truth = await this.index.search({ ...request, beam: undefined, recall: 1 });
    let hits = 0;
    let count = 0;
    for (const [i, { ordinals }] of truth.entries()) {
      const one = found[i];
      assert(one !== undefined);
      if (plan !== undefined) assert.equal(one.plan, plan);
      assert.equal(one.ordinals.length, ordinals.length);
      const all = new Set(ordinals);
      hits += one.ordinals.filter((ordinal) => all.has(ordinal)).length;
      count += ordinals.length;
    }
    return hits / count;
  }
}
