import assert from "node:assert/strict";
import { mock } from "node:test";
import { type EmbeddedEngine, open, type Store } from "../../lib/index.js";
import { Clock, provide } from "../../lib/ports.js";

describe("the vectors of a store that is not searched", () => {
  const minute = 60_000;
  let now: number;
  let engine: EmbeddedEngine;
  let store: Store;
  beforeEach(async () => {
    now = 1_800_000_000_000;
    mock.timers.enable({ apis: ["setInterval"] });
    engine = await open({ threads: 0, provide: [provide(Clock, { now: () => now })] });
    store = await engine.createStore("s", { dimension: 2 });
    await store.set(Array.from({ length: 500 }, (_, i) => ({ id: `${i}`, vector: [i, 1] })));
  });
  afterEach(async () => {
    mock.timers.reset();
    await engine.close();
  });

  const pass = (minutes: number) => {
    for (let i = 0; i < minutes; i++) {
      now += minute;
      mock.timers.tick(minute);
    }
  };
  const memory = async () => (await store.info()).bytes.memory;
  const nearest = async (to: number[]) => (await store.search(to, { limit: 1 }))[0]?.id;

  it("are given back after half an hour, and read again by the next search", async () => {
    assert.equal(await nearest([7, 0]), "499");
    const loaded = await memory();
    assert.ok(loaded >= 500 * 8);
    pass(29);
    assert.equal(await memory(), loaded);
    pass(2);
    assert.equal(await memory(), 0);
    await store.set({ id: "new", vector: [1, 0] });
    assert.equal(await memory(), 0);
    assert.equal(await nearest([7, 0]), "new");
    assert.ok((await memory()) >= 500 * 8);
    assert.deepEqual((await engine.verify()).problems, []);
  });

  it("stay while somebody searches now and then", async () => {
    for (let i = 0; i < 5; i++) {
      assert.equal(await nearest([1, 0]), "499");
      pass(20);
      assert.ok((await memory()) > 0);
    }
    pass(20);
    assert.equal(await memory(), 0);
  });

  it("stay under searches that are under way", async () => {
    const targets = Array.from({ length: 200 }, (_, i) => [i, 1]);
    const searches = [store.searchMany(targets, { limit: 100 }), store.search([1, 1])];
    pass(100);
    const [many] = await Promise.all(searches);
    assert.equal(many?.length, 200);
    pass(100);
    assert.equal(await memory(), 0);
    assert.equal((await store.search([1, 1], { limit: 600 })).length, 500);
  });

  it("are given back while writes go on, and miss none of them", async () => {
    for (let round = 0; round < 10; round++) {
      const writes = Array.from({ length: 5 }, (_, i) => {
        return store.set({ id: `${round} ${i}`, vector: [round, -i - 1] });
      });
      const searched = round % 2 === 0 ? store.search([1, 1]) : undefined;
      pass(40);
      await Promise.all([...writes, searched]);
      assert.equal((await store.search([1, 1], { limit: 1_000 })).length, 505 + round * 5);
    }
    assert.deepEqual((await engine.verify()).problems, []);
  });
});
