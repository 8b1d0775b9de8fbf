import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { AhnlichError, open } from "../../lib/index.js";
import { MemoryPersistence } from "../../lib/persistence/memory.js";
import type { Snapshot } from "../../lib/persistence/persistence.js";
import { Persistence, provide } from "../../lib/ports.js";
import { LastingPersistence } from "../faults/lasting-persistence.js";
import { UnrulyPersistence } from "../faults/unruly-persistence.js";
import { rejects } from "../support/rejects.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

describe("a commit that cannot be published", () => {
  it("waits for readers to go where too many states are held, and is then seen", async () => {
    const persistence = new Snapshotless();
    await using engine = await open({ threads: 0, provide: [provide(Persistence, persistence)] });
    const store = await engine.createStore("s", { dimension: 1 });
    persistence.failing = [busy(), busy(), busy()];
    const { version } = await store.set({ id: "a", vector: [1] });
    assert.equal((await store.get("a"))?.version, version);
    assert.equal(persistence.failing.length, 0);
  });

  it("stops the writes, so that none is built on what is not seen, and loses nothing", async () => {
    const persistence = new Snapshotless();
    const options = { threads: 0, provide: [provide(Persistence, persistence)] };
    const engine = await open(options);
    const store = await engine.createStore("s", { dimension: 1 });
    await store.set({ id: "before", vector: [1] });
    persistence.failing = [new AhnlichError("IO_ERROR", "the disk is gone")];
    await rejects(store.set({ id: "a", vector: [1] }), "OUTCOME_UNKNOWN");
    await rejects(store.set({ id: "b", vector: [2] }), "READ_ONLY");
    assert.equal(await store.count(), 1);
    await engine.close();
    await using again = await open(options);
    const { entries } = await again.store("s").find();
    assert.deepEqual(
      entries.map(({ id }) => id),
      ["a", "before"],
    );
    assert.equal(await again.store("s").count(), 2);
    assert.equal((await again.store("s").set({ id: "c", vector: [1] })).inserted, 1);
  });
});

describe("an engine that is closed with no time left", () => {
  const entries = Array.from({ length: 2_000 }, (_, i) => ({
    id: `${i}`,
    vector: [i, 1],
    metadata: { n: i },
  }));

  it("answers what is under way with CLOSED, in memory", () => closeUnderLoad());

  it("answers what is under way with CLOSED, on disk", async () => {
    using folder = new TemporaryFolder();
    await closeUnderLoad(folder.path);
  });

  async function closeUnderLoad(path?: string): Promise<void> {
    for (let delay = 0; delay < 6; delay++) {
      const engine = await open({ path, threads: delay % 2 });
      const store = await engine.createStore("s", { dimension: 2, ifNotExists: true });
      await store.set(entries);
      const under = [
        store.count({ where: { n: { $gte: 0 } } }),
        store.find({ where: { n: -1 } }),
        store.search([1, 1], { where: { n: { $gte: 10 } }, limit: 2_000 }),
        store.searchMany(entries.slice(0, 100).map(({ vector }) => vector)),
        store.set(entries),
        store.delete({ where: { n: { $gte: 5 } } }),
        engine.pipeline([
          { kind: "set", store: "s", entries },
          { kind: "count", store: "s" },
          { kind: "createStore", store: "t", dimension: 1 },
        ]),
      ];
      for (let i = 0; i < delay; i++) await turn();
      const settled = Promise.allSettled(under);
      await engine.close({ timeoutMs: 0 });
      for (const outcome of await settled) {
        if (outcome.status === "rejected") assert.equal(outcome.reason.code, "CLOSED");
      }
    }
  }

  it("acknowledges a write that is on disk, and refuses one that is not", async () => {
    const persistence = new LastingPersistence();
    const options = { threads: 0, provide: [provide(Persistence, persistence)] };
    const engine = await open(options);
    const store = await engine.createStore("s", { dimension: 2 });
    persistence.unruly.holdBack();
    const committing = store.set(entries[1]);
    for (let i = 0; i < 3; i++) await turn();
    const waiting = store.set(entries[2]);
    for (let i = 0; i < 3; i++) await turn();
    const settled = Promise.allSettled([committing, waiting]);
    await engine.close({ timeoutMs: 0 });
    persistence.unruly.goOn();
    const outcomes = await settled;
    await using again = await open(options);
    for (const [i, { status }] of outcomes.entries()) {
      const isThere = (await again.store("s").get(`${i + 1}`)) !== undefined;
      assert.equal(isThere, status === "fulfilled", `${i}: ${status}`);
    }
  });

  it("gives the folder back though a listener could not be closed", async () => {
    const persistence = new UnrulyPersistence(new MemoryPersistence());
    const engine = await open({ threads: 0, provide: [provide(Persistence, persistence)] });
    const failure = new AhnlichError("IO_ERROR", "the port does not let go");
    engine.attach({ clients: () => [], close: () => Promise.reject(failure) });
    await rejects(engine.close(), "IO_ERROR");
    assert.equal(await engine.closed, failure);
    assert.throws(() => persistence.snapshot(), { code: "CLOSED" });
  });
});

/** Fails to take snapshots with the errors that it is given, and outlives its engines. */
class Snapshotless extends LastingPersistence {
  failing: Error[] = [];

  override snapshot(): Snapshot {
    const error = this.failing.shift();
    if (error !== undefined) throw error;
    return super.snapshot();
  }
}

function busy(): AhnlichError {
  return new AhnlichError("BUSY", "too many states are held");
}
