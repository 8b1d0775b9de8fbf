import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeHeader } from "../../lib/checkpoints/checkpoint-header.js";
import { CheckpointLayout } from "../../lib/checkpoints/checkpoint-layout.js";
import { type EmbeddedEngine, query } from "../../lib/index.js";
import { SlotVectorIndexes } from "../../lib/indexes/slot-vector-indexes.js";
import type { SlotLinks, VectorIndex } from "../../lib/indexes/vector-index.js";
import { atClose, eager, isLeftBehind, KeepingEngines, used } from "../support/keeping-engines.js";
import { randomNumbers } from "../support/random.js";
import { TemporaryFolder } from "../support/temporary-folder.js";
import { until } from "../support/until.js";

const dimension = 8;
const count = 700;

describe("A graph that is kept with the vectors", () => {
  let folder: TemporaryFolder;
  let engines: KeepingEngines;
  let indexes: SeenIndexes;
  let random: () => number;

  beforeEach(() => {
    folder = new TemporaryFolder();
    engines = new KeepingEngines();
    random = randomNumbers(3);
  });

  afterEach(() => folder.remove());

  const at = (name: string) => folder.at(name);
  const file = (name: string) => join(at(name), "indexes", "vectors-1.checkpoint");
  const vector = () => Array.from({ length: dimension }, () => random() - 0.5);
  const entries = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => ({ id: `${from + i}`, vector: vector() }));
  const links = () => indexes.links;
  const opened = (name: string, rules = atClose) => {
    indexes = new SeenIndexes({ threads: 0, graphLeast: 200 });
    return engines.open(at(name), { rules, indexes });
  };
  const search = (recall: number) =>
    query.search({ store: "s", target: vector(), limit: 10, recall });

  /** Until all is in memory, and nothing is left to be linked. */
  const settled = () =>
    until(() => {
      const { size, image } = indexes.largest;
      return size > 0 && image?.hasRows === true && links().isSettled;
    });

  /** What is kept of each slot, by the file. */
  const kindsIn = (name: string) => {
    const header = decodeHeader(readFileSync(file(name)));
    return header?.sections.map(({ kind }) => kind);
  };

  async function made(name: string): Promise<void> {
    await using engine = await opened(name);
    const store = await engine.createStore("s", { dimension, metric: "euclidean" });
    await store.set(entries(0, count));
    await settled();
  }

  /** Whether all of the vectors are found, by their graph, which was asked for nothing that is measured first. */
  async function checkWalks(engine: EmbeddedEngine, size: number): Promise<void> {
    const targets = Array.from({ length: 20 }, () => Float32Array.from(vector()));
    const request = { targets, metric: "euclidean", limit: 5, sequence: 2 ** 40 } as const;
    const truth = await indexes.largest.search(request);
    const found = await indexes.largest.search({ ...request, beam: { width: 64, slack: 9 } });
    let hits = 0;
    for (const [i, { ordinals, plan }] of found.entries()) {
      assert.equal(plan, "graph");
      hits += [...ordinals].filter((one) => truth[i]?.ordinals.includes(one)).length;
    }
    assert.ok(hits >= 95, `${hits} of 100 found`);
    assert.equal(indexes.largest.size, size);
    assert.deepEqual((await engine.verify()).problems, []);
  }

  it("is there after a clean close, and nothing is linked again", async () => {
    await made("a");
    assert.deepEqual(kindsIn("a"), [0, 1, 3, 4]);
    await using engine = await opened("a");
    await engine.execute(search(1));
    await settled();
    await checkWalks(engine, count);
    assert.equal(links().changed, 0);
    assert.deepEqual(engines.logged, [used]);
  });

  it("is linked once more by the next process, where the last one ended before that", async () => {
    await made("a");
    {
      await using engine = await opened("a", eager);
      await engine.execute(search(1));
      await settled();
      await until(() => links().note()[0] === 2);
      await checkWalks(engine, count);
      assert.equal(links().changed, 0);
    }
    await using engine = await opened("a");
    await engine.execute(search(1));
    await settled();
    await checkWalks(engine, count);
    assert.equal(links().refined, 0);
  });

  it("is searched at once with the recall asked for, as it was measured before", async () => {
    let note: Uint8Array;
    {
      await using engine = await opened("a");
      const store = await engine.createStore("s", { dimension, metric: "euclidean" });
      await store.set(entries(0, 300));
      await settled();
      await until(() => links().refined >= 300);
      await engine.execute(search(0.8));
      await until(() => links().measured > 0);
      note = links().note();
    }
    await using engine = await opened("a");
    await engine.execute(search(1));
    await settled();
    assert.deepEqual(links().note(), note);
    assert.deepEqual([links().changed, links().measured], [0, 0]);
  });

  it("is there after a kill, written once it is linked", async () => {
    await using engine = await opened("a", eager);
    const store = await engine.createStore("s", { dimension, metric: "euclidean" });
    await store.set(entries(0, count));
    await until(() => kindsThere(file("a"))?.includes(3) === true);
    await store.set(entries(0, 20));
    await store.delete(["50", "51"]);
    cpSync(at("a"), at("killed"), { recursive: true, filter: isLeftBehind });
    await using again = await opened("killed");
    await again.execute(search(1));
    await settled();
    await checkWalks(again, count - 2);
    assert.ok(links().changed < count / 4, `${links().changed} were linked`);
  });

  it("is made anew where its part of the file is damaged, and the vectors stay", async () => {
    await made("a");
    const bytes = readFileSync(file("a"));
    const header = decodeHeader(bytes);
    assert.ok(header);
    const at = new CheckpointLayout(header).positionOf(2, 100);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(file("a"), bytes);
    await using engine = await opened("a");
    await engine.execute(search(1));
    await settled();
    await checkWalks(engine, count).catch((error: Error) => {
      if (!/is damaged/.test(error.message)) throw error;
    });
    assert.deepEqual(engines.logged, [used, "the links of a checkpoint are of no use"]);
    assert.equal(links().changed, count);
  });
});

/** Indexes as an engine has them, the largest of which the spec sees. */
class SeenIndexes extends SlotVectorIndexes {
  readonly #all: VectorIndex[] = [];

  override create(...args: Parameters<SlotVectorIndexes["create"]>): VectorIndex {
    const index = super.create(...args);
    this.#all.push(index);
    return index;
  }

  /** That of the store: others hold hardly anything. */
  get largest(): VectorIndex {
    const [largest] = [...this.#all].sort((a, b) => b.size - a.size);
    assert.ok(largest);
    return largest;
  }

  get links(): SlotLinks {
    assert.ok(this.largest.image?.links);
    return this.largest.image.links;
  }
}

function kindsThere(path: string): number[] | undefined {
  try {
    return decodeHeader(readFileSync(path))?.sections.map(({ kind }) => kind);
  } catch {
    return undefined;
  }
}
