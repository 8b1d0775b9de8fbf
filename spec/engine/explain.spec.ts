import assert from "node:assert/strict";
import { type EmbeddedEngine, open, query } from "../../lib/index.js";
import { Clock, provide, VectorIndexes } from "../../lib/ports.js";
import { AlteredIndexes } from "../support/altered-indexes.js";

describe("explain", () => {
  let now = 1_000_000;
  let engine: EmbeddedEngine;
  const search = query.search({ store: "s", target: [1], limit: 2 });

  before(async () => {
    // As a graph would have it that leads to three vectors.
    const indexes = new AlteredIndexes(async (request, exactly) => {
      const found = await exactly();
      if (request.recall === 1) return found;
      return found.map((nearest) => ({ ...nearest, plan: "graph", examined: 3 }));
    });
    engine = await open({
      threads: 0,
      provide: [provide(VectorIndexes, indexes), provide(Clock, { now: () => now })],
    });
    const store = await engine.createStore("s", { dimension: 1, metric: "euclidean" });
    await store.set([1, 2, 3, 4, 5, 6].map((n) => ({ id: `${n}`, vector: [n] })));
  });
  after(() => engine.close());

  it("says what the index has done", async () => {
    const { plan, examined } = await engine.explain(search);
    assert.deepEqual([plan, examined], ["graph", 3]);
    const exact = await engine.explain({ ...search, recall: 1 });
    assert.deepEqual([exact.plan, exact.examined], ["exact", 6]);
  });

  it("counts the rows that tell what has expired", async () => {
    const store = engine.store("s");
    const ttlMs = 3_600_000; // The sweeper looks at the clock long after this spec.
    await store.set([7, 8].map((n) => ({ id: `${n}`, vector: [n], ttlMs })));
    const exact = { ...search, recall: 1, limit: 10 };
    const looks = async () => {
      const { plan, examined, matched } = await engine.explain(exact);
      const counted = await engine.explain(query.count({ store: "s" }));
      return [plan, examined, matched, counted.examined, counted.matched];
    };
    assert.deepEqual(await looks(), ["exact", 8, 8, 0, 8]);
    now += ttlMs;
    assert.deepEqual(await looks(), ["exact", 2 + 6, 6, 2, 6]);
  });
});
