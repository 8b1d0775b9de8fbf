import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { Slice } from "../../lib/engine/slice.js";
import { type EmbeddedEngine, open, query, type Store } from "../../lib/index.js";

describe("slices", () => {
  it("of many that go on at once take turns, one a turn, in the order they came", async () => {
    const resumed: number[] = [];
    const all = Promise.all(
      Array.from({ length: 8 }, (_, i) => new Slice().next().then(() => resumed.push(i))),
    );
    for (let turns = 0; resumed.length < 8; turns++) {
      assert.ok(turns < 100);
      const before = resumed.length;
      await turn();
      assert.ok(resumed.length - before <= 1);
    }
    await all;
    assert.deepEqual(resumed, [0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("end for all who work in the same turn", async () => {
    await turn();
    const first = new Slice();
    while (!first.isOver);
    assert.equal(new Slice().isOver, true);
    await turn();
    assert.equal(new Slice().isOver, false);
  });

  it("are given up with the reason of their call", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const slice = new Slice({
      signal,
      get aborted() {
        return signal.aborted;
      },
    });
    const next = slice.next();
    const reason = new Error("no longer wanted");
    controller.abort(reason);
    await assert.rejects(next, reason);
  });
});

describe("the event loop has its turns", () => {
  const count = 3_000;
  const same = new Float32Array(4).fill(1);
  let engine: EmbeddedEngine;
  let store: Store;

  before(async () => {
    engine = await open({ threads: 1 });
    store = await engine.createStore("s", { dimension: 4 });
    const entries = Array.from({ length: count }, (_, i) => ({ id: `${i}`, vector: same }));
    await store.set(entries);
    await store.search(same);
  });

  after(() => engine.close());

  /** How many turns passed until the promise was settled. */
  const turnsOf = async (promise: Promise<unknown>): Promise<number> => {
    let settled = false;
    const done = promise.finally(() => {
      settled = true;
    });
    let turns = 0;
    for (; !settled; turns++) await turn();
    await done;
    return turns;
  };
  const ids = Array.from({ length: count }, (_, i) => `${i}`);
  const calls: Record<string, () => Promise<unknown>> = {
    "a pipeline of many short queries": () =>
      engine.pipeline(ids.map((id) => ({ kind: "get", store: "s", keys: [id] }))),
    "many calls that wait for each other": async () => {
      for (const id of ids) await store.get(id);
    },
    "a search in which all tie": () =>
      store.search(same, { limit: count, include: { vector: true } }),
    "many searches at once": () => store.searchMany(ids.slice(0, 50).map(() => same)),
    "a search by many examples": () => store.search({ near: ids }),
    "the deletion of many ids": () => store.delete(ids),
  };
  for (const [name, run] of Object.entries(calls)) {
    it(`during ${name}`, async () => {
      const turns = await turnsOf(run());
      assert.ok(turns > 2, `${turns} turns`);
    });
  }

  it("however many reads that find nothing follow each other", async () => {
    await engine.createStore("empty", { dimension: 4 });
    const empty = engine.store("empty");
    const { next: since } = await engine.execute({ kind: "changes", store: "empty" });
    const reads: Record<string, () => Promise<unknown>> = {
      count: () => empty.count(),
      search: () => empty.search(same),
      find: () => empty.find(),
      info: () => engine.info(),
      changes: () => engine.execute({ kind: "changes", store: "empty", since }),
    };
    for (const [name, read] of Object.entries(reads)) {
      let isOver = false;
      setImmediate(() => {
        isOver = true;
      });
      for (let i = 0; i < 20_000 && !isOver; i++) await read();
      assert.ok(isOver, name);
    }
  });

  it("before an update of many ids under a key is queued", async () => {
    const keyed = await engine.createStore("keyed", { dimension: 4 });
    await keyed.set({ id: "0", vector: same });
    const slice = new Slice();
    while (!slice.isOver);
    const update = keyed.update(ids, { metadata: { n: 1 } }, { idempotencyKey: "k" });
    const { version } = await keyed.set({ id: "short", vector: same });
    await update;
    assert.ok(((await keyed.get("0"))?.version ?? 0) > version);
  });

  it("and of very many that tie the first by id are found all the same", async () => {
    const sorted = [...ids].sort();
    const wide = await engine.createStore("wide", { dimension: 4 });
    await wide.set(ids.map((id) => ({ id, vector: same })));
    for (const limit of [1, 999, 1_000, 1_001, 2_500, count]) {
      const found = await wide.search(same, { limit });
      assert.deepEqual(
        found.map(({ id }) => id),
        sorted.slice(0, limit),
      );
    }
    const others = await wide.search({ near: ["0", "1", "10"] }, { limit: 1_500 });
    const [first, second] = [others[0], others[1_499]];
    assert.deepEqual([first?.id, second?.id], [sorted[3], sorted[1_502]]);
  });

  it("and a signal that many calls share is listened to once", async () => {
    const warnings: string[] = [];
    const warn = ({ name }: Error) => warnings.push(name);
    process.on("warning", warn);
    const { signal } = new AbortController();
    await Promise.all(ids.slice(0, 50).map((id) => store.get(id, { signal })));
    await store.load([{ id: "x", vector: same }], { signal });
    const sets = ids
      .slice(0, 50)
      .map((id) => query.set({ store: "s", entries: [{ id, vector: same }] }));
    await engine.pipeline(sets, { signal });
    await turn();
    process.off("warning", warn);
    assert.deepEqual(warnings, []);
  });
});
