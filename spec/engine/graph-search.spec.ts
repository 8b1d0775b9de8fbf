import assert from "node:assert/strict";
import { type EmbeddedEngine, open, type Store } from "../../lib/index.js";
import { randomNumbers } from "../support/random.js";

describe("search in a store that has a graph", () => {
  const random = randomNumbers(5);
  const centres = Array.from({ length: 50 }, () => draw(new Float32Array(100), 1));
  const vectorOf = (): Float32Array =>
    draw(centres[Math.floor(random() * 50)] as Float32Array, 0.4);
  let engine: EmbeddedEngine;
  let store: Store;

  before(async function () {
    this.timeout(120_000);
    engine = await open();
    store = await engine.createStore("s", { dimension: 100 });
    for (let i = 0; i < 10; i++) {
      await store.set(
        Array.from({ length: 1_000 }, (_, n) => ({
          id: `${i}/${n}`,
          vector: vectorOf(),
          metadata: { n },
        })),
      );
    }
    await reaches("graph", { recall: 0.9 });
  });

  after(() => engine.close());

  it("walks where that is known to give the recall asked for, and finds that share", async () => {
    let found = 0;
    for (let i = 0; i < 100; i++) {
      const target = vectorOf();
      const truth = await store.search(target, { recall: 1 });
      const ids = new Set(truth.map(({ id }) => id));
      const some = await store.search(target, { recall: 0.9 });
      assert.equal(some.length, 10);
      for (const { id } of some) if (ids.has(id)) found++;
    }
    assert(found >= 860, `${found} of 1000 are found`);
  });

  it("says in info what the graph holds and finds, and in explain that it was used", async () => {
    const { graph, entries } = await store.info();
    assert.equal(graph.entries, entries);
    assert(graph.recall !== undefined && graph.recall >= 0.9 && graph.recall <= 1);
    const { examined, plan } = await explain({ recall: 0.9 });
    assert.equal(plan, "graph");
    assert(examined > 10 && examined < 5_000);
  });

  it("measures what walks find that do not begin at what is searched for", async () => {
    const { recall, samples } = await store.measureRecall({ samples: 200 });
    assert.equal(samples, 200);
    assert(recall >= 0.9 && recall <= 1, `${recall}`);
  });

  it("looks at all where recall is 1, by another metric, or where a predicate chooses", async () => {
    assert.equal((await explain({ recall: 1 })).plan, "exact");
    assert.equal((await explain({ metric: "dot" })).plan, "exact");
    assert.equal((await explain({ where: { n: 1 } })).plan, "exact");
  });

  it("finds what was set, and not what was deleted or overwritten, from the acknowledgement on", async () => {
    for (let i = 0; i < 30; i++) {
      const [vector, other] = [vectorOf(), vectorOf()];
      await store.set({ id: "new", vector });
      assert.equal((await store.search(vector, { limit: 1 }))[0]?.id, "new");
      await store.set({ id: "new", vector: other });
      assert.notEqual((await store.search(vector, { limit: 1 }))[0]?.distance, 0);
      assert.equal((await store.search(other, { limit: 1 }))[0]?.id, "new");
      await store.delete("new");
      assert.notEqual((await store.search(other, { limit: 1 }))[0]?.id, "new");
    }
  });

  it("keeps its order: the nearest first, with the distances of exact search", async () => {
    for (let i = 0; i < 20; i++) {
      const target = vectorOf();
      const some = await store.search(target, { limit: 50 });
      const all = await store.search(target, { limit: 400, recall: 1 });
      const distances = new Map(all.map(({ id, distance }) => [id, distance]));
      for (const [n, { id, distance }] of some.entries()) {
        assert(n === 0 || distance >= (some[n - 1]?.distance ?? 0));
        if (distances.has(id)) assert.equal(distance, distances.get(id));
      }
    }
  });

  function explain(options: object): ReturnType<EmbeddedEngine["explain"]> {
    return engine.explain({ kind: "search", store: "s", target: vectorOf(), ...options });
  }

  /** Linking and measuring go on beside the searches. */
  async function reaches(plan: string, options: object): Promise<void> {
    const deadline = performance.now() + 100_000;
    while ((await explain(options)).plan !== plan) {
      assert(performance.now() < deadline, "the graph is not there in time");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  function draw(centre: Float32Array, spread: number): Float32Array {
    return centre.map((x) => x + spread * (random() + random() - 1));
  }
});
