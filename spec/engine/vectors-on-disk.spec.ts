import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import type { EmbeddedEngine } from "../../lib/index.js";
import { SlotVectorIndexes } from "../../lib/indexes/slot-vector-indexes.js";
import type { VectorIndex } from "../../lib/indexes/vector-index.js";
import { metrics } from "../../lib/model/metric.js";
import { atClose, eager, isLeftBehind, KeepingEngines, used } from "../support/keeping-engines.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

const dimension = 16;
const count = 900;
const names = ["disk", "memory"] as const;

describe("A store with vectors on disk that is searched by a graph", () => {
  let folder: TemporaryFolder;
  let engines: KeepingEngines;
  let random: () => number;

  beforeEach(() => {
    folder = new TemporaryFolder();
    engines = new KeepingEngines();
    random = randomNumbers(8);
  });

  afterEach(() => folder.remove());

  const opened = (name = "a", rules = atClose) => {
    const indexes = new WalkedIndexes({ threads: 0, graphLeast: 200 });
    return engines.open(folder.at(name), { rules, indexes });
  };
  const entries = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => ({
      id: `${from + i}`,
      vector: randomVector(random, dimension),
    }));

  /** The same in both. */
  async function set(engine: EmbeddedEngine, from: number, to: number): Promise<void> {
    const some = entries(from, to);
    for (const name of names) await engine.store(name).set(some);
  }

  async function made(engine: EmbeddedEngine): Promise<void> {
    for (const name of names) await engine.createStore(name, { dimension, vectors: name });
    await set(engine, 0, count);
  }

  async function linked(engine: EmbeddedEngine, name: string, least = count): Promise<void> {
    await comes(async () => (await engine.store(name).info()).graph.entries >= least);
  }

  /** Exactly what the one in memory answers; and what its walks find is most of it, at the true distances. */
  async function check(engine: EmbeddedEngine): Promise<void> {
    const [disk, memory] = names.map((name) => engine.store(name));
    assert.ok(disk && memory);
    let hits = 0;
    for (let i = 0; i < 20; i++) {
      const target = randomVector(random, dimension);
      for (const metric of metrics) {
        const options = { metric, limit: 20, recall: 1 };
        assert.deepEqual(await disk.search(target, options), await memory.search(target, options));
      }
      const truth = await memory.search(target, { recall: 1 });
      const distances = new Map(truth.map(({ id, distance }) => [id, distance]));
      for (const { id, distance } of await disk.search(target, { recall: 0.9 })) {
        if (!distances.has(id)) continue;
        assert.equal(distance, distances.get(id));
        hits++;
      }
    }
    assert.ok(hits >= 170, `${hits} of 200 found`);
    assert.ok((await disk.measureRecall({ samples: 50 })).recall > 0.85);
    assert.deepEqual((await engine.verify()).problems, []);
    const { bytes } = await disk.info();
    assert.ok(bytes.memory > 0);
  }

  it("finds the same, linked and calibrated, while entries come, move and go", async () => {
    await using engine = await opened();
    await made(engine);
    await linked(engine, "disk");
    const target = randomVector(random, dimension);
    const asked = { kind: "search", store: "disk", target, recall: 0.9 } as const;
    assert.equal((await engine.explain(asked)).plan, "graph");
    await engine.execute({ ...asked, recall: 0.8 });
    await comes(async () => (await engine.store("disk").info()).graph.recall !== undefined);
    await check(engine);
    for (let round = 0; round < 3; round++) {
      await set(engine, round * 200, round * 200 + 300);
      const gone = Array.from({ length: 40 }, (_, i) => `${i * 7 + round}`);
      for (const name of names) await engine.store(name).delete(gone);
      await check(engine);
    }
    assert.deepEqual(engines.logged, []);
  });

  it("is there after a clean close with its links, and after a kill", async () => {
    {
      await using engine = await opened();
      await made(engine);
      await linked(engine, "disk");
    }
    {
      await using engine = await opened("a", eager);
      await check(engine);
      await linked(engine, "disk");
      assert.deepEqual(engines.logged, [used, used]);
      await set(engine, 500, 600);
      cpSync(folder.at("a"), folder.at("killed"), { recursive: true, filter: isLeftBehind });
    }
    await using killed = await opened("killed");
    await check(killed);
    assert.equal((await killed.store("disk").info()).vectors, "disk");
  });

  it("reads the checkpoint of the other place after alterStore, with its links", async () => {
    {
      await using engine = await opened();
      await made(engine);
      for (const name of names) await linked(engine, name);
    }
    await using engine = await opened();
    await check(engine);
    await engine.alterStore("disk", { vectors: "memory" });
    await engine.alterStore("memory", { vectors: "disk" });
    await check(engine);
    for (const name of names) await linked(engine, name);
    assert.deepEqual(new Set(engines.logged), new Set([used]));
  });
});

/** Searches from a recall of 0.9 on that need not be exact walk, though the store is so small that it does not pay. */
class WalkedIndexes extends SlotVectorIndexes {
  override create(...args: Parameters<SlotVectorIndexes["create"]>): VectorIndex {
    const index = super.create(...args);
    const search = index.search.bind(index);
    index.search = (request, signal) => {
      const { recall = 1 } = request;
      const isExact = recall < 0.9 || recall >= 1;
      return search(isExact ? request : { ...request, beam: { width: 64, slack: 9 } }, signal);
    };
    return index;
  }
}

/** Asks again and again, for half a minute at most. */
async function comes(isThere: () => Promise<boolean>): Promise<void> {
  for (let asked = 0; !(await isThere()); asked++) {
    assert.ok(asked < 3_000, "it has not come");
    await setTimeout(10);
  }
}
