import assert from "node:assert/strict";
import { Graph, linkBytesPerSlot } from "../../lib/indexes/graph.js";
import type { Run } from "../../lib/indexes/run.js";
import type { SlotVectorIndex } from "../../lib/indexes/slot-vector-index.js";
import { Slots } from "../../lib/indexes/slots.js";
import type { IndexSearch, Nearest } from "../../lib/indexes/vector-index.js";
import { Arenas } from "../../lib/kernels/arenas.js";
import * as layout from "../../lib/kernels/layout.js";
import { type Metric, metrics } from "../../lib/model/metric.js";
import { naiveLevelOf } from "../kernels/naive-graph.js";
import { openIndexes } from "../support/open-indexes.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { LinkedSlots } from "./linked-slots.js";
import { NaiveIndex, pairs } from "./oracle.js";

const mebibyte = 1024 * 1024;
const wide = { width: 400, slack: Number.POSITIVE_INFINITY };

describe("A graph at its bounds", () => {
  const open = openIndexes();

  async function linked(rows: readonly Float32Array[], metric: Metric): Promise<SlotVectorIndex> {
    const dimension = rows[0]?.length ?? 0;
    const indexes = open({ threads: 0, graphLeast: 50 });
    const index = indexes.create(dimension, metric) as SlotVectorIndex;
    for (const [i, row] of rows.entries()) index.add(i + 1, row, 1);
    await index.linked();
    return index;
  }

  /** The share of what is found by walks that is no farther than the last of the true nearest. */
  async function recallOf(index: SlotVectorIndex, request: IndexSearch): Promise<number> {
    const truth = await index.search({ ...request, beam: undefined });
    const found = await index.search(request);
    let hits = 0;
    for (const [i, { distances, ordinals }] of found.entries()) {
      assert(distances.length >= request.limit);
      assert.equal(new Set(ordinals).size, ordinals.length);
      const last = (truth[i] as Nearest).distances[request.limit - 1] as number;
      for (const distance of distances.subarray(0, request.limit)) if (distance <= last) hits++;
    }
    return hits / (request.limit * request.targets.length);
  }

  for (const dimension of [1, 3, 4, 15, 17, 100, 768, 1536, 4096]) {
    it(`finds the nearest of ${dimension} numbers by each metric`, async () => {
      const random = randomNumbers(dimension);
      const count = dimension > 100 ? 120 : 600;
      const rows = Array.from({ length: count }, () => randomVector(random, dimension));
      const targets = Array.from({ length: 10 }, () => randomVector(random, dimension));
      for (const metric of metrics) {
        const index = await linked(rows, metric);
        const request = { targets, metric, limit: 8, sequence: 1, beam: wide };
        const recall = await recallOf(index, request);
        assert(recall >= 0.95, `${metric}: ${recall}`);
      }
    });
  }

  it("leads past equal vectors to all others, whoever comes first", async () => {
    for (const [groups, each, others] of [
      [1, 800, 200],
      [20, 40, 0],
      [4, 200, 200],
    ] as const) {
      for (const metric of metrics) {
        for (const mixed of [false, true]) {
          const random = randomNumbers(groups);
          const rows: Float32Array[] = [];
          for (let i = 0; i < groups; i++) {
            const row = randomVector(random, 12);
            for (let n = 0; n < each; n++) rows.push(row);
          }
          for (let i = 0; i < others; i++) rows.push(randomVector(random, 12));
          if (mixed) for (const [i, row] of rows.entries()) swap(rows, i, row, random());
          const index = await linked(rows, metric);
          const targets = Array.from({ length: 40 }, () => randomVector(random, 12));
          const request = {
            targets,
            metric,
            limit: 10,
            sequence: 1,
            beam: { ...wide, width: 150 },
          };
          const recall = await recallOf(index, request);
          assert(recall >= 0.9, `${groups} x ${each}, ${metric}, ${mixed}: ${recall}`);
        }
      }
    }
  });

  it("leads past vectors whose codes are equal to all others", async () => {
    const random = randomNumbers(20);
    const rows = Array.from({ length: 2_000 }, (_, i) => {
      const row = randomVector(random, 20);
      return i > 900 && i < 1_300 ? row.map((x, n) => (n === 0 ? 1 : x * 1e-4)) : row;
    });
    for (const metric of metrics) {
      const index = await linked(rows, metric);
      const targets = Array.from({ length: 40 }, () => randomVector(random, 20));
      const request = { targets, metric, limit: 10, sequence: 1, beam: { ...wide, width: 40 } };
      const recall = await recallOf(index, request);
      assert(recall >= 0.9, `${metric}: ${recall}`);
    }
  });

  it("always answers with the limit where all vectors are equal, or zero", async () => {
    for (const value of [0, 1, 1e-30, 1e17]) {
      const rows = Array.from({ length: 1_000 }, () => new Float32Array(5).fill(value));
      for (const metric of metrics) {
        const index = await linked(rows, metric);
        for (const limit of [1, 10, 100]) {
          const targets = [new Float32Array(5).fill(2), Float32Array.of(1, -1, 0, 0, 0)];
          const request = { targets, metric, limit, sequence: 1, beam: { ...wide, width: 1 } };
          assert.equal(await recallOf(index, request), 1);
        }
      }
    }
  });

  it("finds zero vectors, huge and tiny ones among others", async () => {
    const random = randomNumbers(6);
    const scales = [0, 1, 1, 1, 1e-10, 1e10, 1e17];
    const rows = Array.from({ length: 1_400 }, (_, i) =>
      randomVector(random, 10, scales[i % scales.length]),
    );
    for (const metric of metrics) {
      const index = await linked(rows, metric);
      for (const scale of [1, 1e-10, 1e10]) {
        const targets = Array.from({ length: 20 }, () => randomVector(random, 10, scale));
        const request = { targets, metric, limit: 10, sequence: 1, beam: wide };
        const recall = await recallOf(index, request);
        // Where lengths are so far apart, single precision tells nothing of euclidean distances.
        const least = metric === "euclidean" && scale > 1 ? 0 : 0.9;
        assert(recall >= least, `${metric} at ${scale}: ${recall}`);
      }
    }
  });

  it("answers with a limit above what the pool was to keep", async () => {
    const random = randomNumbers(12);
    const rows = Array.from({ length: 1_700 }, () => randomVector(random, 6));
    const index = await linked(rows, "euclidean");
    const targets = [randomVector(random, 6), randomVector(random, 6)];
    for (const limit of [63, 64, 65, 200, 212]) {
      const request = { targets, limit, sequence: 1, beam: { ...wide, width: 4 } };
      const recall = await recallOf(index, { ...request, metric: "euclidean" });
      assert(recall > 0.8, `${limit}: ${recall}`);
    }
  });

  it("shows a search at an older sequence what was dead before there was a graph", async () => {
    const random = randomNumbers(14);
    const indexes = open({ threads: 0, graphLeast: 200 });
    const index = indexes.create(8, "cosine") as SlotVectorIndex;
    const naive = new NaiveIndex();
    const rows = Array.from({ length: 500 }, () => randomVector(random, 8));
    const add = (from: number, to: number, born: number): void => {
      for (const [i, row] of rows.slice(from, to).entries()) {
        index.add(from + i + 1, row, born);
        naive.add(from + i + 1, row, born);
      }
    };
    add(0, 190, 1);
    for (let i = 1; i <= 60; i++) {
      index.kill(i, 2 + (i % 2));
      naive.kill(i, 2 + (i % 2));
    }
    index.reclaim(2);
    add(190, 500, 4);
    await index.linked();
    for (const sequence of [2, 3, 4]) {
      const targets = rows.slice(0, 70);
      const request: IndexSearch = { targets, metric: "cosine", limit: 1, sequence, beam: wide };
      const found = await index.search(request);
      assert.deepEqual(pairs(found), naive.search(request));
      assert(sequence < 4 || found.every(({ plan }) => plan === "graph"));
    }
  });

  it("has nothing unlinked left of what died while it was linked", async () => {
    const slots = new LinkedSlots({ dimension: 4, metric: "euclidean" });
    const random = randomNumbers(15);
    for (let i = 0; i < 600; i++) slots.add(randomVector(random, 4));
    const settled = slots.graphs.settled();
    while (slots.graphs.linked === 0) await new Promise((resolve) => setImmediate(resolve));
    slots.kill([...slots.living].slice(100, 500));
    await settled;
    await slots.graphs.settled();
    assert.equal(slots.graphs.plan?.unlinked.size, 0);
    await slots.close();
  });

  it("begins where it can while the entry is chosen anew", async () => {
    const slots = new LinkedSlots({ dimension: 4, metric: "euclidean" });
    const random = randomNumbers(16);
    // Whatever was in the memory before: nothing of it may be followed.
    const before = slots.arenas.take(4 * mebibyte);
    before.arena.bytes.fill(255, before.address, before.address + before.bytes);
    slots.arenas.give(before);
    for (let i = 0; i < 600; i++) slots.add(randomVector(random, 4));
    await slots.graphs.settled();
    const { graph, reader } = slots;
    assert(reader.top >= 2);
    const lowest = slots.livingSlots.find((slot) => naiveLevelOf(slot) === 0) as number;
    graph.arena.words[(graph.address + layout.graphEntry) / 4] = lowest;
    assert.equal(slots.walk(randomVector(random, 4), 5, 50).length, 5);
    await slots.close();
  });

  it("reaches all that fits into the memory, of large vectors too", () => {
    for (const dimension of [1, 100, 3_000, 4_096]) {
      const arenas = new Arenas(24 * mebibyte);
      const slots = new Slots(arenas, dimension);
      const row = new Float32Array(dimension);
      slots.add(1, row, 1);
      const graph = Graph.make(arenas, slots.runs[0] as Run, slots.sizes, "dot");
      assert(graph !== undefined);
      const reached = new Set<Run>();
      for (let i = 2; arenas.bytes < 20 * mebibyte; i++) {
        slots.add(i, row, 1);
        const run = slots.runs.at(-1) as Run;
        if (reached.has(run)) continue;
        reached.add(run);
        const isReached = graph.extend(run);
        const bytes = run.blocks * layout.blockSlots * linkBytesPerSlot;
        const isFull = arenas.bytes + bytes > 24 * mebibyte;
        assert(isReached || isFull, `vector ${i} of ${dimension} numbers`);
      }
      arenas.close();
    }
  });

  it("passes over what it does not reach where its entry dies", async () => {
    const memoryBytes = 64 * mebibyte;
    const slots = new LinkedSlots({ dimension: 16, metric: "euclidean", memoryBytes });
    const random = randomNumbers(17);
    while ((slots.slots.runs.at(-1)?.capacity ?? 0) < 300) slots.add(randomVector(random, 16));
    await slots.graphs.settled();
    const { graph, reader } = slots;
    const last = slots.slots.runs.at(-1) as Run;
    while (last.used < last.capacity) slots.add(randomVector(random, 16));
    // Room for the next run, and none for its links.
    const { arenas } = slots;
    const hog = arenas.take(memoryBytes - arenas.bytes - slots.slots.bytes - 8 * 1024);
    slots.add(randomVector(random, 16));
    arenas.give(hog);
    const unreached = slots.slots.runs.at(-1) as Run;
    assert(!graph.reaches(unreached.firstBlock * layout.blockSlots));
    while (unreached.used < unreached.capacity) slots.add(randomVector(random, 16));
    for (let i = 0; i < 3_000; i++) slots.add(randomVector(random, 16));
    await slots.graphs.settled();
    for (let round = 0; round < 3; round++) {
      const dying = [...slots.living].filter((one) => slots.slotOf(one) === reader.entry);
      assert.equal(dying.length, 1);
      slots.kill([...dying, ...[...slots.living].slice(0, 300)]);
      await slots.graphs.settled();
      assert(graph.reaches(graph.slotOf(reader.entry)));
      assert.equal(slots.walk(randomVector(random, 16), 10, 100).length, 10);
    }
    await slots.close();
  });

  it("scans what there is no memory left to link, and misses nothing for it", async () => {
    for (const memoryBytes of [1.2, 2].map((size) => size * mebibyte)) {
      const random = randomNumbers(memoryBytes);
      const indexes = open({ threads: 0, graphLeast: 100, memoryBytes });
      const index = indexes.create(16, "euclidean") as SlotVectorIndex;
      const rows: Float32Array[] = [];
      const fill = (): void => {
        for (;;) {
          const row = randomVector(random, 16);
          index.add(rows.length + 1, row, 1);
          rows.push(row);
        }
      };
      assert.throws(fill, { code: "LIMIT_EXCEEDED" });
      await index.linked();
      const targets = rows.filter((_, i) => i % 100 === 0);
      const request = { targets, metric: "euclidean", limit: 3, sequence: 1, beam: wide } as const;
      const recall = await recallOf(index, request);
      assert(recall > 0.99, `${memoryBytes} bytes: ${recall}`);
    }
  });
});

function swap(rows: Float32Array[], i: number, row: Float32Array, random: number): void {
  const other = Math.floor(random * rows.length);
  rows[i] = rows[other] as Float32Array;
  rows[other] = row;
}
