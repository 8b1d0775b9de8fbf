import assert from "node:assert/strict";
import { ChangeWaiters } from "../../lib/engine/change-waiters.js";
import { placeBehind, positionOf } from "../../lib/engine/position.js";
import type { Engine } from "../../lib/handles/engine.js";
import { open } from "../../lib/index.js";
import { type Kinds, query } from "../../lib/model/query.js";
import { Clock, Persistence, provide, Random } from "../../lib/ports.js";
import { LastingPersistence } from "../faults/lasting-persistence.js";
import { rejects } from "../support/rejects.js";
import { until } from "../support/until.js";

describe("the log of changes", () => {
  const day = 24 * 60 * 60 * 1_000;
  const history = new Uint8Array(16).fill(7);
  let now: number;
  let persistence: LastingPersistence;

  beforeEach(() => {
    now = 1_700_000_000_000;
    persistence = new LastingPersistence();
  });

  const reopen = () =>
    open({
      threads: 0,
      provide: [
        provide(Persistence, persistence),
        provide(Clock, { now: () => now }),
        provide(Random, { bytes: () => history }),
      ],
    });
  const ask = (engine: Engine, asked: Omit<Kinds["changes"]["ask"], "store">) =>
    engine.execute(query.changes({ store: "s", ...asked }));
  const idsSince = async (engine: Engine, since: string) =>
    (await ask(engine, { since })).changes.map(({ id }) => id);

  it("is lost as far as it is trimmed, and no further, also after the next open", async () => {
    const first = await reopen();
    const store = await first.createStore("s", { dimension: 1 });
    const { position: start } = await store.info();
    await store.set({ id: "a", vector: [1] });
    const { position: old } = await store.info();
    await store.set({ id: "b", vector: [1] });
    const { position: kept } = await store.info();
    now += day + 61_000;
    await store.set({ id: "c", vector: [1] });
    const check = async (engine: Engine) => {
      for (const since of [start, old]) await rejects(ask(engine, { since }), "HISTORY_LOST");
      assert.deepEqual(await idsSince(engine, kept), ["c"]);
      await engine.close();
    };
    await check(first);
    await check(await reopen());
  });

  it("knows from where it is complete when all of it is trimmed", async () => {
    const first = await reopen();
    const store = await first.createStore("s", { dimension: 1 });
    const { position: start } = await store.info();
    await store.set({ id: "a", vector: [1] });
    const { position: behind } = await store.info();
    const half = (await ask(first, { since: start })).changes[0].position;
    now += day + 61_000;
    await store.set({ id: "b", vector: [1] });
    const { position: last } = await store.info();
    now += day + 61_000;
    await store.delete("never");
    await first.createStore("other", { dimension: 1 });
    await first.close();
    await using again = await reopen();
    await rejects(ask(again, { since: start }), "HISTORY_LOST");
    for (const since of [half, behind]) assert.deepEqual(await idsSince(again, since), ["b"]);
    assert.deepEqual(await idsSince(again, last), []);
  });

  it("refuses a position in the future, and one that was changed", async () => {
    await using engine = await reopen();
    await engine.createStore("s", { dimension: 1 });
    const origin = { format: 1, createdAt: 0, history };
    const { position } = await engine.info();
    assert.equal(position, positionOf(origin, placeBehind(0, 1)));
    assert.deepEqual(await idsSince(engine, position), []);
    const future = positionOf(origin, placeBehind(0, 2));
    await rejects(ask(engine, { since: future }), "INVALID_ARGUMENT");
    const foreign = positionOf({ ...origin, history: new Uint8Array(16) }, placeBehind(0, 1));
    await rejects(ask(engine, { since: foreign }), "HISTORY_LOST");
    for (let at = 0; at < position.length; at++) {
      const other = position[at] === "A" ? "B" : "A";
      const changed = position.slice(0, at) + other + position.slice(at + 1);
      await rejects(ask(engine, { since: changed }), "INVALID_ARGUMENT");
    }
    await rejects(ask(engine, { since: `${position}=` }), "INVALID_ARGUMENT");
  });

  it("is waited for without a snapshot, however many wait", async () => {
    await using engine = await reopen();
    const store = await engine.createStore("s", { dimension: 1 });
    const { next: since } = await ask(engine, {});
    const asked = Array.from({ length: 100 }, () => ask(engine, { since, waitMs: 60_000 }));
    let open = 0;
    const snapshot = persistence.snapshot.bind(persistence);
    persistence.snapshot = () => {
      const taken = snapshot();
      const release = taken.release.bind(taken);
      open++;
      taken.release = () => {
        open--;
        release();
      };
      return taken;
    };
    const other = await engine.createStore("other", { dimension: 1 });
    for (let n = 0; n < 20; n++) await other.set({ id: `${n}`, vector: [1] });
    assert.equal(open, 1);
    await store.set({ id: "a", vector: [1] });
    for (const { changes } of await Promise.all(asked)) assert.equal(changes.length, 1);
    assert.equal(open, 1);
  });
});

describe("those who wait for changes", () => {
  const store = {
    ...{ name: "s", incarnation: 1, dimension: 1, metric: "cosine", created: 1, named: 1 },
    counters: {
      ...{ entries: 0, nextOrdinal: 1, position: 1 },
      ...{ changes: 0, changesFrom: 1, changesSince: 0 },
    },
  } as never;
  const call = { signal: undefined, aborted: false };

  it("are looked for only where something was changed, however many there are", async () => {
    const waiters = new ChangeWaiters();
    const names = Array.from({ length: 100 }, (_, n) => `s${n}`);
    const waiting = names.map((name) => {
      return waiters.wait({ ...(store as object), name } as never, 60_000, call);
    });
    const asked: string[] = [];
    const find = (name: string): undefined => {
      asked.push(name);
    };
    waiters.published({ find }, ["s7", "nobody waits", "s9"]);
    assert.deepEqual(asked, ["s7", "s9"]);
    await Promise.all([waiting[7], waiting[9]]);
    assert.equal(waiters.size, 98);
    waiters.close();
    await Promise.all(waiting);
  });

  it("are bounded in number, and leave nothing behind", async () => {
    const waiters = new ChangeWaiters();
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = Array.from({ length: 9_999 }, () => waiters.wait(store, 60_000, call));
    const given = waiters.wait(store, 60_000, { signal, aborted: false });
    await rejects(waiters.wait(store, 60_000, call), "BUSY");
    const failed = assert.rejects(given, /gone/);
    controller.abort(new Error("gone"));
    await failed;
    assert.equal(waiters.size, 9_999);
    await waiters.wait(store, 1, call);
    waiters.close();
    await Promise.all(waiting);
    assert.equal(waiters.size, 0);
    await waiters.wait(store, 60_000, call);
    await until(() => waiters.size === 0);
  });
});
