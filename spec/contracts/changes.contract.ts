import assert from "node:assert/strict";
import type { Engine } from "../../lib/handles/engine.js";
import type { Change, Changes } from "../../lib/model/answers.js";
import { type Kinds, query } from "../../lib/model/query.js";
import { duringSuite, type Reach, withEngine } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function changesContract(reach: Reach): void {
  describe("changes", () => {
    const suite = duringSuite(reach);
    const ask = (asked: Kinds["changes"]["ask"], engine: Engine = suite.engine) =>
      engine.execute(query.changes(asked)) as Promise<Changes>;
    const entry = (id: string, metadata = {}) => ({ id, vector: [1], metadata });

    it("begin where the store is now, and tell what comes behind it, in order", async () => {
      const handle = await suite.newStore({ dimension: 1 });
      const store = handle.name;
      await handle.set(entry("before"));
      const start = await ask({ store });
      assert.deepEqual(start.changes, []);
      const one = await handle.set([entry("b"), entry("a")]);
      const two = await handle.set(entry("c"));
      await handle.delete(["a", "never"]);
      const { changes, next } = await ask({ store, since: start.next });
      assert.deepEqual(changes.map(told), [
        `set b ${one.version}`,
        `set c ${two.version}`,
        `delete a ${two.version + 1}`,
      ]);
      assert.deepEqual(await ask({ store, since: next }), { changes: [], next });
      await handle.set(entry("a"));
      assert.deepEqual((await ask({ store, since: next })).changes.map(plain), ["set a"]);
    });

    it("tell of entries as they are now: a set that is gone not at all, its end whatever came after", async () => {
      const handle = await suite.newStore({ dimension: 1 });
      const store = handle.name;
      const { next: since } = await ask({ store });
      await handle.set(entry("a", { n: 1 }));
      await handle.set(entry("gone", { n: 1 }));
      await handle.delete("gone");
      await handle.set(entry("back", { n: 1 }));
      await handle.delete("back");
      const { version } = await handle.set([entry("a", { n: 2 }), entry("back", { n: 2 })]);
      const { changes } = await ask({ store, since });
      assert.deepEqual(changes.map(plain), [
        ...["set a", "delete gone", "set back", "delete back", "set a", "set back"],
      ]);
      const sets = changes.filter(({ kind }) => kind === "set");
      assert.deepEqual([...new Set(sets.map((change) => change.version))], [version]);
    });

    it("tell of an entry that does not match that it leaves, and of every end", async () => {
      const handle = await suite.newStore({ dimension: 1 });
      const store = handle.name;
      const { next: since } = await ask({ store });
      await handle.set([entry("in", { n: 1 }), entry("out", { n: 2 }), entry("moves", { n: 1 })]);
      const { version } = await handle.set(entry("moves", { n: 2 }));
      await handle.delete("out");
      const { changes } = await ask({ store, since, where: { n: 1 } });
      assert.deepEqual(changes.map(plain), [
        ...["set in", "leave moves", "leave moves", "delete out"],
      ]);
      assert.equal(changes[1].version, version);
    });

    it("can be cut anywhere, and go on behind any of them", async () => {
      const handle = await suite.newStore({ dimension: 1 });
      const store = handle.name;
      const { next: since } = await ask({ store });
      await handle.set(Array.from({ length: 600 }, (_, n) => entry(`${n}`)));
      await handle.delete({ all: true });
      await handle.set([entry("a"), entry("b"), entry("c")]);
      const whole = (await ask({ store, since, limit: 5_000 })).changes;
      assert.equal(whole.length, 603);
      const cut: Change[] = [];
      for (let position = since; ; ) {
        const { changes, next } = await ask({ store, since: position, limit: 100 });
        if (changes.length === 0) break;
        assert.ok(changes.length <= 100);
        cut.push(...changes);
        position = next;
      }
      assert.deepEqual(cut, whole);
      assert.equal((await ask({ store, since })).changes.length, 100);
      for (const place of [0, 255, 256, 599, 600, 601]) {
        const { changes } = await ask({ store, since: whole[place].position, limit: 2 });
        assert.deepEqual(changes, whole.slice(place + 1, place + 3));
      }
    });

    it("begin at the positions that the engine and the store tell", async () => {
      const handle = await suite.newStore({ dimension: 1 });
      const store = handle.name;
      const created = (await handle.info()).position;
      const first = (await suite.engine.info()).position;
      await handle.set(entry("a"));
      const second = (await handle.info()).position;
      await suite.newStore({ dimension: 1 });
      const third = (await suite.engine.info()).position;
      await handle.set(entry("b"));
      const since = async (position: string) =>
        (await ask({ store, since: position })).changes.map(plain);
      assert.deepEqual(await since(created), ["set a", "set b"]);
      assert.deepEqual(await since(first), ["set a", "set b"]);
      assert.deepEqual(await since(second), ["set b"]);
      assert.deepEqual(await since(third), ["set b"]);
    });

    it("are at most as many as an answer may hold", async () => {
      const { name: store } = await suite.newStore({ dimension: 1 });
      const bound = (await suite.engine.info()).limits.limit;
      await ask({ store, limit: bound });
      await rejects(ask({ store, limit: bound + 1 }), "LIMIT_EXCEEDED");
    });

    it("are lost for a store that was dropped, and for one that has its name now", async () => {
      const name = suite.newName();
      await suite.engine.createStore(name, { dimension: 1 });
      const { next: since } = await ask({ store: name });
      const { position } = await suite.engine.info();
      const other = await suite.newStore({ dimension: 1 });
      await rejects(ask({ store: other.name, since }), "HISTORY_LOST");
      await suite.engine.dropStore(name);
      await rejects(ask({ store: name, since }), "STORE_NOT_FOUND");
      await suite.engine.createStore(name, { dimension: 1 });
      for (const lost of [since, position]) {
        const error = await rejects(ask({ store: name, since: lost }), "HISTORY_LOST");
        assert.equal(error.retryable, false);
      }
    });

    it("of another engine are lost, and those of this one outlive it where anything is kept", () =>
      withEngine(reach, async (engine, opened) => {
        const { name: store } = await engine.createStore("s", { dimension: 1 });
        await suite.engine.createStore("s", { dimension: 1, ifNotExists: true });
        const foreign = await ask({ store: "s" });
        await rejects(ask({ store, since: foreign.next }, engine), "HISTORY_LOST");
        await engine.store(store).set([entry("a"), entry("b")]);
        const { position } = await engine.store(store).info();
        await engine.store(store).set([entry("c"), entry("d")]);
        const before = await ask({ store, since: position, limit: 1 }, engine);
        const again = (await opened.reopen?.()) ?? engine;
        const after = await ask({ store, since: before.next }, again);
        assert.deepEqual([...before.changes, ...after.changes].map(plain), ["set c", "set d"]);
      }));

    it("wait until something comes, and not for what comes to other stores", async () => {
      const handle = await suite.newStore({ dimension: 1 });
      const store = handle.name;
      const other = await suite.newStore({ dimension: 1 });
      const { next: since } = await ask({ store });
      const asked = Array.from({ length: 5 }, () => ask({ store, since, waitMs: 60_000 }));
      await other.set(entry("other"));
      await handle.set([entry("a"), entry("b")]);
      for (const { changes } of await Promise.all(asked)) {
        assert.deepEqual(changes.map(plain), ["set a", "set b"]);
      }
      const there = await ask({ store, since, waitMs: 60_000 });
      assert.equal(there.changes.length, 2);
    });

    it("wait no longer than they are asked to, and without a position not at all", async () => {
      const handle = await suite.newStore({ dimension: 1 });
      const store = handle.name;
      const { changes, next } = await ask({ store, waitMs: 60_000 });
      assert.deepEqual(changes, []);
      assert.deepEqual((await ask({ store, since: next, waitMs: 20 })).changes, []);
      const waiting = ask({ store, since: next, waitMs: 60_000 });
      await handle.delete("never");
      await handle.set(entry("a"));
      assert.equal((await waiting).changes.length, 1);
    });

    it("that wait go on when only what does not count has come", async () => {
      const handle = await suite.newStore({ dimension: 1 });
      const store = handle.name;
      const { next: since } = await ask({ store });
      const waiting = ask({ store, since, waitMs: 60_000, where: { n: 1 } });
      await handle.set(entry("a", { n: 2 }));
      assert.deepEqual((await waiting).changes.map(plain), ["leave a"]);
    });

    it("stop waiting when the call is given up, or its store dropped", async () => {
      const { name: store } = await suite.newStore({ dimension: 1 });
      const { next: since } = await ask({ store });
      const controller = new AbortController();
      const waiting = query.changes({ store, since, waitMs: 60_000 });
      const aborted = suite.engine.execute(waiting, { signal: controller.signal });
      const timed = suite.engine.execute(waiting, { timeoutMs: 30 });
      const dropped = suite.engine.execute(waiting);
      const checks = [rejects(aborted, "ABORTED"), rejects(dropped, "STORE_NOT_FOUND")];
      await rejects(timed, "TIMEOUT");
      controller.abort();
      await checks[0];
      await suite.engine.dropStore(store);
      await checks[1];
    });

    it("do not wait in a pipeline, where they would hold up those behind them", async () => {
      const handle = await suite.newStore({ dimension: 1 });
      const store = handle.name;
      const { next: since } = await ask({ store });
      await handle.set(entry("a"));
      const [told, refused] = await suite.engine.pipeline([
        query.changes({ store, since }),
        query.changes({ store, since, waitMs: 1 }),
      ]);
      assert.ok(told.ok && told.response.changes.length === 1);
      assert.ok(!refused.ok);
      await rejects(Promise.reject(refused.error), "INVALID_ARGUMENT");
    });

    it("that wait hold up neither the others nor the end", () =>
      withEngine(reach, async (engine) => {
        const { name: store } = await engine.createStore("s", { dimension: 1 });
        const { next: since } = await ask({ store }, engine);
        const waiting = query.changes({ store, since, waitMs: 60_000 });
        const asked = Array.from({ length: 400 }, () => engine.execute(waiting));
        const settled = Promise.allSettled(asked);
        await engine.ping();
        assert.equal(await engine.store(store).count(), 0);
        await engine.close({ timeoutMs: 60_000 });
        for (const outcome of await settled) {
          if (outcome.status === "fulfilled") assert.deepEqual(outcome.value.changes, []);
          else await rejects(Promise.reject(outcome.reason), "CLOSED");
        }
      }));
  });
}

function plain({ kind, id }: Change): string {
  return `${kind} ${id}`;
}

function told({ kind, id, version }: Change): string {
  return `${kind} ${id} ${version}`;
}
