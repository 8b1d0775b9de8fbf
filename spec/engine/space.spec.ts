import assert from "node:assert/strict";
import { type EmbeddedEngine, open, query, type Store } from "../../lib/index.js";
import { Clock, provide } from "../../lib/ports.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

describe("the space of what is gone", () => {
  const folder = new TemporaryFolder();
  const hour = 60 * 60 * 1_000;
  const text = "x".repeat(300);
  const vector = (i: number) => Array.from({ length: 64 }, (_, at) => (i * 31 + at) % 17);
  const entries = (from: number, count: number, ttlMs: number | null = null) =>
    Array.from({ length: count }, (_, i) => {
      return { id: `${from + i}`, vector: vector(from + i), metadata: { text }, ttlMs };
    });
  let now = 1_800_000_000_000;
  let engine: EmbeddedEngine;
  let store: Store;

  before(async () => {
    engine = await open(folder.path, {
      threads: 0,
      provide: [provide(Clock, { now: () => now })],
    });
    store = await engine.createStore("s", { dimension: 64 });
  });
  after(async () => {
    await engine.close();
    folder.remove();
  });

  /** Overwrites, deletes, drops, lets expire, and comes back to the same 400 entries. */
  const churn = async (round: number) => {
    await store.set(entries(0, 200));
    await store.set(entries(200, 200));
    await store.delete(entries(100, 100).map(({ id }) => id));
    await store.set(entries(100, 100));
    const other = await engine.createStore("other", { dimension: 64 });
    await other.set(entries(0, 50));
    await engine.dropStore("other");
    if (round % 8 === 0) await expire(round);
    now += hour;
  };
  /** Entries whose ids never come again, until they are swept. */
  const expire = async (round: number) => {
    const { position: since } = await store.info();
    await store.set(entries(1_000 * (round + 1), 100, 1_000));
    now += 1_000;
    await store.set(entries(0, 1));
    for (let swept = 0, from = since; swept < 100; ) {
      const ask = query.changes({ store: "s", since: from, waitMs: 5_000 });
      const { changes, next } = await engine.execute(ask);
      swept += changes.filter(({ kind }) => kind === "expire").length;
      from = next;
    }
  };

  it("is used again, on disk and in memory, however much is written", async () => {
    const sizes: { disk: number; memory: number }[] = [];
    for (let round = 0; round < 96; round++) {
      await churn(round);
      if (round % 8 === 7) await store.search(vector(0));
      const { bytes } = await engine.info();
      sizes.push(bytes);
    }
    assert.equal(await store.count(), 400);
    const most = (of: "disk" | "memory", from: number, to: number) =>
      Math.max(...sizes.slice(from, to).map((bytes) => bytes[of]));
    // The log of changes grows for a day, and nothing else may but by a few pages that the tree is cut into otherwise.
    assert.ok(most("disk", 64, 96) <= 1.05 * most("disk", 0, 64), "the file has grown");
    assert.ok(most("memory", 64, 96) <= most("memory", 0, 64), "the memory has grown");
    const { problems } = await engine.verify();
    assert.deepEqual(problems, []);
  }).timeout(120_000);
});
