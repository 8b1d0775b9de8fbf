import assert from "node:assert/strict";
import { SlotVectorIndex } from "../../lib/indexes/slot-vector-index.js";
import type { IndexSearch } from "../../lib/indexes/vector-index.js";
import type { Arena } from "../../lib/kernels/arena.js";
import { Arenas, type Place } from "../../lib/kernels/arenas.js";
import { SearchQueue } from "../../lib/kernels/search-queue.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { until } from "../support/until.js";
import { NaiveIndex, pairs } from "./oracle.js";

const mebibyte = 1024 * 1024;

describe("The graphs of several memories", () => {
  for (const threads of [0, 1]) {
    it(`give one answer, with ${threads} threads`, async () => {
      const arenas = new Arenas(16 * 1024 * mebibyte);
      const queue = new SearchQueue({ threads, atOnceMs: 0 });
      // Taken and never touched: this costs addresses, no memory.
      const taken: Place[] = [];
      for (const size of [1024, 1024, 512, 256]) taken.push(arenas.take(size * mebibyte));
      const { arena } = taken[0] as Place;
      const options = { arenas, queue, dimension: 6, metric: "cosine", graphLeast: 100 } as const;
      const index = new SlotVectorIndex(options);
      const naive = new NaiveIndex();
      const random = randomNumbers(8);
      let last = 0;
      const add = (count: number): void => {
        for (let i = 0; i < count; i++) {
          const vector = randomVector(random, 6);
          index.add(++last, vector, 1);
          naive.add(last, vector, 1);
        }
      };
      const kill = (first: number, end: number, died: number): void => {
        for (let ordinal = first; ordinal < end; ordinal += 2) {
          index.kill(ordinal, died);
          naive.kill(ordinal, died);
        }
        index.reclaim(died);
      };
      const finds = async (sequence: number, plan: "exact" | "graph"): Promise<void> => {
        const targets = Array.from({ length: 40 }, () => randomVector(random, 6));
        const beam = { width: 150, slack: Number.POSITIVE_INFINITY };
        const request: IndexSearch = { targets, metric: "cosine", limit: 10, sequence, beam };
        const found = await index.search(request);
        const truth = naive.search(request);
        let hits = 0;
        for (const [i, pair] of pairs(found).entries()) {
          assert.equal(found[i]?.plan, plan);
          assert.equal(pair.length, 10);
          const true10 = new Set(truth[i]?.map(([ordinal]) => ordinal));
          hits += pair.filter(([ordinal]) => true10.has(ordinal)).length;
        }
        assert(hits >= 392, `${hits} of 400 found`);
      };
      add(1_500);
      await index.linked();
      await finds(1, "graph");
      fill(arenas, arena, taken);
      add(1_500);
      // The second has no links yet, and too many to be looked at one by one.
      await finds(1, "exact");
      await index.linked();
      await finds(1, "graph");
      kill(1, 3_000, 2);
      await index.linked();
      await finds(2, "graph");
      for (const place of taken) arenas.give(place);
      assert(arenas.bytes > 0);
      index.close();
      await until(() => arenas.bytes === 0);
      await queue.close();
      arenas.close();
    });
  }
});

/** Takes what is left of a memory. */
function fill(arenas: Arenas, arena: Arena, taken: Place[]): void {
  for (const size of [64, 16, 1, 1 / 16, 1 / 256]) {
    for (;;) {
      const place = arenas.take(size * mebibyte);
      taken.push(place);
      if (place.arena !== arena) break;
    }
  }
}
