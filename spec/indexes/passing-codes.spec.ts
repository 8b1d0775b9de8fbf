import assert from "node:assert/strict";
import fc from "fast-check";
import { SlotVectorIndexes } from "../../lib/indexes/slot-vector-indexes.js";
import { recordsKind } from "../../lib/indexes/vector-index.js";
import type { Metric } from "../../lib/model/metric.js";
import { vectorToBytes } from "../../lib/model/vector.js";
import { naiveDistance } from "../support/naive-search.js";
import { randomNumbers } from "../support/random.js";

describe("Codes that pass by", () => {
  const indexes = new SlotVectorIndexes({ threads: 0, memoryBytes: 2 ** 30 });

  after(() => indexes.close());

  /** The records of vectors, as an index has them. */
  function recordsOf(vectors: readonly Float32Array[], metric: Metric): Uint8Array {
    const dimension = vectors[0]?.length ?? 1;
    const index = indexes.create(dimension, metric);
    try {
      const ordinals = Float64Array.from(vectors, (_, i) => i + 1);
      index.addBlock({ ordinals, bytes: Buffer.concat(vectors.map(vectorToBytes)) }, 1);
      const { image } = index;
      const section = image?.sections.findIndex(({ kind }) => kind === recordsKind) ?? -1;
      const pieces: Uint8Array[] = [];
      for (let first = 0; first < vectors.length; ) {
        const count = Math.min(image?.pieceAt(first) ?? 0, vectors.length - first);
        pieces.push(image?.view(section, first, count) ?? new Uint8Array());
        first += count;
      }
      return Buffer.concat(pieces);
    } finally {
      index.close();
    }
  }

  it("leave all that may be among the nearest, whatever has died and however many pass together", () => {
    const cases = fc.record({
      metric: fc.constantFrom<Metric>("cosine", "euclidean", "dot"),
      dimension: fc.integer({ min: 1, max: 40 }),
      count: fc.integer({ min: 1, max: 900 }),
      blocks: fc.integer({ min: 1, max: 4 }),
      limit: fc.integer({ min: 1, max: 20 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(cases, ({ metric, dimension, count, blocks, limit, seed }) => {
        const random = randomNumbers(seed);
        const some = () => Float32Array.from({ length: dimension }, () => random() - 0.5);
        const vectors = Array.from({ length: count }, some);
        const lives = vectors.map(() => random() < 0.9);
        const target = some();
        const records = recordsOf(vectors, metric);
        const bytes = records.length / count;
        const slots = blocks * 64;
        const passing = indexes.pass({ target, metric, limit, sequence: 5 }, slots);
        for (let first = 0, window = 0; first < count; first += slots) {
          const here = Math.min(slots, count - first);
          passing.view(window, here).set(records.subarray(first * bytes, (first + here) * bytes));
          const ordinals = Float64Array.from({ length: here }, (_, i) =>
            lives[first + i] ? first + i + 1 : 0,
          );
          assert.equal(passing.look(window, ordinals), true);
          window = (window + 1) % passing.windows;
        }
        const candidates = new Set(passing.candidates);
        const distances = vectors.map((vector) => naiveDistance(metric, target, vector));
        const nearest = [...vectors.keys()].filter((i) => lives[i]);
        nearest.sort((a, b) => (distances[a] ?? 0) - (distances[b] ?? 0));
        for (const i of nearest.slice(0, limit)) assert.ok(candidates.has(i + 1), `${i} is lost`);
        for (const ordinal of candidates) assert.equal(lives[ordinal - 1], true);
        passing.close();
      }),
      { numRuns: 60 },
    );
    assert.equal(indexes.bytes, 0);
  });

  it("leave few of many", () => {
    const random = randomNumbers(7);
    const some = () => Float32Array.from({ length: 16 }, () => random() - 0.5);
    const vectors = Array.from({ length: 4_096 }, some);
    const records = recordsOf(vectors, "cosine");
    const search = { target: some(), metric: "cosine", limit: 5, sequence: 1 } as const;
    const passing = indexes.pass(search, 1_024);
    const bytes = records.length / 4;
    for (let window = 0; window < 4; window++) {
      passing.view(window, 1_024).set(records.subarray(window * bytes, (window + 1) * bytes));
      passing.look(
        window,
        Float64Array.from({ length: 1_024 }, (_, i) => window * 1_024 + i + 1),
      );
    }
    assert.ok(passing.candidates.length >= 5 && passing.candidates.length < 100);
    passing.close();
  });

  it("say so where they are too much alike to tell what is near", () => {
    const vectors = Array.from({ length: 1_024 }, (_, i) => Float32Array.of(1, 1 + i * 1e-6));
    const search = { target: Float32Array.of(1, 1), metric: "cosine", limit: 3 } as const;
    const passing = indexes.pass({ ...search, sequence: 1 }, 1_024);
    passing.view(0, 1_024).set(recordsOf(vectors, "cosine"));
    assert.equal(
      passing.look(
        0,
        Float64Array.from(vectors, (_, i) => i + 1),
      ),
      false,
    );
    passing.close();
  });

  it("take no memory beyond the limit, and none that others could have", () => {
    const small = new SlotVectorIndexes({ threads: 0, memoryBytes: 512 * 1024 });
    const search = { target: new Float32Array(100), metric: "dot", limit: 1, sequence: 1 } as const;
    assert.throws(() => small.pass(search, 4_096), { code: "LIMIT_EXCEEDED" });
    assert.equal(small.bytes, 0);
  });
});
