import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { type EmbeddedEngine, open, type Store } from "../../lib/index.js";
import { Persistence, provide } from "../../lib/ports.js";
import { LastingPersistence } from "../faults/lasting-persistence.js";
import { until } from "../support/until.js";

describe("a store that was there when the engine opened", () => {
  const total = 6_000;
  const entry = (i: number, n = 0) => ({ id: `${i}`, vector: [i, 1, 0], metadata: { n } });
  let persistence: LastingPersistence;
  let engine: EmbeddedEngine;
  let store: Store<{ n: number }>;

  before(async () => {
    persistence = new LastingPersistence();
    await using first = await reopen();
    const made = await first.createStore("s", { dimension: 3, metric: "euclidean" });
    await made.set(Array.from({ length: total }, (_, i) => entry(i)));
  });

  beforeEach(async () => {
    engine = await reopen();
    store = engine.store("s");
  });

  afterEach(() => engine.close());

  const reopen = () => open({ threads: 0, provide: [provide(Persistence, persistence)] });
  const found = async (i: number) => {
    const [match] = await store.search([i, 1, 0], { limit: 1 });
    return match;
  };

  it("takes memory for its vectors only once it is searched", async () => {
    assert.equal((await store.info()).bytes.memory, 0);
    await store.set(entry(0, 1));
    assert.equal((await store.info()).bytes.memory, 0);
    assert.equal((await found(77))?.id, "77");
    assert.ok((await store.info()).bytes.memory >= total * 12);
  });

  it("reads its vectors once for all who search meanwhile", async () => {
    const matches = await Promise.all(Array.from({ length: 20 }, (_, i) => found(i * 100)));
    assert.deepEqual(
      matches.map((match) => match?.id),
      Array.from({ length: 20 }, (_, i) => `${i * 100}`),
    );
  });

  it("follows writes that come while its vectors are read", async () => {
    for (let delay = 0; delay < 8; delay++) {
      await engine.close();
      engine = await reopen();
      store = engine.store("s");
      const searched = found(5_000);
      for (let i = 0; i < delay; i++) await turn();
      const marker = delay + 1;
      await Promise.all([
        store.set([entry(5, marker), entry(5_999, marker), entry(total + delay, marker)]),
        store.delete(`${1_000 + delay}`),
      ]);
      assert.equal((await searched)?.id, "5000");
      for (const i of [5, 5_999, total + delay]) {
        const match = await found(i);
        assert.equal(match?.id, `${i}`);
        assert.deepEqual(match?.metadata, { n: marker });
      }
      const all = await store.search([0, 0, 0], { limit: 10_000 });
      assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
      assert.equal(all.length, await store.count());
      assert.ok(!all.some(({ id }) => id === `${1_000 + delay}`));
    }
  });

  it("misses nothing that is committed but not published when the reading begins", async () => {
    persistence.unruly.holdBack();
    const written = store.set(Array.from({ length: 3_000 }, (_, i) => entry(10_000 + i, 9)));
    for (let i = 0; i < 20; i++) await turn();
    persistence.unruly.goOn();
    const searches: Promise<unknown>[] = [];
    for (let i = 0; i < 5; i++) {
      await turn();
      searches.push(found(4_000));
    }
    await Promise.all([written, ...searches]);
    const all = await store.search([0, 0, 0], { limit: 10_000 });
    assert.equal(all.length, await store.count());
    assert.equal((await found(12_345))?.id, "12345");
  });

  it("takes no entry that died between commit and publication for one that lives", async () => {
    const other = await engine.createStore("other", { dimension: 1_000 });
    const vector = new Float32Array(1_000);
    const many = Array.from({ length: 4_000 }, (_, i) => ({ id: `${i}`, vector }));
    persistence.unruly.holdBack();
    const written = [store.set(entry(7, 1)), store.delete("2000"), other.set(many)];
    const before = persistence.unruly.committed.length;
    for (let i = 0; i < 100; i++) await turn();
    persistence.unruly.goOn();
    await until(() => persistence.unruly.committed.length > before);
    await found(7);
    await Promise.all(written);
    const all = await store.search([0, 0, 0], { limit: 10_000 });
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
    assert.equal(all.length, await store.count());
    assert.ok(!all.some(({ id }) => id === "2000"));
  });

  it("gives up the wait of one caller, and reads on for the others", async () => {
    const controller = new AbortController();
    const aborted = store.search([1, 1, 0], { signal: controller.signal });
    const other = found(3_000);
    controller.abort();
    await assert.rejects(aborted, { code: "ABORTED" });
    assert.equal((await other)?.id, "3000");
  });

  it("can be dropped while its vectors are read", async () => {
    const made = await engine.createStore("gone", { dimension: 3 });
    await made.set(Array.from({ length: 2_000 }, (_, i) => entry(i)));
    await engine.close();
    engine = await reopen();
    const searching = engine.store("gone").search([1, 1, 0], { limit: 1 });
    await engine.dropStore("gone");
    const [match] = await searching;
    assert.equal(match?.id, "1");
    await assert.rejects(engine.store("gone").count(), { code: "STORE_NOT_FOUND" });
  });
});
