import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { AhnlichError, type EmbeddedEngine, open, type Store } from "../../lib/index.js";
import { MemoryPersistence } from "../../lib/persistence/memory.js";
import { Clock, Persistence, provide } from "../../lib/ports.js";
import { UnrulyPersistence } from "../faults/unruly-persistence.js";

describe("a write with an idempotency key", () => {
  const idempotencyKey = "k";
  let inner: MemoryPersistence;
  let persistence: UnrulyPersistence;
  let engine: EmbeddedEngine;
  let store: Store;
  let now = 0;

  beforeEach(async () => {
    now = 1_000_000;
    inner = new MemoryPersistence();
    persistence = new UnrulyPersistence(inner);
    const provided = [provide(Persistence, persistence), provide(Clock, { now: () => now })];
    engine = await open({ threads: 0, provide: provided });
    store = await engine.createStore("s", { dimension: 2 });
  });

  afterEach(() => engine.close());

  const insert = (id: string, options: object = {}) =>
    store.set({ id, vector: [1, 2] }, { mode: "insert", idempotencyKey, ...options });

  function rowsKept(): number {
    const snapshot = inner.snapshot();
    const rows = [...snapshot.range("results", Uint8Array.of(0), Uint8Array.of(9))].length;
    snapshot.release();
    return rows;
  }

  it("is answered what the first was that is being committed", async () => {
    persistence.holdBack();
    const first = insert("a");
    await turns(3);
    const second = insert("a");
    await turns(3);
    persistence.goOn();
    assert.deepEqual(await second, await first);
    assert.equal(await store.count(), 1);
  });

  it("is carried out where the transaction of the first fails", async () => {
    persistence.holdBack();
    persistence.failNext(new AhnlichError("DISK_FULL", "no space"));
    const first = insert("a");
    await turns(3);
    const second = insert("a");
    await turns(3);
    persistence.goOn();
    await assert.rejects(first, { code: "DISK_FULL" });
    assert.equal((await second).inserted, 1);
  });

  it("is answered what the first came to, whose caller gave it up too late", async () => {
    persistence.holdBack();
    const controller = new AbortController();
    const first = insert("a", { signal: controller.signal });
    await turns(3);
    controller.abort();
    await assert.rejects(first, { code: "OUTCOME_UNKNOWN" });
    persistence.goOn();
    assert.equal((await insert("a")).inserted, 1);
    assert.equal((await store.get("a"))?.version, (await insert("a")).version);
  });

  it("is carried out where the first was given up in time", async () => {
    const controller = new AbortController();
    const first = insert("a", { signal: controller.signal });
    controller.abort();
    await assert.rejects(first, { code: "ABORTED" });
    assert.equal(await store.count(), 0);
    assert.equal((await insert("a")).inserted, 1);
  });

  it("leaves nothing where it is refused or has no key", async () => {
    await store.set({ id: "a", vector: [1, 2] });
    await assert.rejects(insert("a"), { code: "ENTRY_EXISTS" });
    assert.equal(rowsKept(), 0);
  });

  it("is remembered for a day, and forgotten with the writes behind it, a few at a time", async () => {
    for (let i = 0; i < 20; i++) await insert(`${i}`, { idempotencyKey: `k${i}` });
    const rowsOfScope = 1;
    assert.equal(rowsKept(), 2 * 20 + rowsOfScope);
    now += day;
    assert.equal((await insert("0", { idempotencyKey: "k0" })).inserted, 1);
    now += 1;
    await insert("later", { idempotencyKey: "later" });
    assert.equal(rowsKept(), 2 * (21 - 8) + rowsOfScope);
    await assert.rejects(insert("0", { idempotencyKey: "k0" }), { code: "ENTRY_EXISTS" });
    assert.equal((await insert("8", { idempotencyKey: "k8" })).inserted, 1);
    for (const key of ["1", "2", "3"]) {
      await store.delete(key, { idempotencyKey: `delete ${key}` });
    }
    assert.equal(rowsKept(), 2 * 4 + rowsOfScope);
  });
});

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await turn();
}

const day = 24 * 60 * 60 * 1000;
