import assert from "node:assert/strict";
import { SlotVectorIndex } from "../../lib/indexes/slot-vector-index.js";
import { SlotVectorIndexes } from "../../lib/indexes/slot-vector-indexes.js";
import { Arenas, type Place } from "../../lib/kernels/arenas.js";
import { SearchQueue } from "../../lib/kernels/search-queue.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { NaiveIndex, pairs, unaligned } from "./oracle.js";

const mebibyte = 1024 * 1024;

describe("The memory of vector indexes", () => {
  it("can be opened, used and closed hundreds of times in one process", async () => {
    for (let i = 0; i < 300; i++) {
      const indexes = new SlotVectorIndexes({ threads: 2 });
      const index = indexes.create(100);
      for (let n = 0; n < 20; n++) index.add(n, unaligned(new Float32Array(100).fill(n)), 1);
      const targets = [new Float32Array(100).fill(3)];
      const request = { targets, metric: "euclidean", limit: 1, sequence: 1 } as const;
      assert.deepEqual(pairs(await index.search(request)), [[[3, 0]]]);
      await indexes.close();
    }
  });

  it("can be too large to be passed on, again and again", async () => {
    const vector = unaligned(new Float32Array(4096).fill(1));
    for (let i = 0; i < 40; i++) {
      const indexes = new SlotVectorIndexes({ threads: 0 });
      const index = indexes.create(4096);
      for (let n = 0; n < 800; n++) index.add(n, vector, 1);
      assert(indexes.bytes > 12 * mebibyte);
      await indexes.close();
    }
  });

  it("is nothing until the first vector comes, and little for a small store", async () => {
    const indexes = new SlotVectorIndexes({ threads: 0 });
    const stores = Array.from({ length: 1000 }, () => indexes.create(384));
    assert.equal(indexes.bytes, 0);
    const vector = unaligned(new Float32Array(384).fill(1));
    for (const store of stores) store.add(1, vector, 1);
    assert(indexes.bytes <= 1000 * 16 * 1024);
    for (const store of stores) store.close();
    assert.equal(indexes.bytes, 0);
    await indexes.close();
  });

  it("holds little beside the vectors, as bytesPerEntry says", async () => {
    const indexes = new SlotVectorIndexes({ threads: 0 });
    const index = indexes.create(100);
    const vector = unaligned(new Float32Array(100).fill(1));
    for (let i = 0; i < 40_000; i++) index.add(i, vector, 1);
    const expected = indexes.bytesPerEntry(100) * 40_000;
    assert(index.bytes >= expected && index.bytes <= expected * 1.3);
    assert.equal(index.bytes, indexes.bytes);
    await indexes.close();
  });

  it("is bounded: LIMIT_EXCEEDED, and what was there is still found", async () => {
    const indexes = new SlotVectorIndexes({ threads: 0, memoryBytes: mebibyte });
    const index = indexes.create(100);
    const vector = unaligned(new Float32Array(100).fill(1));
    let added = 0;
    const fill = (): void => {
      for (; added < 10_000; added++) index.add(added, vector, 1);
    };
    assert.throws(fill, { code: "LIMIT_EXCEEDED" });
    assert(added > 1000 && index.size === added && indexes.bytes <= mebibyte);
    const targets = [new Float32Array(100).fill(1)];
    const [all] = await index.search({ targets, metric: "dot", limit: 1, sequence: 1 });
    assert.equal(all.ordinals.length, added);
    index.close();
    indexes.create(100).add(1, vector, 1);
    await indexes.close();
  });

  for (const threads of [0, 1]) {
    it(`reaches above 2 GiB and over two memories, with ${threads} threads`, async () => {
      const arenas = new Arenas(16 * 1024 * mebibyte);
      const queue = new SearchQueue({ threads, atOnceMs: 0 });
      // Taken and never touched: this costs addresses, no memory.
      const taken: Place[] = [];
      for (const size of [1024, 1024, 512, 256]) taken.push(arenas.take(size * mebibyte));
      const index = new SlotVectorIndex({ arenas, queue, dimension: 32, metric: "cosine" });
      const naive = new NaiveIndex();
      const random = randomNumbers(8);
      const add = (from: number, to: number): void => {
        for (let i = from; i < to; i++) {
          const vector = randomVector(random, 32);
          index.add(i, unaligned(vector), 1);
          naive.add(i, vector, 1);
        }
      };
      add(0, 3000);
      while (taken.at(-1)?.arena === taken[0].arena) taken.push(arenas.take(16 * mebibyte));
      while (arenas.take(16 * 1024).arena === taken[0].arena);
      add(3000, 9000);
      const within = index.select();
      const chosen = new Set<number>();
      for (let i = 0; i < 9000; i += 5) {
        within.add(i);
        chosen.add(i);
      }
      const targets = Array.from({ length: 3 }, () => randomVector(random, 32));
      const request = { targets, metric: "cosine", limit: 12, sequence: 1 } as const;
      assert.deepEqual(pairs(await index.search(request)), naive.search(request));
      const bounded = await index.search({ ...request, within });
      assert.deepEqual(pairs(bounded), naive.search(request, chosen));
      assert.notEqual(taken.at(-1)?.arena, taken[0].arena);
      await queue.close();
      arenas.close();
    });
  }
});
