import assert from "node:assert/strict";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import { SlotVectorIndexes } from "../../lib/indexes/slot-vector-indexes.js";
import type { VectorIndex } from "../../lib/indexes/vector-index.js";
import { Logger, provide, VectorIndexes } from "../../lib/ports.js";

describe("vectors in memory that fail", () => {
  let indexes: FailingIndexes;
  let engine: EmbeddedEngine;
  const logged: string[] = [];

  beforeEach(async () => {
    logged.length = 0;
    indexes = new FailingIndexes();
    const error = (_: object, sentence: string) => void logged.push(sentence);
    const log = { info: () => {}, warn: () => {}, error };
    engine = await open({
      threads: 0,
      provide: [provide(VectorIndexes, indexes), provide(Logger, log)],
    });
  });

  afterEach(() => engine.close());

  for (const method of ["reclaim", "close", "kill", "addBlock"] as const) {
    it(`in ${method} do not stop the writes, and are read again`, async () => {
      const store = await engine.createStore("s", { dimension: 1, metric: "euclidean" });
      await store.set({ id: "a", vector: [1] });
      indexes.failing = method;
      await store.set([
        { id: "a", vector: [2] },
        { id: "b", vector: [3] },
      ]);
      await store.delete("b");
      await engine.createStore("dropped", { dimension: 1 });
      assert.equal(await engine.dropStore("dropped"), true);
      indexes.failing = undefined;
      await store.set({ id: "c", vector: [5] });
      const found = await store.search([2], { recall: 1 });
      assert.deepEqual(
        found.map(({ id, distance }) => [id, distance]),
        [
          ["a", 0],
          ["c", 3],
        ],
      );
      assert.ok(logged.length > 0);
    });
  }

  it("when they are begun leave the new store, whose searches say why", async () => {
    indexes.failing = "create";
    const store = await engine.createStore("s", { dimension: 1 });
    await store.set({ id: "a", vector: [1] });
    await assert.rejects(store.search([1]), { code: "INTERNAL" });
    indexes.failing = undefined;
    assert.equal((await store.search([1])).length, 1);
  });
});

/** Real ones, one method of which throws as long as it is told to. */
class FailingIndexes implements VectorIndexes {
  failing: keyof VectorIndex | "create" | undefined;
  readonly #real = new SlotVectorIndexes({ threads: 0, memoryBytes: 2 ** 30 });

  get bytes(): number {
    return this.#real.bytes;
  }

  get threads(): number {
    return this.#real.threads;
  }

  bytesPerEntry(dimension: number): number {
    return this.#real.bytesPerEntry(dimension);
  }

  create(dimension: number): VectorIndex {
    if (this.failing === "create") throw new Error("there is no memory");
    return new Proxy(this.#real.create(dimension), {
      get: (index, name) => {
        if (name === this.failing) throw new Error(`${String(name)} fails`);
        const value: unknown = Reflect.get(index, name, index);
        return typeof value === "function" ? value.bind(index) : value;
      },
    });
  }

  close(): Promise<void> {
    return this.#real.close();
  }
}
