import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeHeader } from "../../lib/checkpoints/checkpoint-header.js";
import { CheckpointLayout } from "../../lib/checkpoints/checkpoint-layout.js";
import type { EmbeddedEngine, Metric } from "../../lib/index.js";
import { SlotVectorIndexes } from "../../lib/indexes/slot-vector-indexes.js";
import type { PassingSearch } from "../../lib/indexes/vector-index.js";
import { KeepingEngines, never, used } from "../support/keeping-engines.js";
import { naiveDistance } from "../support/naive-search.js";
import { randomNumbers } from "../support/random.js";
import { TemporaryFolder } from "../support/temporary-folder.js";
import { until } from "../support/until.js";

const dimension = 6;
const ofNoUse = "a checkpoint of vectors is of no use";

describe("A first search", () => {
  let folder: TemporaryFolder;
  let engines: KeepingEngines;
  let indexes: SeenIndexes;
  let random: () => number;
  let model: Map<string, number[]>;

  beforeEach(() => {
    folder = new TemporaryFolder();
    engines = new KeepingEngines();
    random = randomNumbers(11);
    model = new Map();
  });

  afterEach(() => folder.remove());

  const file = () => join(folder.at("a"), "indexes", "vectors-1.checkpoint");
  const vector = () => Array.from({ length: dimension }, () => random() - 0.5);
  const opened = () => {
    indexes = new SeenIndexes({ threads: 0 });
    return engines.open(folder.at("a"), { rules: never, indexes });
  };

  /** A store of so many entries, closed with a checkpoint. */
  async function made(count: number, metric: Metric = "euclidean", some = vector): Promise<void> {
    await using engine = await engines.open(folder.at("a"));
    const store = await engine.createStore("s", { dimension, metric });
    await store.set(Array.from({ length: count }, (_, i) => put(`${i}`, some())));
  }

  function put(id: string, vector: number[]): { id: string; vector: number[] } {
    model.set(id, vector);
    return { id, vector };
  }

  async function check(engine: EmbeddedEngine, limit: number, metric: Metric, maxDistance = 1e9) {
    const target = Float32Array.from(vector());
    const matches = await engine.store("s").search(target, { limit, maxDistance, recall: 1 });
    const expected = [...model].map(([id, vector]) => {
      return { id, distance: naiveDistance(metric, target, Float32Array.from(vector)) };
    });
    expected.sort((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1));
    const near = expected.filter(({ distance }) => distance <= maxDistance);
    assert.deepEqual(
      matches.map(({ id }) => id),
      near.slice(0, limit).map(({ id }) => id),
    );
  }

  const metrics = ["cosine", "euclidean", "dot"] as const;
  for (const metric of metrics) {
    it(`finds the nearest by ${metric} before vectors are in memory`, async () => {
      await made(9_000, metric);
      await using engine = await opened();
      await check(engine, 10, metric);
      assert.deepEqual([indexes.passed, indexes.read], [1, 1]);
      assert.deepEqual(engines.logged, []);
      await until(() => engines.logged.includes(used));
      await check(engine, 10, metric);
      assert.equal(indexes.passed, 1);
    });
  }

  it("finds what was written since the checkpoint, and nothing that has died since", async () => {
    await made(3_000);
    {
      await using engine = await opened();
      const store = engine.store("s");
      await store.set(Array.from({ length: 40 }, (_, i) => put(`${i * 7}`, vector())));
      await store.set([put("new", vector())]);
      await store.delete(["1", "2"]);
      model.delete("1");
      model.delete("2");
    }
    for (const limit of [1, 30, 1_900]) {
      await using engine = await opened();
      await check(engine, limit, "euclidean");
      assert.equal(indexes.read, 1);
    }
  });

  it("heeds the farthest distance, and finds nothing where nothing is so near", async () => {
    await made(500);
    for (const maxDistance of [0, 0.4, 0.7]) {
      await using engine = await opened();
      await check(engine, 20, "euclidean", maxDistance);
      assert.equal(indexes.read, 1);
    }
  });

  it("sees the state that it began in, whatever is written meanwhile", async () => {
    await made(2_000);
    for (let delay = 0; delay < 6; delay++) {
      await using engine = await opened();
      const searched = check(engine, 5, "euclidean");
      for (let i = 0; i < delay; i++) await new Promise(setImmediate);
      const write = engine.store("s").set({ id: `${delay}`, vector: vector() });
      await searched;
      await write;
      model.set(`${delay}`, await vectorOf(engine, `${delay}`));
      await check(engine, 5, "euclidean");
    }
  });

  it("waits for memory where it wants too much, filters, or codes tell nothing", async () => {
    await made(2_500);
    {
      await using engine = await opened();
      await check(engine, 2_200, "euclidean");
      assert.equal(indexes.passed, 0);
    }
    {
      await using engine = await opened();
      await engine.store("s").search(vector(), { where: { year: 1 } });
      assert.equal(indexes.passed, 0);
    }
  });

  it("is right where vectors are too much alike for codes", async () => {
    let count = 0;
    await made(2_000, "cosine", () => [1, 1, 1, 1, 1, 1 + count++ * 1e-5]);
    await using engine = await opened();
    await check(engine, 10, "cosine");
    assert.deepEqual([indexes.passed, indexes.read], [1, 0]);
    assert.deepEqual(engines.logged, [used]);
  });

  it("finds the nearest where the checkpoint is damaged, of which nothing is believed then", async () => {
    await made(4_000);
    const bytes = readFileSync(file());
    const header = decodeHeader(bytes);
    assert.ok(header);
    const layout = new CheckpointLayout(header);
    for (const [section, slot] of [
      [0, 5],
      [1, 10],
      [1, 3_990],
    ] as const) {
      const damaged = Buffer.from(bytes);
      const at = layout.positionOf(section, slot) + 1;
      damaged[at] = (damaged[at] ?? 0) ^ 4;
      writeFileSync(file(), damaged);
      engines.logged = [];
      await using engine = await opened();
      await check(engine, 10, "euclidean");
      assert.deepEqual([indexes.passed, indexes.read], [1, 0]);
      assert.deepEqual(engines.logged, [ofNoUse]);
    }
  });

  it("is told of an engine that is closed meanwhile, or is answered", async () => {
    await made(3_000);
    for (let delay = 0; delay < 8; delay++) {
      const engine = await opened();
      const searched = check(engine, 5, "euclidean").catch((error: { code: string }) => error.code);
      for (let i = 0; i < delay; i++) await new Promise(setImmediate);
      await engine.close({ timeoutMs: 0 });
      assert.ok([undefined, "CLOSED"].includes((await searched) ?? undefined));
    }
  });

  async function vectorOf(engine: EmbeddedEngine, id: string): Promise<number[]> {
    const found = await engine.store("s").get(id, { include: { vector: true } });
    return [...(found?.vector ?? [])];
  }
});

/** Indexes that count searches by codes that pass, and those whose candidates were asked for. */
class SeenIndexes extends SlotVectorIndexes {
  passed = 0;
  read = 0;

  override pass(...args: Parameters<SlotVectorIndexes["pass"]>): PassingSearch {
    const passing = super.pass(...args);
    this.passed++;
    return new Proxy(passing, {
      get: (search, name) => {
        if (name === "candidates") this.read++;
        const value: unknown = Reflect.get(search, name, search);
        return typeof value === "function" ? value.bind(search) : value;
      },
    });
  }
}
