import assert from "node:assert/strict";
import { AhnlichError, open } from "../../lib/index.js";
import { tableNames } from "../../lib/persistence/table.js";
import { Persistence, provide } from "../../lib/ports.js";
import { afterStoreKey, storeKey } from "../../lib/rows/keys.js";
import { LastingPersistence } from "../faults/lasting-persistence.js";
import { until } from "../support/until.js";

describe("the rows of dropped stores", () => {
  const openOn = (persistence: LastingPersistence, limits = {}) =>
    open({ threads: 0, limits, provide: [provide(Persistence, persistence)] });
  const diskFull = () => new AhnlichError("DISK_FULL", "no space");
  const entries = Array.from({ length: 700 }, (_, i) => ({ id: `${i}`, vector: [i, 1] }));

  /** Rows of any store. */
  const rowsIn = (persistence: LastingPersistence): number => {
    const snapshot = persistence.snapshot();
    let rows = 0;
    for (const table of tableNames) {
      if (table === "meta" || table === "stores") continue;
      for (const _ of snapshot.range(table, storeKey(0), afterStoreKey(1_000))) rows++;
    }
    snapshot.release();
    return rows;
  };

  it("are erased after a failure that passes", async () => {
    const persistence = new LastingPersistence();
    await using engine = await openOn(persistence);
    const store = await engine.createStore("s", { dimension: 2 });
    await store.set(entries);
    await engine.dropStore("s");
    persistence.unruly.failNext(diskFull());
    await until(() => rowsIn(persistence) === 0, "the erasure");
  });

  it("are erased after the next open where the engine was closed before", async () => {
    const persistence = new LastingPersistence();
    const first = await openOn(persistence);
    await first.createStore("n/kept", { dimension: 2 });
    for (const name of ["n/a", "n/b"]) {
      await (await first.createStore(name, { dimension: 2 })).set(entries);
    }
    await first.dropStore("n/a");
    await first.dropStore("n/b");
    await first.close({ timeoutMs: 0 });
    assert.ok(rowsIn(persistence) > 1);
    await using again = await openOn(persistence);
    await until(() => rowsIn(persistence) === 1, "the erasure");
    assert.equal(await again.store("n/kept").count(), 0);
  });

  it("of more stores than writes may wait hold up nobody's writes", async () => {
    const persistence = new LastingPersistence();
    await using engine = await openOn(persistence, { queuedWrites: 10 });
    const kept = await engine.createStore("kept", { dimension: 2 });
    for (let i = 0; i < 150; i++) await engine.createStore(`n/${i}`, { dimension: 2 });
    await engine.dropNamespace("n");
    const before = persistence.unruly.committed.length;
    const writes = entries.slice(0, 9).map((entry) => kept.set(entry));
    await Promise.all(writes);
    await until(() => rowsIn(persistence) === 3 * 9 + 9 + 1, "the erasure");
    assert.ok(persistence.unruly.committed.length - before < 10);
  });
});
