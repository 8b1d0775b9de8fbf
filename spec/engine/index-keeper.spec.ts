import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import { Persistence, provide } from "../../lib/ports.js";
import { LastingPersistence } from "../faults/lasting-persistence.js";
import { rejects } from "../support/rejects.js";

describe("an index of many entries", () => {
  let persistence: LastingPersistence;
  let engine: EmbeddedEngine;
  const reopen = async () => {
    engine = await open({ threads: 0, provide: [provide(Persistence, persistence)] });
    return engine.store("s");
  };
  const progress = async () => (await engine.store("s").info()).indexes[0]?.progress;

  beforeEach(async () => {
    persistence = new LastingPersistence();
    await reopen();
    const store = await engine.createStore("s", { dimension: 1 });
    await store.load(
      Array.from({ length: 5_000 }, (_, n) => ({ vector: [n], metadata: { tenth: n % 10 } })),
    );
  });
  afterEach(() => engine.close());

  it("is built in steps, and cannot be dropped meanwhile", async () => {
    const store = engine.store("s");
    const created = store.createIndex("tenth");
    await rejects(store.dropIndex("tenth"), "BUSY");
    const seen = new Set([await progress()]);
    const again = store.createIndex("tenth");
    await store.set({ id: "new", vector: [1], metadata: { tenth: 3 } });
    assert.equal(await store.count({ where: { tenth: 3 } }), 501);
    seen.add(await progress());
    assert.deepEqual([await created, await again], [true, false]);
    assert.ok([...seen].some((part) => part !== undefined && part < 1));
    assert.equal(await progress(), 1);
    assert.equal(await store.count({ where: { tenth: 3 } }), 501);
    assert.deepEqual((await engine.verify()).problems, []);
  });

  it("follows what is written while it is built", async () => {
    const store = engine.store("s");
    const created = store.createIndex("tenth");
    const writes: Promise<unknown>[] = [];
    for (let n = 0; n < 40; n++) {
      writes.push(store.set({ vector: [n * 100], metadata: { tenth: 77 } }));
      writes.push(store.update({ where: { tenth: n % 10 } }, { metadata: { other: n } }));
      await setTimeout(1);
    }
    await Promise.all([created, ...writes]);
    assert.equal(await store.count({ where: { tenth: 77 } }), 40);
    assert.equal(await store.count({ where: { tenth: { $lt: 10 } } }), 4_960);
    assert.deepEqual((await engine.verify()).problems, []);
  });

  it("goes on being built when nobody waits for it any more", async () => {
    const store = engine.store("s");
    const controller = new AbortController();
    const created = store.createIndex("tenth", { signal: controller.signal });
    await rejects(store.dropIndex("tenth"), "BUSY");
    controller.abort();
    await rejects(created, "OUTCOME_UNKNOWN");
    assert.equal(await store.createIndex("tenth"), false);
    assert.equal(await progress(), 1);
  });

  it("is built to its end after a restart", async () => {
    const created = engine.store("s").createIndex("tenth");
    await rejects(engine.store("s").dropIndex("tenth"), "BUSY");
    await Promise.allSettled([created, engine.close({ timeoutMs: 0 })]);
    const store = await reopen();
    assert.equal(await store.createIndex("tenth"), false);
    const asked = { kind: "count", store: "s", where: { tenth: 3 } } as const;
    const { plan, matched } = await engine.explain(asked);
    assert.deepEqual([plan, matched], ["index", 500]);
    assert.deepEqual((await engine.verify()).problems, []);
  });

  it("tells those who wait that its store is gone", async () => {
    const created = engine.store("s").createIndex("tenth");
    const dropped = engine.dropStore("s");
    await rejects(created, "STORE_NOT_FOUND");
    assert.equal(await dropped, true);
  });

  it("leaves no row when it is dropped", async () => {
    const store = engine.store("s");
    await store.createIndex("tenth");
    await store.dropIndex("tenth");
    for (let times = 0; times < 1_000 && rowsOf(persistence) > 0; times++) await setTimeout(2);
    assert.equal(rowsOf(persistence), 0);
    assert.deepEqual((await engine.verify()).problems, []);
  });
});

function rowsOf(persistence: LastingPersistence): number {
  const snapshot = persistence.snapshot();
  const rows = [...snapshot.range("postings", new Uint8Array(1), new Uint8Array(8).fill(0xff))];
  snapshot.release();
  return rows.length;
}
