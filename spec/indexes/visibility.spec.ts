import assert from "node:assert/strict";
import fc from "fast-check";
import { SlotVectorIndexes } from "../../lib/indexes/slot-vector-indexes.js";
import type { VectorBlock } from "../../lib/indexes/vector-index.js";
import { vectorToBytes } from "../../lib/model/vector.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { NaiveIndex, pairs, unaligned } from "./oracle.js";

type Step = { add: number } | { kill: number } | { reclaim: number } | { search: number };

describe("SlotVectorIndex, seen at a sequence", () => {
  const indexes = new SlotVectorIndexes({ threads: 0 });
  after(() => indexes.close());

  it("shows what lived then, whatever is added, killed or overwritten meanwhile", async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ add: fc.integer({ min: 1, max: 90 }) }) },
      { weight: 4, arbitrary: fc.record({ kill: fc.integer({ min: 1, max: 70 }) }) },
      { weight: 2, arbitrary: fc.record({ reclaim: fc.nat(5) }) },
      { weight: 3, arbitrary: fc.record({ search: fc.nat(5) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.nat(), async (steps, seed) => {
        await follow(steps, randomNumbers(seed));
      }),
      { numRuns: 60 },
    );
  });

  /** Each step is a sequence of its own. */
  async function follow(steps: readonly Step[], random: () => number): Promise<void> {
    const index = indexes.create(3);
    const naive = new NaiveIndex();
    let ordinal = 0;
    let reclaimed = 0;
    for (const [i, one] of steps.entries()) {
      const sequence = i + 1;
      if ("add" in one) {
        const vectors = Array.from({ length: one.add }, () => randomVector(random, 3));
        const first = ordinal + 1;
        for (const vector of vectors) naive.add(++ordinal, vector, sequence);
        if (one.add % 2 === 0) index.addBlock(blockOf(vectors, first), sequence);
        else
          for (const [n, vector] of vectors.entries()) {
            index.add(first + n, unaligned(vector), sequence);
          }
      } else if ("kill" in one) {
        for (let n = 0; n < one.kill; n++) {
          const which = Math.floor(random() * (ordinal + 2));
          index.kill(which, sequence);
          naive.kill(which, sequence);
        }
      } else if ("reclaim" in one) {
        reclaimed = Math.max(reclaimed, sequence - one.reclaim);
        index.reclaim(reclaimed);
      } else {
        const at = Math.max(reclaimed, sequence - one.search);
        const targets = [randomVector(random, 3), randomVector(random, 3)];
        const request = { targets, metric: "euclidean", limit: 8, sequence: at } as const;
        assert.deepEqual(pairs(await index.search(request)), naive.search(request));
      }
      assert.equal(index.size, naive.rows.filter(({ died }) => died > reclaimed).length);
    }
    index.close();
  }

  it("takes a block into whatever room there is, the memory of the dead first", async () => {
    for (const dimension of [1, 4, 100]) {
      const index = indexes.create(dimension);
      const naive = new NaiveIndex();
      const random = randomNumbers(dimension);
      for (let round = 1; round < 8; round++) {
        const vectors = Array.from({ length: 700 }, () => randomVector(random, dimension));
        const first = round * 1_000;
        index.addBlock(blockOf(vectors, first), round);
        for (const [n, vector] of vectors.entries()) naive.add(first + n, vector, round);
        for (let n = 0; n < 300; n++) {
          index.kill(first + n * 2, round + 1);
          naive.kill(first + n * 2, round + 1);
        }
        index.reclaim(round);
        const targets = [randomVector(random, dimension)];
        const request = { targets, metric: "euclidean", limit: 30, sequence: round } as const;
        assert.deepEqual(pairs(await index.search(request)), naive.search(request));
        assert.equal(index.has(first + 699), true);
        assert.equal(index.has(first + 700), false);
      }
      index.close();
    }
  });

  it("refuses a block whose bytes are not those of so many vectors", () => {
    const index = indexes.create(3);
    const ordinals = Float64Array.of(1, 2);
    const block = { ordinals, bytes: new Uint8Array(20) };
    assert.throws(() => index.addBlock(block, 1), { code: "DIMENSION_MISMATCH" });
    assert.equal(index.size, 0);
  });

  for (const threads of [0, 2]) {
    it(`is not disturbed by writes while a search runs, with ${threads} threads`, async () => {
      const engine = new SlotVectorIndexes({ threads, atOnceMs: 0 });
      const index = engine.create(8);
      const naive = new NaiveIndex();
      const random = randomNumbers(31);
      const targets = Array.from({ length: 40 }, () => randomVector(random, 8));
      let ordinal = 0;
      let oldest = 0;
      const write = (count: number, sequence: number): void => {
        for (let i = 0; i < count; i++) {
          const vector = randomVector(random, 8);
          index.add(++ordinal, unaligned(vector), sequence);
          naive.add(ordinal, vector, sequence);
          if (i % 4 === 0) continue;
          index.kill(++oldest, sequence);
          const row = naive.rows[oldest - 1];
          row.died = Math.min(row.died, sequence);
        }
      };
      write(3000, 1);
      for (let sequence = 1; sequence < 12; sequence++) {
        const request = { targets, metric: "euclidean", limit: 20, sequence } as const;
        let searching = true;
        const search = index.search(request).finally(() => {
          searching = false;
        });
        index.reclaim(sequence);
        do {
          write(150, sequence + 1);
          await new Promise((resolve) => setImmediate(resolve));
        } while (searching && naive.rows.length < 5000 + sequence * 1000);
        assert.deepEqual(pairs(await search), naive.search(request));
      }
      await engine.close();
    });
  }

  it("uses the memory of the dead again", () => {
    const index = indexes.create(100);
    const vector = unaligned(new Float32Array(100).fill(1));
    for (let i = 0; i < 1000; i++) index.add(i, vector, 1);
    const { bytes } = index;
    for (let round = 1; round < 20; round++) {
      for (let i = 0; i < 1000; i++) index.kill((round - 1) * 1000 + i, round + 1);
      index.reclaim(round + 1);
      assert.equal(index.size, 0);
      for (let i = 0; i < 1000; i++) index.add(round * 1000 + i, vector, round + 1);
    }
    assert.equal(index.bytes, bytes);
    assert.equal(index.size, 1000);
  });

  it("keeps what died until it is reclaimed", async () => {
    const index = indexes.create(2);
    index.add(1, unaligned(Float32Array.of(1, 0)), 5);
    index.kill(1, 8);
    index.add(2, unaligned(Float32Array.of(1, 0)), 8);
    const targets = [Float32Array.of(1, 1)];
    const at = async (sequence: number): Promise<number[]> => {
      const [nearest] = await index.search({ targets, metric: "cosine", limit: 9, sequence });
      return [...nearest.ordinals];
    };
    assert.deepEqual([await at(4), await at(5), await at(7), await at(8)], [[], [1], [1], [2]]);
    assert.equal(index.size, 2);
    index.reclaim(7);
    assert.equal(index.size, 2);
    index.reclaim(8);
    assert.equal(index.size, 1);
  });

  it("ignores the death of an ordinal it never had", () => {
    const index = indexes.create(2);
    index.kill(77, 3);
    index.add(2 ** 48 - 1, unaligned(Float32Array.of(1, 0)), 2 ** 47);
    index.kill(2 ** 48 - 1, 2 ** 48 - 1);
    index.reclaim(2 ** 48 - 1);
    assert.equal(index.size, 0);
  });
});

/** The vectors under ordinals from `first` on. */
function blockOf(vectors: readonly Float32Array[], first: number): VectorBlock {
  return {
    ordinals: Float64Array.from(vectors, (_, n) => first + n),
    bytes: Uint8Array.from(vectors.flatMap((vector) => [...vectorToBytes(vector)])),
  };
}
