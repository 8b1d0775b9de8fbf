import assert from "node:assert/strict";
import { Graph } from "../../lib/indexes/graph.js";
import type { Run } from "../../lib/indexes/run.js";
import { Slots } from "../../lib/indexes/slots.js";
import { Arenas } from "../../lib/kernels/arenas.js";
import * as layout from "../../lib/kernels/layout.js";
import { SearchJob } from "../../lib/kernels/search-job.js";
import { metrics } from "../../lib/model/metric.js";
import { NaiveGraph, naiveLevelOf } from "../kernels/naive-graph.js";
import { supportedKernels } from "../kernels/supported-kernels.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { GraphReader } from "./graph-reader.js";
import { LinkedSlots, type LinkedSlotsOptions } from "./linked-slots.js";

describe("The lists of a graph", () => {
  const opened: LinkedSlots[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });

  function open(options: LinkedSlotsOptions): LinkedSlots {
    const linked = new LinkedSlots(options);
    opened.push(linked);
    return linked;
  }

  for (const kernels of supportedKernels) {
    for (const metric of metrics) {
      it(`are those that a naive twin makes by ${metric}, linked twice and swept, ${kernels}`, async () => {
        const linked = open({ dimension: 7, metric, kernels });
        const random = randomNumbers(5);
        const twin = new NaiveGraph((a, b) => linked.reader.keyOf(metric, a, b));
        const addSome = async (count: number): Promise<void> => {
          const added = Array.from({ length: count }, () => linked.add(randomVector(random, 7)));
          await linked.graphs.settled();
          const slots = added.map((ordinal) => linked.slotOf(ordinal));
          linkTwice(slots);
        };
        const linkTwice = (slots: readonly number[]): void => {
          for (const slot of slots) twin.link(slot);
          for (const slot of slots.toSorted((a, b) => a - b)) twin.link(slot);
        };
        const compare = (when: string): void => {
          const { reader, livingSlots } = linked;
          const naive = livingSlots.map((slot) => {
            const levels = Array.from({ length: naiveLevelOf(slot) + 1 }, (_, level) =>
              twin.list(slot, level).join(" "),
            );
            return `${slot}: ${levels.join(" | ")}`;
          });
          assert.deepEqual(reader.picture(livingSlots), naive, when);
          assert.deepEqual([reader.entry, reader.top], [twin.entry, twin.top], when);
        };
        await addSome(400);
        compare("linked");
        for (const round of [1, 2]) {
          const entry = [...linked.living].find((one) => linked.slotOf(one) === twin.entry);
          const dying = [...linked.living].filter((one) => one === entry || random() < 0.3);
          const dead = dying.map((ordinal) => linked.slotOf(ordinal));
          linked.kill(dying);
          await linked.graphs.settled();
          linkTwice(twin.sweep(linked.livingSlots, new Set(dead)));
          compare(`swept ${round} times`);
          await addSome(100);
          compare(`linked again after sweep ${round}`);
        }
      });
    }
  }

  for (const kernels of supportedKernels) {
    it(`lead a walk with a wide pool to all that is reachable, in the order of keys, ${kernels}`, async () => {
      for (const metric of metrics) {
        const count = 700;
        const linked = open({ dimension: 9, metric, kernels });
        const random = randomNumbers(count);
        for (let i = 0; i < count; i++) linked.add(randomVector(random, 9));
        await linked.graphs.settled();
        const { slots, graph, reader, sequence } = linked;
        const { dimension, stride } = slots.sizes;
        const none = { arena: graph.arena, units: new Uint32Array(0), picked: true, rows: count };
        const { address, walks, reach } = graph;
        for (const width of [count, 1, 17, 64, 65, 200]) {
          const slack = Number.POSITIVE_INFINITY;
          const job = new SearchJob({
            vectors: { ...none, dimension, stride },
            targets: [randomVector(random, 9), randomVector(random, 9)],
            metric,
            limit: Math.min(width, count),
            maxDistance: Number.POSITIVE_INFINITY,
            sequence,
            walk: { graph: address, walks, reach, width, slack },
          });
          while (job.advance() !== layout.finished);
          const { words, floats } = graph.arena;
          const walk = words[(job.address + layout.jobWalk) / 4] as number;
          const field = (name: number): number => words[(walk + name) / 4] as number;
          const found = field(layout.walkCount);
          const first = field(layout.walkKeys) / 4;
          const keys = Array.from(floats.subarray(first, first + found));
          assert.deepEqual(
            keys,
            keys.toSorted((a, b) => a - b),
          );
          assert.equal(floats[first + found], Number.POSITIVE_INFINITY);
          const from = field(layout.walkSlots) / 4;
          const come = new Set(words.subarray(from, from + found).map((one) => one & 0x7fffffff));
          assert.equal(come.size, found);
          const reachable = reader.reachable();
          assert.equal(found, Math.min(width, reachable.size));
          assert([...come].every((slot) => reachable.has(slot)));
          for (const { ordinals } of job.results()) assert.equal(ordinals.length, found);
          job.free();
        }
      }
    });
  }

  it("are on as many levels as a slot's number says, one in 16 on each that is above", async () => {
    const arenas = new Arenas(2 ** 30);
    const slots = new Slots(arenas, 1);
    for (let i = 0; i < 20_000; i++) slots.add(i + 1, Float32Array.of(0), 1);
    const graph = Graph.make(arenas, slots.runs[0] as Run, slots.sizes, "euclidean");
    assert(graph !== undefined && slots.runs.every((run) => graph.extend(run)));
    const levels = Array.from({ length: graph.reach }, (_, slot) => naiveLevelOf(slot));
    const reader = new GraphReader(graph);
    for (const [slot, level] of levels.entries()) {
      for (let l = 0; l <= level; l++) assert(reader.words(slot, l).every((one) => one === slot));
    }
    for (const level of [1, 2, 3]) {
      const share = levels.filter((one) => one >= level).length / levels.length;
      assert(share > 0.8 / 16 ** level && share < 1.25 / 16 ** level, `level ${level}: ${share}`);
    }
    arenas.close();
  });

  for (const threads of [0, 2]) {
    it(`hold no dead slot after a sweep, and lead to 99 of 100 at least, with ${threads} threads`, async () => {
      const linked = open({ dimension: 12, metric: "cosine", threads });
      const random = randomNumbers(3);
      const add = (count: number): void => {
        for (let i = 0; i < count; i++) linked.add(randomVector(random, 12));
      };
      add(2_000);
      for (let round = 0; round < 6; round++) {
        linked.kill([...linked.living].filter(() => random() < 0.3));
        add(500);
        await linked.graphs.settled();
        const { reader, livingSlots } = linked;
        const living = new Set(livingSlots);
        for (const slot of livingSlots) {
          for (let level = 0; level <= naiveLevelOf(slot); level++) {
            const list = reader.list(slot, level);
            assert.equal(new Set(list).size, list.length);
            for (const one of list) {
              assert(living.has(one), `${slot} leads to ${one}, which is dead`);
              assert(naiveLevelOf(one) >= level);
            }
          }
        }
        const reachable = reader.reachable();
        const reached = livingSlots.filter((slot) => reachable.has(slot)).length;
        assert(reached >= livingSlots.length * 0.99, `${reached} of ${livingSlots.length}`);
      }
    });
  }

  it("are the same whenever the same slots are linked in the same order on the calling thread", async () => {
    const pictures: string[][] = [];
    for (const turn of [1, 2]) {
      const linked = open({ dimension: 10, metric: "dot" });
      const random = randomNumbers(11);
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < 500; i++) linked.add(randomVector(random, 10));
        await linked.graphs.settled();
        linked.kill([...linked.living].filter(() => random() < 0.2));
        await linked.graphs.settled();
      }
      assert(linked.living.size > 500, `turn ${turn}`);
      pictures.push(linked.reader.picture(linked.livingSlots));
    }
    assert.deepEqual(pictures[0], pictures[1]);
  });

  it("hold slots of their level at any time while two threads link and sweep", async () => {
    const linked = open({ dimension: 12, metric: "euclidean", threads: 2 });
    const random = randomNumbers(4);
    for (let i = 0; i < 1_000; i++) linked.add(randomVector(random, 12));
    await linked.graphs.settled();
    const { reader, graph } = linked;
    let looked = 0;
    for (let round = 0; round < 8; round++) {
      for (let i = 0; i < 400; i++) linked.add(randomVector(random, 12));
      linked.kill([...linked.living].slice(0, 400));
      let isSettled = false;
      const settled = linked.graphs.settled().then(() => (isSettled = true));
      while (!isSettled) {
        for (let i = 0; i < 200; i++) {
          const slot = Math.floor(random() * graph.reach);
          for (let level = 0; level <= naiveLevelOf(slot); level++) {
            for (const one of reader.words(slot, level)) {
              assert(one < graph.reach && naiveLevelOf(one) >= level);
            }
          }
          looked++;
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      await settled;
    }
    assert(looked > 1_000);
  });
});
