import assert from "node:assert/strict";
import { type EmbeddedEngine, open, type Store, type Where } from "../../lib/index.js";

const indexes = ["tenth", "number", "tags", "text"];
const textOf = (number: number) => `${number}`.padStart(4, "0").repeat(30);

describe("explain, of a store with indexes", () => {
  let engine: EmbeddedEngine;
  let store: Store;
  before(async () => {
    engine = await open({ threads: 0 });
    store = await engine.createStore("s", { dimension: 1, indexes });
    await store.load(
      Array.from({ length: 2_000 }, (_, number) => ({
        id: `e${number}`,
        vector: [number],
        metadata: {
          number,
          tenth: number % 10,
          tags: [`t${number % 20}`],
          rest: number % 3,
          text: textOf(number),
        },
      })),
    );
  });
  after(() => engine.close());
  const told = async (kind: "count" | "find", where: Where, more = {}) => {
    const asked = { kind, store: "s", where, ...more } as const;
    const { plan, indexes, examined, matched } = await engine.explain(asked);
    return [plan, indexes.join(), examined, matched];
  };

  it("tells that a count has read postings only", async () => {
    assert.deepEqual(await told("count", { tenth: 3 }), ["index", "tenth", 1, 200]);
    assert.deepEqual(await told("count", { tenth: { $ne: 3 } }), ["index", "tenth", 1, 1_800]);
    assert.deepEqual(await told("count", { tenth: { $in: [1, 2] } }), ["index", "tenth", 1, 400]);
    assert.deepEqual(await told("count", { tags: { $contains: "t5" } }), ["index", "tags", 1, 100]);
    const both = { tenth: 3, tags: { $contains: "t3" } };
    assert.deepEqual(await told("count", both), ["index", "tags,tenth", 2, 100]);
    assert.deepEqual(await told("count", { tenth: { $exists: true } }), [
      "index",
      "tenth",
      1,
      2_000,
    ]);
  });

  it("tells that what no index knows is seen in the entries that are left", async () => {
    assert.deepEqual(await told("count", { tenth: 3, rest: 0 }), ["index", "tenth", 1 + 200, 67]);
    assert.deepEqual(await told("count", { rest: 0 }), ["scan", "", 2_000, 667]);
    assert.deepEqual(await told("count", { $or: [{ tenth: 3 }, { rest: 0 }] }), [
      ...["scan", "", 2_000, 800],
    ]);
  });

  it("tells that an index was passed over that knows little", async () => {
    const where = { number: 7, text: { $gte: "" } };
    const [plan, indexes, examined] = await told("count", where);
    assert.deepEqual([plan, indexes], ["index", "number"]);
    assert.ok(Number(examined) < 10);
    assert.equal(await store.count({ where }), 1);
    const [, all] = await told("count", { text: { $gte: "" } });
    assert.equal(all, "text");
  });

  it("tells that few matches of a page are read and sorted, and many met on the way", async () => {
    assert.deepEqual(await told("find", { number: { $lt: 50 } }), ["index", "number", 50 + 1, 50]);
    const many = await told("find", { tenth: { $gt: 1 } }, { limit: 10 });
    assert.deepEqual(many.slice(0, 2), ["index", "tenth"]);
    assert.ok(Number(many[2]) < 50);
  });

  it("tells which indexes a search has asked", async () => {
    const where = { tenth: 3 };
    const asked = { kind: "search", store: "s", target: [3], where, limit: 5 } as const;
    const { plan, indexes, matched } = await engine.explain(asked);
    assert.deepEqual([plan, indexes, matched], ["exact", ["tenth"], 5]);
    const not = { ...asked, where: { tenth: { $ne: 3 } } };
    assert.deepEqual((await engine.explain(not)).indexes, ["tenth"]);
  });

  it("pages through what matches, few or many", async () => {
    for (const where of [{ number: { $lt: 50 } }, { tenth: { $gt: 1 } }]) {
      const ids: string[] = [];
      for await (const { id } of store.entries({ where })) ids.push(id);
      assert.equal(ids.length, await store.count({ where }));
      assert.deepEqual(ids, [...new Set(ids)].sort());
    }
  });
});
