import assert from "node:assert/strict";
import { SlotVectorIndex } from "../../lib/indexes/slot-vector-index.js";
import type { SeenRows, StoredRows, VectorIndex } from "../../lib/indexes/vector-index.js";
import { metrics } from "../../lib/model/metric.js";
import { vectorToBytes } from "../../lib/model/vector.js";
import { supportedKernels } from "../kernels/supported-kernels.js";
import { openIndexes } from "../support/open-indexes.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { NaiveIndex, pairs } from "./oracle.js";

describe("An index whose float32 rows are elsewhere", () => {
  const open = openIndexes();

  for (const kernels of supportedKernels) {
    for (const [dimension, threads] of [
      [3, 0],
      [20, 1],
      [300, 0],
    ] as const) {
      const how = `in ${dimension} dimensions with ${threads} threads and kernels for ${kernels}`;
      it(`finds what is nearest ${how}, though slots are used again`, async () => {
        const rows = new Rows(dimension);
        const index = open({ threads, kernels }).create(dimension, "cosine", rows);
        const naive = new NaiveIndex();
        const random = randomNumbers(dimension);
        for (let round = 0; round < 6; round++) {
          const added = Array.from({ length: 500 }, () =>
            rows.add(randomVector(random, dimension)),
          );
          addAll(index, naive, rows, added, round % 2 === 0);
          for (const ordinal of added.filter((ordinal) => ordinal % 3 !== 0)) {
            rows.sequence++;
            index.kill(ordinal, rows.sequence);
            naive.kill(ordinal, rows.sequence);
          }
          const targets = [randomVector(random, dimension), rows.vectors.get(3) as Float32Array];
          for (const metric of metrics) {
            const { sequence, source } = rows.acquire();
            const request = { targets, metric, limit: 12, sequence, source } as const;
            assert.deepEqual(pairs(await index.search(request)), naive.search(request));
          }
          index.reclaim(rows.sequence);
        }
        assert.deepEqual(
          [...index.seenAt(rows.sequence)].map(({ bytes }) => bytes).filter((bytes) => bytes),
          [],
        );
      });
    }
  }

  it("takes less than half of the memory, and gives it back", () => {
    const indexes = open({ threads: 0, graphLeast: 1e9 });
    const bytesOf = (rows?: Rows): number => {
      const index = indexes.create(100, "cosine", rows);
      const ordinals = Float64Array.from({ length: 20_000 }, (_, i) => i + 1);
      index.addBlock({ ordinals, bytes: new Uint8Array(ordinals.length * 400) }, 1);
      const { bytes } = index;
      index.close();
      assert.equal(index.bytes, 0);
      return bytes;
    };
    assert(bytesOf(new Rows(100)) < bytesOf() * 0.5);
    assert.equal(indexes.bytes, 0);
  });

  for (const metric of metrics) {
    it(`measures by ${metric} what its walks find, while vectors come and go`, async () => {
      const rows = new Rows(8);
      const index = open({ threads: 0, graphLeast: 300 }).create(8, metric, rows);
      assert(index instanceof SlotVectorIndex);
      const random = randomNumbers(4);
      const naive = new NaiveIndex();
      const some = (count: number) =>
        Array.from({ length: count }, () => rows.add(randomVector(random, 8)));
      const first = some(1_500);
      addAll(index, naive, rows, first, true);
      await index.linked();
      const measuring = index.calibrated();
      addAll(index, naive, rows, some(100), false);
      for (const ordinal of first.slice(0, 100)) index.kill(ordinal, ++rows.sequence);
      await measuring;
      const { sequence, source } = rows.acquire();
      const targets = Array.from({ length: 40 }, () => randomVector(random, 8));
      const request = { targets, metric, limit: 10, sequence, source } as const;
      const truth = await index.search(request);
      let hits = 0;
      for (const [i, { ordinals, plan }] of (
        await index.search({ ...request, beam: { width: 48, slack: 9 } })
      ).entries()) {
        assert.equal(plan, "graph");
        hits += [...ordinals].filter((one) => truth[i]?.ordinals.includes(one)).length;
      }
      assert(hits >= 340, `${hits} of 400 found`);
      assert((index.graph.recall ?? 0) >= 0.9);
    });
  }

  it("has room for links to all that fits into memory", () => {
    const [dimension, count] = [1_024, 14_000];
    const indexes = open({ threads: 0, graphLeast: 100, memoryBytes: 24 * 1024 * 1024 });
    const index = indexes.create(dimension, "cosine", new Rows(dimension));
    const bytes = new Uint8Array(1_000 * dimension * 4);
    for (let first = 1; first < count; first += 1_000) {
      const ordinals = Float64Array.from({ length: 1_000 }, (_, i) => first + i);
      index.addBlock({ ordinals, bytes }, 1);
    }
    const { image } = index;
    const section = image?.sections.length ?? 0;
    const links = image?.view(section, image.used - 1, 1);
    assert.equal(links?.length, image?.links?.sections[0]?.bytesPerSlot);
    index.close();
  });

  it("ends a search with what its source says", async () => {
    const rows = new Rows(4);
    const index = open({ threads: 0 }).create(4, "cosine", rows);
    addAll(index, new NaiveIndex(), rows, [rows.add(Float32Array.of(1, 2, 3, 4))], false);
    rows.vectors.clear();
    const { source, sequence } = rows.acquire();
    const request = { targets: [new Float32Array(4)], metric: "dot", limit: 1, sequence } as const;
    await assert.rejects(index.search({ ...request, source }), /no row of 1/);
    await assert.rejects(index.search(request), /rows are not in memory/);
  });

  it("changes nothing where there is no memory for what it encodes", () => {
    const rows = new Rows(64);
    const indexes = open({ threads: 0, memoryBytes: 48 * 1024 });
    const index = indexes.create(64, "cosine", rows);
    assert.throws(() => index.add(1, new Float32Array(64), 1), { code: "LIMIT_EXCEEDED" });
    assert.deepEqual([index.size, index.bytes, indexes.bytes], [0, 0, 0]);
  });
});

function addAll(
  index: VectorIndex,
  naive: NaiveIndex,
  rows: Rows,
  ordinals: readonly number[],
  inOne: boolean,
): void {
  rows.sequence++;
  const vectors = ordinals.map((ordinal) => rows.vectors.get(ordinal) as Float32Array);
  for (const [i, ordinal] of ordinals.entries()) {
    naive.add(ordinal, vectors[i] as Float32Array, rows.sequence);
    if (!inOne) index.add(ordinal, vectors[i] as Float32Array, rows.sequence);
  }
  if (!inOne) return;
  const bytes = Buffer.concat(vectors.map((vector) => vectorToBytes(vector)));
  index.addBlock(
    { ordinals: Float64Array.from(ordinals), bytes: Uint8Array.from(bytes) },
    rows.sequence,
  );
}

/** All rows that there ever were. */
class Rows implements StoredRows {
  readonly vectors = new Map<number, Float32Array>();
  readonly #bytes: number;
  sequence = 0;
  #next = 1;

  constructor(dimension: number) {
    this.#bytes = dimension * 4;
  }

  add(vector: Float32Array): number {
    this.vectors.set(this.#next, vector);
    return this.#next++;
  }

  acquire(): SeenRows {
    const read = (ordinals: Float64Array, into: Uint8Array): void => {
      for (const [i, ordinal] of ordinals.entries()) {
        const vector = this.vectors.get(ordinal);
        if (vector === undefined) throw new Error(`no row of ${ordinal}`);
        into.set(vectorToBytes(vector), i * this.#bytes);
      }
    };
    return { sequence: this.sequence, source: { read }, [Symbol.dispose]: () => undefined };
  }
}
