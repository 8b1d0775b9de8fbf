import assert from "node:assert/strict";
import { open } from "../../lib/index.js";
import { Clock, Persistence, provide, WriteBatch } from "../../lib/ports.js";
import { changeKey } from "../../lib/rows/keys.js";
import { readState } from "../../lib/rows/meta-rows.js";
import { LastingPersistence } from "../faults/lasting-persistence.js";

describe("a clock that jumps", () => {
  const day = 24 * 60 * 60 * 1_000;
  let now: number;
  let persistence: LastingPersistence;

  beforeEach(() => {
    now = 1_700_000_000_000;
    persistence = new LastingPersistence();
  });

  const reopen = () => {
    const clock = provide(Clock, { now: () => now });
    return open({ threads: 0, provide: [provide(Persistence, persistence), clock] });
  };
  const reading = <T>(read: (snapshot: ReturnType<Persistence["snapshot"]>) => T): T => {
    const snapshot = persistence.snapshot();
    try {
      return read(snapshot);
    } finally {
      snapshot.release();
    }
  };
  const time = () => reading((snapshot) => readState(snapshot)?.time);
  const changes = () =>
    reading((snapshot) => {
      const all = snapshot.range("changes", changeKey(0, 0, 0), changeKey(9, 0, 0));
      return [...all].length;
    });

  it("never takes the time of writes back, also after the next open", async () => {
    const start = now;
    const first = await reopen();
    const store = await first.createStore("s", { dimension: 1 });
    for (const next of [start + 5, start - day, Number.NaN, -1, 2 ** 60, start + 5.9]) {
      now = next;
      await store.set({ id: "a", vector: [1] });
      assert.equal(time(), start + 5);
    }
    await first.close();
    now = start - 10 * day;
    await using again = await reopen();
    const { version } = await again.store("s").set({ id: "a", vector: [1] });
    assert.equal(version, 8);
    assert.equal(time(), start + 5);
  });

  it("lets the log of changes grow old, and shrink by and by", async () => {
    await using engine = await reopen();
    const store = await engine.createStore("s", { dimension: 1 });
    const set = () => store.set({ id: "a", vector: [1] });
    for (let i = 0; i < 300; i++) await set();
    assert.equal(changes(), 300);
    now += day + 61_000;
    const counts: number[] = [];
    for (let i = 0; i < 4; i++) {
      await set();
      counts.push(changes());
    }
    assert.deepEqual(counts, [173, 46, 3, 4]);
    now -= 10 * day;
    await set();
    assert.equal(changes(), 5);
    now += 30 * day;
    await Promise.all([set(), set(), store.delete("a")]);
    assert.equal(changes(), 3);
    assert.equal(await store.count(), 0);
  });

  it("takes away old changes that cannot be read, instead of refusing writes for them", async () => {
    const first = await reopen();
    const store = await first.createStore("s", { dimension: 1 });
    const { version } = await store.set({ id: "a", vector: [1] });
    await first.close();
    const batch = new WriteBatch();
    batch.put("changes", changeKey(1, version, 0), new Uint8Array(20));
    await persistence.commit(batch);
    now += day + 61_000;
    await using again = await reopen();
    await again.store("s").set({ id: "b", vector: [1] });
    assert.equal(changes(), 1);
    assert.equal(await again.store("s").count(), 2);
  });
});
