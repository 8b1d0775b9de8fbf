import assert from "node:assert/strict";
import { AhnlichError, open } from "../../lib/index.js";
import { type TableName, tableNames } from "../../lib/persistence/table.js";
import { Clock, Persistence, provide, VectorIndexes } from "../../lib/ports.js";
import { changeKinds } from "../../lib/rows/change-rows.js";
import { afterStoreKey, storeKey } from "../../lib/rows/keys.js";
import { LastingPersistence } from "../faults/lasting-persistence.js";
import { NaiveIndexes } from "../support/naive-indexes.js";
import { until } from "../support/until.js";

describe("entries that have expired", () => {
  let now: number;
  let persistence: LastingPersistence;
  beforeEach(() => {
    now = 1_800_000_000_000;
    persistence = new LastingPersistence();
  });

  const openOn = (...more: Parameters<typeof provide>[]) =>
    open({
      threads: 0,
      provide: [
        provide(Persistence, persistence),
        provide(Clock, { now: () => now }),
        ...more.map((each) => provide(...each)),
      ],
    });
  const rowsOf = (table: TableName): Uint8Array[] => {
    const snapshot = persistence.snapshot();
    const rows = [...snapshot.range(table, storeKey(0), afterStoreKey(1_000))];
    snapshot.release();
    return rows.map(({ value }) => Uint8Array.from(value));
  };
  const brief = (count: number, ttlMs: number | null) =>
    Array.from({ length: count }, (_, i) => ({ id: `${ttlMs} ${i}`, vector: [i, 1], ttlMs }));
  /** Any write lets the sweeper look at the clock. */
  const nudge = async (engine: Awaited<ReturnType<typeof openOn>>) => {
    await engine.createStore("nudge", { dimension: 1 });
    await engine.dropStore("nudge");
  };

  it("are swept with all their rows, in steps of at most 256, and logged as expired", async () => {
    await using engine = await openOn();
    const store = await engine.createStore("s", { dimension: 2 });
    await store.set([...brief(600, 10), ...brief(5, null), ...brief(5, 10_000)]);
    assert.equal(rowsOf("expiries").length, 605);
    now += 10;
    await nudge(engine);
    await until(() => rowsOf("expiries").length === 5, "the sweep");
    for (const table of ["entries", "vectors", "ids"] as const) {
      assert.equal(rowsOf(table).length, 10);
    }
    const [header, countAt, kindAt, withDeath] = [5, 6, 8, 4];
    const changes = rowsOf("changes").map((row) => {
      return [
        Buffer.from(row).readUInt16BE(header + countAt),
        changeKinds[(row[header + kindAt] ?? 9) - withDeath],
      ];
    });
    assert.deepEqual(changes.slice(-3), [
      [256, "expire"],
      [256, "expire"],
      [88, "expire"],
    ]);
    assert.equal(await store.count(), 10);
  });

  it("are swept in a store that was renamed meanwhile", async () => {
    await using engine = await openOn();
    const store = await engine.createStore("s", { dimension: 2 });
    await store.set(brief(3, 10));
    await engine.renameStore("s", "t");
    now += 10;
    await nudge(engine);
    await until(() => rowsOf("entries").length === 0, "the sweep");
  });

  it("are swept after the next open", async () => {
    const first = await openOn();
    const store = await first.createStore("s", { dimension: 2 });
    await store.set(brief(3, 10));
    await first.close();
    now += 10;
    await using _ = await openOn();
    await until(() => rowsOf("entries").length === 0, "the sweep");
    assert.equal(rowsOf("expiries").length, 0);
  });

  it("are swept when their time has come by itself, while nobody asks", async () => {
    const started = performance.now();
    await using engine = await open({
      threads: 0,
      provide: [
        provide(Persistence, persistence),
        provide(Clock, { now: () => now + (performance.now() - started) }),
      ],
    });
    const store = await engine.createStore("s", { dimension: 2 });
    await store.set([...brief(3, 150), ...brief(1, null)]);
    assert.equal(rowsOf("expiries").length, 3);
    await until(() => rowsOf("entries").length === 1, "the sweep");
  });

  it("are swept after a failure that passes", async () => {
    await using engine = await openOn();
    const store = await engine.createStore("s", { dimension: 2 });
    await store.set(brief(3, 10));
    now += 10;
    await nudge(engine);
    persistence.unruly.failNext(new AhnlichError("DISK_FULL", "no space"));
    await until(() => rowsOf("entries").length === 0, "the sweep");
  });

  it("are left alone where they were written anew meanwhile", async () => {
    await using engine = await openOn();
    const store = await engine.createStore("s", { dimension: 2 });
    await store.set(brief(100, 10));
    now += 10;
    const again = brief(100, 10).map((entry) => ({ ...entry, ttlMs: null }));
    await Promise.all([nudge(engine), store.set(again)]);
    await nudge(engine);
    assert.equal(rowsOf("expiries").length, 0);
    assert.equal(await store.count(), 100);
  });

  it("of a store that was dropped are erased with it", async () => {
    await using engine = await openOn();
    const store = await engine.createStore("s", { dimension: 2 });
    await store.set(brief(300, 10));
    now += 10;
    await engine.dropStore("s");
    await until(
      () => tableNames.slice(2).every((name) => rowsOf(name).length === 0),
      "the erasure",
    );
    await nudge(engine);
    assert.deepEqual(await engine.listStores(), []);
  });

  it("cost no search of an engine without expiry anything, and others one selection", async () => {
    const indexes = new NaiveIndexes();
    await using engine = await openOn([VectorIndexes, indexes]);
    const store = await engine.createStore("s", { dimension: 2 });
    await store.set(brief(10, null));
    await store.search([1, 1]);
    assert.equal(indexes.selections, 0);
    await store.set(brief(10, 10));
    await store.search([1, 1]);
    assert.equal(indexes.selections, 1);
  });
});
