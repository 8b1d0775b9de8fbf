import assert from "node:assert/strict";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import type { Nearest } from "../../lib/indexes/vector-index.js";
import { Clock, provide, Random, VectorIndexes } from "../../lib/ports.js";
import { type Alteration, AlteredIndexes } from "../support/altered-indexes.js";
import { naivelyNearest } from "../support/naive-search.js";
import { randomEntries, randomNumbers } from "../support/random.js";
import { rejects } from "../support/rejects.js";

describe("measureRecall of an index that misses some", () => {
  const entries = randomEntries(randomNumbers(5), 60, 4);
  const all = { samples: entries.length } as const;
  let engine: EmbeddedEngine;
  let time = 1_000_000;
  afterEach(() => engine.close());

  /** A store whose searches are altered, but for exact ones. */
  async function storeOf(alter: Alteration, seed = 1, given: readonly object[] = entries) {
    const indexes = new AlteredIndexes((request, exactly, signal) =>
      request.recall === 1 ? exactly() : alter(request, exactly, signal),
    );
    const random = { bytes: (count: number) => new Uint8Array(count).fill(seed) };
    engine = await open({
      threads: 0,
      provide: [
        ...[provide(VectorIndexes, indexes), provide(Random, random)],
        provide(Clock, { now: () => time }),
      ],
    });
    const dimension = (given[0] as (typeof entries)[0]).vector.length;
    const store = await engine.createStore("s", { dimension, metric: "euclidean" });
    await store.set(given as typeof entries);
    return store;
  }

  for (const [lost, recall] of [
    [[1], 0.9],
    [[1, 4, 10], 0.7],
    [[11], 1],
    [[0], 1],
    [[0, 5], 0.9],
    [Array.from({ length: 61 }, (_, at) => at), 0],
  ] as const) {
    const places = lost.length > 3 ? "all" : lost.join(", ");
    it(`tells ${recall} of ten nearest where those at ${places} are lost`, async () => {
      const store = await storeOf(losing(() => lost));
      const report = await store.measureRecall(all);
      assert.ok(Math.abs(report.recall - recall) < 1e-12, `${report.recall}`);
      assert.deepEqual([report.samples, report.limit], [60, 10]);
    });
  }

  it("is the mean over what was searched for, as brute force counts it", async () => {
    const isLost = (target: Float32Array) => target[0] > 0;
    const store = await storeOf(losing((target) => (isLost(target) ? [1, 2, 3] : [])));
    let recalls = 0;
    for (const { id, vector } of entries) {
      const others = naivelyNearest(entries, vector, "euclidean").filter((one) => one.id !== id);
      const found = others.slice(isLost(vector) ? 3 : 0, 5);
      recalls += found.length / 5;
    }
    const { recall } = await store.measureRecall({ ...all, limit: 5 });
    assert.ok(Math.abs(recall - recalls / entries.length) < 1e-12);
    assert.ok(recall > 0.4 && recall < 1);
  });

  it("counts what is as near as the last of the true nearest", async () => {
    const line = Array.from({ length: 9 }, (_, n) => ({ id: `${n}`, vector: [n] }));
    const store = await storeOf(
      losing(() => [1]),
      1,
      line,
    );
    // All but the two at the ends have two neighbours at distance 1.
    const { recall, samples } = await store.measureRecall({ samples: 9, limit: 1 });
    assert.equal(samples, 9);
    assert.ok(Math.abs(recall - 7 / 9) < 1e-12, `${recall}`);
  });

  it("counts among those that a predicate allows", async () => {
    const store = await storeOf(losing(() => [0, 1]));
    const where = { number: { $gte: 30 } };
    const { recall, samples } = await store.measureRecall({ ...all, where, limit: 4 });
    // Of those that are allowed themselves one of the two that are lost is what was searched for.
    assert.ok(Math.abs(recall - (30 * (3 / 4) + 30 * (2 / 4)) / 60) < 1e-12, `${recall}`);
    assert.equal(samples, 60);
  });

  it("searches for nothing that has expired, or was deleted", async () => {
    const store = await storeOf((_, exactly) => exactly());
    const ttlMs = 3_600_000;
    await store.set([{ ...entries[0], ttlMs }, entries[1]]);
    await store.delete(["e002", "e003"]);
    time += ttlMs;
    assert.deepEqual(await shape(store.measureRecall(all)), [1, 57]);
  });

  it("draws the samples by the engine's own randomness", async () => {
    const drawn = new Map<number, Float32Array[]>();
    for (const [i, seed] of [1, 1, 2].entries()) {
      const targets: Float32Array[] = [];
      const store = await storeOf((request, exactly) => {
        targets.push(...request.targets);
        return exactly();
      }, seed);
      await store.measureRecall({ samples: 20 });
      drawn.set(i, targets);
      if (i < 2) await engine.close();
    }
    assert.deepEqual(drawn.get(0), drawn.get(1));
    assert.notDeepEqual(drawn.get(0), drawn.get(2));
    assert.equal(new Set(drawn.get(2)?.map((target) => target.join())).size, 20);
  });

  it("ends at its deadline and with its signal, also amid a search", async () => {
    let began: () => void = () => {};
    const store = await storeOf((_, __, signal) => {
      began();
      return new Promise((_, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason));
      });
    });
    await rejects(store.measureRecall({ timeoutMs: 5 }), "TIMEOUT");
    const controller = new AbortController();
    const measuring = store.measureRecall({ signal: controller.signal });
    await new Promise<void>((resolve) => {
      began = resolve;
    });
    controller.abort();
    await rejects(measuring, "ABORTED");
  });
});

/** Those at some places of each answer are not found. */
function losing(placesOf: (target: Float32Array) => readonly number[]): Alteration {
  return async ({ targets }, exactly) => {
    const found = await exactly();
    return found.map((nearest, i) => without(nearest, placesOf(targets[i])));
  };
}

function without(nearest: Nearest, places: readonly number[]): Nearest {
  const kept = (_: number, at: number) => !places.includes(at);
  const { ordinals, distances } = nearest;
  return { ...nearest, ordinals: ordinals.filter(kept), distances: distances.filter(kept) };
}

async function shape(report: Promise<{ recall: number; samples: number }>) {
  const { recall, samples } = await report;
  return [recall, samples];
}
