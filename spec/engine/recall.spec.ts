import assert from "node:assert/strict";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import type { IndexSearch } from "../../lib/indexes/vector-index.js";
import { provide, VectorIndexes } from "../../lib/ports.js";
import { AlteredIndexes } from "../support/altered-indexes.js";

describe("the recall that a search asks for", () => {
  const asked: IndexSearch[] = [];
  let engine: EmbeddedEngine;

  before(async () => {
    const indexes = new AlteredIndexes((request, exactly) => {
      asked.push(request);
      return exactly();
    });
    engine = await open({ threads: 0, provide: [provide(VectorIndexes, indexes)] });
    const store = await engine.createStore("s", { dimension: 1, metric: "euclidean" });
    await store.set([
      { id: "a", vector: [1], metadata: { n: 1 } },
      { id: "b", vector: [2], metadata: { n: 2 } },
    ]);
  });
  after(() => engine.close());
  afterEach(() => void asked.splice(0));

  for (const recall of [undefined, 0.5, 0.999, 1]) {
    it(`is what the index is asked for: ${recall ?? "0.95 where none is given"}`, async () => {
      const store = engine.store("s");
      await store.search([1], { recall });
      await store.search({ near: ["a"] }, { recall });
      await store.search([1], { recall, where: { n: { $gt: 1 } } });
      await store.searchMany([[1], [2]], { recall });
      assert.deepEqual(
        asked.map((request) => request.recall),
        new Array(4).fill(recall ?? 0.95),
      );
    });
  }
});
