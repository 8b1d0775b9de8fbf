import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { AhnlichError, type EmbeddedEngine, open, type Store } from "../../lib/index.js";
import { MemoryPersistence } from "../../lib/persistence/memory.js";
import { Persistence, provide } from "../../lib/ports.js";
import { UnrulyPersistence } from "../faults/unruly-persistence.js";

describe("the writer", () => {
  let persistence: UnrulyPersistence;
  let engine: EmbeddedEngine;
  let store: Store;

  beforeEach(async () => {
    persistence = new UnrulyPersistence(new MemoryPersistence());
    engine = await open({ threads: 0, provide: [provide(Persistence, persistence)] });
    store = await engine.createStore("s", { dimension: 2, metric: "euclidean" });
    persistence.committed.length = 0;
  });

  afterEach(() => engine.close());

  const diskFull = () => new AhnlichError("DISK_FULL", "no space");
  const put = (id: string, n = 0) => store.set({ id, vector: [n, 1], metadata: { n } });

  it("carries out what is sent in one turn in one transaction", async () => {
    await Promise.all(Array.from({ length: 50 }, (_, i) => put(`${i}`)));
    assert.equal(persistence.committed.length, 1);
    assert.equal(await store.count(), 50);
  });

  it("gathers what arrives while a transaction is under way into the next", async () => {
    persistence.holdBack();
    const first = put("a");
    await turns(3);
    const rest = Array.from({ length: 20 }, (_, i) => put(`b${i}`));
    await turns(3);
    persistence.goOn();
    await Promise.all([first, ...rest]);
    assert.equal(persistence.committed.length, 2);
  });

  it("shows transactions one by one, however soon the next is committed", async () => {
    const many = (from: number) =>
      store.set(Array.from({ length: 2_000 }, (_, i) => ({ id: `${from + i}`, vector: [i, 1] })));
    persistence.holdBack();
    const first = many(0);
    await turns(50);
    const second = many(2_000);
    await turns(50);
    const seen: number[] = [];
    const counted = store.count().then((count) => seen.push(count));
    persistence.goOn();
    await Promise.all([first.then(() => seen.push(1)), second.then(() => seen.push(2)), counted]);
    assert.deepEqual(seen, [0, 1, 2]);
    assert.equal(persistence.committed.length, 2);
    assert.equal(await store.count(), 4_000);
    assert.equal((await store.search([1_999, 1], { limit: 4_000 })).length, 4_000);
  });

  it("ends a transaction that has grown to some megabytes", async () => {
    const wide = await engine.createStore("wide", { dimension: 4_096 });
    persistence.committed.length = 0;
    persistence.holdBack();
    const sets = [put("a")];
    await turns(3);
    for (let i = 0; i < 500; i++) {
      sets.push(wide.set({ id: `${i}`, vector: new Float32Array(4_096) }));
    }
    await turns(50);
    persistence.goOn();
    await Promise.all(sets);
    assert.equal(persistence.committed.length, 3);
  });

  it("shows nothing of a write before it is durable", async () => {
    persistence.holdBack();
    const written = put("a");
    await turns(5);
    assert.equal(await store.count(), 0);
    assert.equal(await store.get("a"), undefined);
    assert.deepEqual(await store.search([0, 1]), []);
    assert.deepEqual((await store.find()).entries, []);
    persistence.goOn();
    await written;
    assert.equal(await store.count(), 1);
  });

  it("rejects every write of a transaction that fails, and shows none of them", async () => {
    persistence.failNext(diskFull());
    const outcomes = await Promise.allSettled([put("a"), put("b")]);
    for (const outcome of outcomes) {
      assert.equal(outcome.status, "rejected");
      assert.equal(outcome.reason.code, "DISK_FULL");
    }
    assert.equal(await store.count(), 0);
    await put("a");
    assert.equal(await store.count(), 1);
  });

  it("decides again what was drafted on a transaction that failed", async () => {
    persistence.holdBack();
    persistence.failNext(diskFull());
    const first = put("a", 1);
    await turns(3);
    const inserted = store.set({ id: "a", vector: [2, 1] }, { mode: "insert" });
    const replaced = store.set({ id: "a", vector: [3, 1] }, { mode: "replace" });
    const conflicting = store.set({ id: "b", vector: [3, 1], ifVersion: 7 });
    await turns(3);
    persistence.goOn();
    await assert.rejects(first, { code: "DISK_FULL" });
    assert.equal((await inserted).inserted, 1);
    assert.equal((await replaced).updated, 1);
    await assert.rejects(conflicting, { code: "VERSION_CONFLICT", details: details("b", 7, 0) });
    assert.deepEqual((await store.get("a"))?.vector, new Float32Array([3, 1]));
  });

  it("lets a write see what is still being committed before it", async () => {
    persistence.holdBack();
    const first = put("a");
    await turns(3);
    const second = store.set({ id: "a", vector: [2, 1] }, { mode: "insert" });
    const gone = store.delete("a");
    const third = store.set({ id: "a", vector: [4, 1] }, { mode: "insert" });
    await turns(3);
    persistence.goOn();
    const { version } = await first;
    assert.ok(version > 0);
    await assert.rejects(second, { code: "ENTRY_EXISTS" });
    assert.equal(await gone, 1);
    assert.equal((await third).inserted, 1);
    assert.deepEqual((await store.get("a"))?.vector, new Float32Array([4, 1]));
  });

  it("takes back a write that is given up while it waits, and says when it may have been applied", async () => {
    persistence.holdBack();
    const controller = new AbortController();
    const { signal } = controller;
    const taken = store.set({ id: "a", vector: [1, 1] }, { signal });
    await turns(3);
    const group = Promise.all(Array.from({ length: 3_000 }, (_, i) => put(`of the group ${i}`)));
    const all = store.delete({ all: true }, { signal });
    const waiting = store.set({ id: "b", vector: [1, 1] }, { signal });
    await turns(3);
    controller.abort();
    await assert.rejects(taken, { code: "OUTCOME_UNKNOWN" });
    await assert.rejects(all, { code: "ABORTED", name: "AbortError" });
    await assert.rejects(waiting, { code: "ABORTED" });
    persistence.goOn();
    await group;
    await put("c");
    assert.equal(await store.count(), 3_002);
    const there = await store.get(["a", "b", "c"]);
    assert.deepEqual(
      there.map((entry) => entry?.id),
      ["a", undefined, "c"],
    );
  });

  it("gives up a write whose deadline passes", async () => {
    persistence.holdBack();
    const late = store.set({ id: "a", vector: [1, 1] }, { timeoutMs: 5 });
    await assert.rejects(late, { code: "OUTCOME_UNKNOWN" });
    persistence.goOn();
  });

  it("deletes by predicate what the writes before it have left, and nothing of those after", async () => {
    persistence.holdBack();
    const before = [put("a", 1), put("b", 2)];
    await turns(3);
    const more = put("c", 1);
    const deleted = store.delete({ where: { n: 1 } });
    const after = put("d", 1);
    await turns(3);
    persistence.goOn();
    await Promise.all([...before, more, after]);
    assert.equal(await deleted, 2);
    const { entries } = await store.find();
    assert.deepEqual(
      entries.map(({ id }) => id),
      ["b", "d"],
    );
  });

  it("refuses more waiting writes than limits.queuedWrites", async () => {
    const slow = new UnrulyPersistence(new MemoryPersistence());
    const options = { threads: 0, limits: { queuedWrites: 3 } };
    await using small = await open({ ...options, provide: [provide(Persistence, slow)] });
    const few = await small.createStore("s", { dimension: 1 });
    const writes = Array.from({ length: 4 }, (_, i) => few.set({ id: `${i}`, vector: [i] }));
    const outcomes = await Promise.allSettled(writes);
    const codes = outcomes.map((outcome) => (outcome as { reason?: AhnlichError }).reason?.code);
    assert.deepEqual(codes, [undefined, undefined, undefined, "BUSY"]);
    assert.equal(await few.count(), 3);
  });

  it("gives versions that rise and never repeat, also after failures", async () => {
    const first = await put("a");
    persistence.failNext(diskFull());
    await assert.rejects(put("a"), { code: "DISK_FULL" });
    await store.delete("a");
    const second = await put("a");
    assert.ok(second.version > first.version + 1);
  });

  it("refuses what still waits when the engine is closed, and finishes what is under way", async () => {
    persistence.holdBack();
    const under = put("a");
    await turns(3);
    const closing = engine.close({ timeoutMs: 50 });
    await assert.rejects(put("b"), { code: "CLOSED" });
    persistence.goOn();
    await closing;
    assert.equal((await under).inserted, 1);
  });
});

describe("a dropped store", () => {
  it("is gone at once, and its rows are erased in small steps", async () => {
    const persistence = new UnrulyPersistence(new MemoryPersistence());
    await using engine = await open({ threads: 0, provide: [provide(Persistence, persistence)] });
    const before = persistence.bytes;
    const store = await engine.createStore("s", { dimension: 2 });
    const entries = Array.from({ length: 900 }, (_, i) => ({ id: `${i}`, vector: [i, 1] }));
    await store.set(entries);
    persistence.committed.length = 0;
    assert.equal(await engine.dropStore("s"), true);
    await assert.rejects(store.count(), { code: "STORE_NOT_FOUND" });
    for (let i = 0; i < 1000 && persistence.committed.length < 7; i++) await turn();
    await turns(20);
    assert.equal(persistence.bytes, before);
    assert.ok(persistence.committed.every((operations) => operations <= 502));
  });

  it("may be made anew, empty, while its old rows are still there", async () => {
    await using engine = await open({ threads: 0 });
    const old = await engine.createStore("s", { dimension: 2 });
    await old.set(Array.from({ length: 2_000 }, (_, i) => ({ id: `${i}`, vector: [i, 1] })));
    await engine.dropStore("s");
    const anew = await engine.createStore("s", { dimension: 3 });
    assert.equal(await anew.count(), 0);
    await anew.set({ id: "1", vector: [1, 2, 3] });
    assert.deepEqual(await anew.get("2"), undefined);
    assert.equal((await anew.search([1, 2, 3])).length, 1);
  });
});

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await turn();
}

function details(id: string, expected: number, got: number): object {
  return { id, expected, got };
}
