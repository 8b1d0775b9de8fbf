import assert from "node:assert/strict";
import { type EmbeddedEngine, open, type Store } from "../../lib/index.js";
import type { Where } from "../../lib/model/where.js";
import { randomNumbers } from "../support/random.js";

describe("What a predicate allows", () => {
  let engine: EmbeddedEngine;
  let store: Store;

  beforeEach(async () => {
    engine = await open({ threads: 0 });
    store = await engine.createStore("things", { dimension: 2 });
  });

  afterEach(() => engine.close());

  const found = async (where: Where): Promise<string[]> => {
    const matches = await store.search([1, 0], { where, limit: 100 });
    return matches.map(({ id }) => id).sort();
  };

  const examined = async (where: Where): Promise<number> => {
    const query = { kind: "search", store: "things", target: [1, 0], where } as const;
    return (await engine.explain(query)).examined;
  };

  it("is found once, until the store is written to", async () => {
    for (let i = 0; i < 20; i++) {
      await store.set({ id: `${i}`, vector: [1, i], metadata: { even: i % 2 === 0 } });
    }
    assert.equal(await examined({ even: true }), 30);
    assert.equal(await examined({ even: true }), 10);
    assert.equal(await examined({ even: false }), 30);
    await store.set({ id: "20", vector: [1, 0], metadata: { even: true } });
    assert.equal(await examined({ even: true }), 32);
  });

  it("is kept as what is left out, too, where an index says that", async () => {
    await store.createIndex("value");
    for (let i = 0; i < 30; i++) {
      await store.set({ id: `${i}`, vector: [1, i], metadata: { value: i % 10 } });
    }
    for (let value = 0; value < 10; value++) {
      for (let round = 0; round < 3; round++) {
        const others = await found({ value: { $ne: value } });
        assert.equal(others.length, 27);
        assert(others.every((id) => Number(id) % 10 !== value));
      }
      await store.set({ id: "30", vector: [1, 0], metadata: { value: (value + 1) % 10 } });
      assert((await found({ value: { $ne: value } })).includes("30"));
      await store.delete("30");
    }
    assert.equal((await found({ value: { $ne: "none" } })).length, 30);
    assert.equal((await found({ value: { $ne: "none" } })).length, 30);
  });

  it("follows every kind of write", async () => {
    const random = randomNumbers(5);
    const naive = new Map<string, number>();
    for (let round = 0; round < 120; round++) {
      const id = `${Math.floor(random() * 12)}`;
      const kind = Math.floor(random() * 3);
      const value = Math.floor(random() * 3);
      if (kind === 0) {
        await store.set({ id, vector: [1, random()], metadata: { value } });
        naive.set(id, value);
      } else if (kind === 1) {
        await store.delete(id);
        naive.delete(id);
      } else {
        await store.update({ where: { value } }, { metadata: { value: (value + 1) % 3 } });
        for (const [one, was] of naive) if (was === value) naive.set(one, (value + 1) % 3);
      }
      for (const value of [0, 1, 2]) {
        const expected = [...naive].filter(([, one]) => one === value).map(([one]) => one);
        assert.deepEqual(await found({ value }), expected.sort());
        assert.deepEqual(await found({ value }), expected);
      }
    }
  });

  it("is told apart by types of values", async () => {
    const bytes = Uint8Array.of(1, 2);
    const values = [1, "1", new Date(1), bytes, null, true, [1], "AQI=", { a: 1 }];
    for (const [i, value] of values.entries()) {
      await store.set({ id: `${i}`, vector: [1, i], metadata: { value } });
    }
    for (let round = 0; round < 2; round++) {
      for (const [i, value] of values.entries()) {
        assert.deepEqual(await found({ value: { $eq: value } }), [`${i}`]);
      }
    }
  });

  it("is found anew where it was kept long ago, and where the question is long", async () => {
    for (let i = 0; i < 40; i++) {
      await store.set({ id: `${i}`, vector: [1, i], metadata: { i } });
    }
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 40; i++) assert.deepEqual(await found({ i }), [`${i}`]);
    }
    const long = { i: { $in: Array.from({ length: 3_000 }, (_, i) => i + 39) } };
    for (let round = 0; round < 2; round++) assert.deepEqual(await found(long), ["39"]);
    assert.equal(await examined(long), 41);
  });

  it("is judged by the clock where entries expire", async () => {
    await store.set({ id: "stays", vector: [1, 0], metadata: { a: 1 } });
    await store.set({ id: "goes", vector: [1, 1], metadata: { a: 1 }, ttlMs: 3_600_000 });
    assert.deepEqual(await found({ a: 1 }), ["goes", "stays"]);
    assert.equal(await examined({ a: 1 }), 4);
  });
});
