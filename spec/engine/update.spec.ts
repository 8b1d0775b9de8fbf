import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { type EmbeddedEngine, open, query, type Store } from "../../lib/index.js";
import { MemoryPersistence } from "../../lib/persistence/memory.js";
import type { TableName } from "../../lib/persistence/table.js";
import { Persistence, provide } from "../../lib/ports.js";
import { firstKey, lastKey } from "../../lib/rows/keys.js";
import { rejects } from "../support/rejects.js";

describe("an update", () => {
  let persistence: MemoryPersistence;
  let engine: EmbeddedEngine;
  let store: Store;

  beforeEach(async () => {
    persistence = new MemoryPersistence();
    engine = await open({ threads: 0, provide: [provide(Persistence, persistence)] });
    store = await engine.createStore("s", { dimension: 2 });
  });

  afterEach(() => engine.close());

  /** The keys and values of a table, as text. */
  const rowsOf = (table: TableName): string[] => {
    const snapshot = persistence.snapshot();
    const rows = [...snapshot.range(table, firstKey, lastKey)].map(({ key, value }) =>
      Buffer.concat([key, value]).toString("hex"),
    );
    snapshot.release();
    return rows;
  };

  it("that leaves the vector leaves its row, its ordinal and its slot", async () => {
    await store.set([
      { id: "a", vector: [1, 0], metadata: { n: 0 } },
      { id: "b", vector: [2, 0], metadata: { n: 0 } },
    ]);
    await store.search([1, 1]);
    const before = { vectors: rowsOf("vectors"), ids: rowsOf("ids") };
    const { memory } = (await store.info()).bytes;
    for (let n = 1; n <= 200; n++) await store.update({ all: true }, { metadata: { n } });
    assert.deepEqual({ vectors: rowsOf("vectors"), ids: rowsOf("ids") }, before);
    assert.equal((await store.info()).bytes.memory, memory);
    assert.equal(rowsOf("entries").length, 2);
    assert.equal((await store.search([1, 1], { where: { n: 200 } })).length, 2);
  });

  it("gives a new vector a new ordinal, and takes the rows of the old one away", async () => {
    await store.set({ id: "a", vector: [1, 0] });
    const [before] = rowsOf("vectors");
    await store.update("a", { vector: [1, 0] });
    const [after, ...more] = rowsOf("vectors");
    assert.notEqual(after, before);
    assert.deepEqual(more, []);
    assert.equal(rowsOf("entries").length, 1);
  });

  it("of many entries lets others have their turn", async () => {
    await store.load(Array.from({ length: 20_000 }, (_, n) => ({ id: `${n}`, vector: [n, 1] })));
    const updated = store.update({ all: true }, { metadata: { many: true } });
    let count = 0;
    let over = false;
    void updated.finally(() => {
      over = true;
    });
    while (!over) {
      count++;
      await turn();
    }
    assert.equal(await updated, 20_000);
    assert.ok(count > 10, `${count} turns`);
  });

  it("is refused where it would write more than 64 writes may bring, and changes nothing", async () => {
    await using small = await open({ threads: 0, limits: { bytesPerWrite: 100 } });
    const narrow = await small.createStore("s", { dimension: 2 });
    const text = "x".repeat(60);
    for (let n = 0; n < 100; n++) {
      await narrow.set({ id: `${n}`, vector: [n, 1], metadata: { text, n } });
    }
    const error = await rejects(
      narrow.update({ all: true }, { metadata: { m: 1 } }),
      "LIMIT_EXCEEDED",
    );
    assert.deepEqual(
      { limit: error.details.limit, bound: error.details.bound },
      { limit: "bytesPerWrite", bound: 6_400 },
    );
    assert.equal(await narrow.count({ where: { m: 1 } }), 0);
    const half = { where: { n: { $lt: 50 } } };
    assert.equal(await narrow.update(half, { metadata: { m: 1 } }), 50);
    const again = query.update({ store: "s", target: half, patch: { metadata: { m: 2 } } });
    const twice = await rejects(small.transaction([again, again]), "LIMIT_EXCEEDED");
    assert.equal(twice.details.index, 1);
    assert.equal(await narrow.count({ where: { m: 2 } }), 0);
  });
});
