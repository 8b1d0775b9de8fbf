import assert from "node:assert/strict";
import fc from "fast-check";
import { SlotVectorIndexes } from "../../lib/indexes/slot-vector-indexes.js";
import type { VectorIndex } from "../../lib/indexes/vector-index.js";
import { type Metric, metrics } from "../../lib/model/metric.js";
import { supportedKernels } from "../kernels/supported-kernels.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { NaiveIndex, pairs, unaligned } from "./oracle.js";

for (const kind of supportedKernels) {
  describe(`SlotVectorIndex with kernels for ${kind}, held against float64 brute force`, () => {
    const indexes = new SlotVectorIndexes({ threads: 0, kernels: kind });
    after(() => indexes.close());

    async function check(
      vectors: readonly Float32Array[],
      targets: readonly Float32Array[],
      metric: Metric,
      limit: number,
      maxDistance?: number,
    ): Promise<void> {
      const dimension = (vectors[0] ?? targets[0]).length;
      const { index, naive } = filled(dimension, vectors);
      const request = { targets, metric, limit, sequence: 1, maxDistance };
      assert.deepEqual(pairs(await index.search(request)), naive.search(request));
      index.close();
    }

    function filled(
      dimension: number,
      vectors: readonly Float32Array[],
    ): { index: VectorIndex; naive: NaiveIndex } {
      const index = indexes.create(dimension);
      const naive = new NaiveIndex();
      for (const [i, vector] of vectors.entries()) {
        index.add(i * 3, unaligned(vector), 1);
        naive.add(i * 3, vector, 1);
      }
      return { index, naive };
    }

    for (const dimension of [1, 3, 4, 15, 16, 17, 100, 384, 768, 1536, 4096]) {
      it(`gives the same set, order and distances with ${dimension} dimensions`, async () => {
        const random = randomNumbers(dimension);
        const vectors = awkward(dimension, random);
        const targets = [
          randomVector(random, dimension),
          randomVector(random, dimension, 1e-30),
          vectors[7],
          new Float32Array(dimension),
          new Float32Array(dimension).fill(-0),
        ];
        for (const metric of metrics) {
          for (const limit of [1, 10, 77, 1000]) await check(vectors, targets, metric, limit);
        }
      });
    }

    it("is right for random small vectors with many ties", async () => {
      const number = fc.constantFrom(-0, 0, 1, -1, 2, 0.5, 1e-20, 1e17, -1e17, 1.0000001);
      const vector = fc.array(number, { minLength: 3, maxLength: 3 });
      await fc.assert(
        fc.asyncProperty(
          fc.array(vector, { maxLength: 90 }),
          fc.array(vector, { minLength: 1, maxLength: 3 }),
          fc.constantFrom(...metrics),
          fc.integer({ min: 1, max: 20 }),
          fc.option(fc.double({ min: -2, max: 3, noNaN: true }), { nil: undefined }),
          async (rows, asked, metric, limit, maxDistance) => {
            const targets = asked.map((one) => Float32Array.from(one));
            await check(
              rows.map((row) => Float32Array.from(row)),
              targets,
              metric,
              limit,
              maxDistance,
            );
          },
        ),
        { numRuns: 150 },
      );
    });

    it("is right for any floats of a legal norm", async () => {
      const number = fc.float({ min: Math.fround(-1e17), max: Math.fround(1e17), noNaN: true });
      const vector = fc.array(number, { minLength: 5, maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(
          fc.array(vector, { minLength: 1, maxLength: 200 }),
          vector,
          fc.constantFrom(...metrics),
          fc.integer({ min: 1, max: 9 }),
          async (rows, target, metric, limit) => {
            const targets = [Float32Array.from(target)];
            await check(
              rows.map((row) => Float32Array.from(row)),
              targets,
              metric,
              limit,
            );
          },
        ),
        { numRuns: 150 },
      );
    });

    it("tells apart neighbours that float32 arithmetic confuses", async () => {
      const random = randomNumbers(5);
      for (const metric of metrics) {
        const base = randomVector(random, 100);
        const vectors = Array.from({ length: 700 }, () => {
          const near = base.slice();
          near[Math.floor(random() * 100)] *= 1 + Math.floor(random() * 5) * 2 ** -23;
          return near;
        });
        await check(vectors, [base, randomVector(random, 100)], metric, 10);
      }
    });

    it("is right where codes tell nothing: far from the origin, close to each other", async () => {
      const random = randomNumbers(6);
      for (const dimension of [3, 64]) {
        const centre = randomVector(random, dimension, 1000);
        const near = (): Float32Array => centre.map((x) => x + random() / 100);
        const vectors = Array.from({ length: 4000 }, (_, i) => {
          return i > 2000 && i < 2800 ? randomVector(random, dimension, 1000) : near();
        });
        for (const metric of metrics) {
          for (const limit of [1, 10, 300]) {
            await check(vectors, [near(), near(), randomVector(random, dimension)], metric, limit);
          }
        }
      }
    });

    it("is right where magnitudes are mixed, ever nearer ones come, and many are alike", async () => {
      const random = randomNumbers(9);
      const target = randomVector(random, 20);
      const vectors = Array.from({ length: 4000 }, (_, i) => {
        if (i % 5 === 0) return target.map((x) => x * 10 ** ((i % 35) - 17));
        return target.map((x) => x + (random() - 0.5) * (4000 - i) * 1e-3);
      });
      for (const metric of metrics) {
        for (const limit of [1, 10, 900])
          await check(vectors, [target, vectors[3999]], metric, limit);
      }
    });

    it("is right where float32 loses every small term of a long sum", async () => {
      // Each of 1,023 squares is below half a unit of the 1 that it is added to in float32.
      const lossy = Float32Array.from({ length: 4096 }, (_, i) => (i % 4 === 0 ? 2.4e-4 : 0));
      lossy[0] = 1;
      const between = new Float32Array(4096);
      between[0] = Math.sqrt(1 + 5.6e-5);
      const origin = [new Float32Array(4096)];
      for (const limit of [1, 2]) {
        await check([lossy, between], origin, "euclidean", limit);
        await check([between, lossy], origin, "euclidean", limit);
      }
    });

    it("is right where the products underflow in float32", async () => {
      // The estimates have these in the wrong order: four terms are rounded to 0, one is rounded up.
      const down = new Float32Array(4).fill(2.6e-23);
      const up = Float32Array.of(2.7e-23, 0, 0, 0);
      await check([down, up], [new Float32Array(4)], "euclidean", 1);
      const least = 2 ** -149;
      const ones = new Float32Array(4).fill(1);
      const halves = new Float32Array(4).fill(least);
      await check([halves, Float32Array.of(3 * least, 0, 0, 0)], [ones], "dot", 1);
    });

    it("decides in float64 whether a norm counts as zero", async () => {
      const around = [-3, -2, -1, 0, 1, 2, 3].map((i) => 1e-18 * (1 + i * 1e-7));
      const vectors = around.flatMap((norm) => [
        Float32Array.of(norm, 0, 0),
        Float32Array.of(norm * 0.6, norm * 0.8, 0),
        Float32Array.of(0, -norm * 0.8, norm * 0.6),
      ]);
      for (const limit of [1, 5, 50]) await check(vectors, vectors, "cosine", limit);
    });

    it("returns all that tie with the last, however many", async () => {
      const vectors = Array.from({ length: 3000 }, () => Float32Array.of(0.1, 0.2, 0.3));
      for (const metric of metrics) {
        await check(
          [...vectors, Float32Array.of(-9, -9, -9)],
          [Float32Array.of(1, 2, 5)],
          metric,
          2,
        );
      }
    });

    it("keeps what is not farther than maxDistance, the bound included", async () => {
      const random = randomNumbers(11);
      const vectors = Array.from({ length: 300 }, () => randomVector(random, 16));
      const target = randomVector(random, 16);
      for (const metric of metrics) {
        const { index } = filled(16, vectors);
        const [all] = await index.search({ targets: [target], metric, limit: 300, sequence: 1 });
        const bounds = [all.distances[0], all.distances[40], all.distances[299], -1e9, 1e300, 0];
        for (const bound of bounds) await check(vectors, [target], metric, 300, bound);
        await check(vectors, [target], metric, 300, Number.NEGATIVE_INFINITY);
        await check(vectors, [target], metric, 300, Number.POSITIVE_INFINITY);
      }
    });

    it("answers more targets than go through memory together, each as if alone", async () => {
      const random = randomNumbers(13);
      const vectors = Array.from({ length: 500 }, () => randomVector(random, 17));
      const targets = Array.from({ length: 100 }, () => randomVector(random, 17));
      await check(vectors, targets, "cosine", 7);
    });

    it("has nothing to say about an empty index, and answers no targets with nothing", async () => {
      const index = indexes.create(4);
      const targets = [Float32Array.of(1, 2, 3, 4)];
      const [nearest] = await index.search({ targets, metric: "dot", limit: 5, sequence: 1 });
      assert.equal(nearest.ordinals.length, 0);
      assert.deepEqual(
        await index.search({ targets: [], metric: "dot", limit: 5, sequence: 1 }),
        [],
      );
    });

    it("refuses a vector of another dimension and changes nothing", () => {
      const index = indexes.create(4);
      const short = unaligned(Float32Array.of(1, 2, 3));
      assert.throws(() => index.add(1, short, 1), { code: "DIMENSION_MISMATCH" });
      assert.equal(index.size, 0);
    });
  });
}

/** Random ones, and all that is at the edge: extreme norms, denormals, zeros, duplicates, opposites. */
function awkward(dimension: number, random: () => number): Float32Array[] {
  const vectors: Float32Array[] = [];
  for (const scale of [1, 1, 1, 1e-18, 1e-25, 1e-30, 1e-38, 1e-44, 1e10]) {
    for (let i = 0; i < 12; i++) vectors.push(randomVector(random, dimension, scale));
  }
  const largest = 1e18 / Math.sqrt(dimension) / 1.001;
  vectors.push(new Float32Array(dimension).fill(largest));
  vectors.push(new Float32Array(dimension).fill(-largest));
  vectors.push(new Float32Array(dimension).fill(1e-18 / Math.sqrt(dimension)));
  vectors.push(new Float32Array(dimension).fill(1.5e-45));
  vectors.push(new Float32Array(dimension), new Float32Array(dimension).fill(-0));
  vectors.push(
    vectors[0],
    vectors[0].slice(),
    vectors[0].map((x) => -x),
  );
  vectors.push(
    vectors[0].map((x) => x * 2),
    vectors[0].map((x) => x * 1e-12),
  );
  return vectors;
}
