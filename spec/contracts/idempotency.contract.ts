import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import { query } from "../../lib/model/query.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function idempotencyContract(reach: Reach): void {
  describe("an idempotency key", () => {
    const suite = duringSuite(reach);
    let keys = 0;
    let store: Store;
    let idempotencyKey: string;
    beforeEach(async () => {
      store = await suite.newStore({ dimension: 2 });
      idempotencyKey = `key ${++keys}`;
    });

    it("lets a repeated set answer what the first did, and write nothing", async () => {
      const entry = { id: "a", vector: [1, 2], metadata: { n: 1, when: new Date(5) } };
      const first = await store.set(entry, { idempotencyKey, mode: "insert" });
      await store.set({ id: "a", vector: [3, 4] });
      const { position } = await store.info();
      const again = await store.set(entry, { idempotencyKey, mode: "insert" });
      assert.deepEqual(again, first);
      assert.deepEqual((await store.get("a"))?.vector, Float32Array.of(3, 4));
      assert.equal((await store.info()).position, position);
    });

    it("answers two writes that are under way at once alike, and carries one out", async () => {
      const entry = { id: "a", vector: [1, 2] };
      const both = [1, 2].map(() => store.set(entry, { idempotencyKey, mode: "insert" }));
      const [first, second] = await Promise.all(both);
      assert.deepEqual(first, second);
      assert.equal(first.inserted, 1);
    });

    it("works for large sets and for those that change nothing", async () => {
      const entries = Array.from({ length: 300 }, (_, n) => ({ id: `${n}`, vector: [n, 1] }));
      const first = await store.set(entries, { idempotencyKey });
      assert.deepEqual(await store.set(entries, { idempotencyKey }), first);
      const none = { idempotencyKey: `${idempotencyKey} none` };
      assert.equal(await store.delete("absent", none), 0);
      await store.set({ id: "absent", vector: [1, 1] });
      assert.equal(await store.delete("absent", none), 0);
      assert.equal(await store.count(), 301);
    });

    it("works for deletes by id and by predicate", async () => {
      for (const [at, target] of (["a", { where: { n: 1 } }] as const).entries()) {
        const options = { idempotencyKey: `${idempotencyKey} ${at}` };
        await store.set({ id: "a", vector: [1, 2], metadata: { n: 1 } });
        assert.equal(await store.delete(target, options), 1);
        await store.set({ id: "a", vector: [1, 2], metadata: { n: 1 } });
        assert.equal(await store.delete(target, options), 1);
        assert.equal(await store.count(), 1);
      }
    });

    it("tells a transaction of nothing from other writes", async () => {
      await store.set({ id: "a", vector: [1, 2] }, { idempotencyKey });
      await rejects(suite.engine.transaction([], { idempotencyKey }), "INVALID_ARGUMENT");
      const other = { idempotencyKey: `${idempotencyKey} other` };
      assert.deepEqual(await suite.engine.transaction([], other), []);
      await rejects(store.set({ id: "b", vector: [1, 2] }, other), "INVALID_ARGUMENT");
    });

    it("works for updates and for transactions, each of which has one answer", async () => {
      const { name } = store;
      await store.set({ id: "a", vector: [1, 2], metadata: { n: 1 } });
      const update = () => store.update("a", { metadata: { n: 2 } }, { idempotencyKey });
      assert.equal(await update(), 1);
      const options = { idempotencyKey: `${idempotencyKey} transaction` };
      const transact = (id: string) =>
        suite.engine.transaction(
          [
            query.set({ store: name, mode: "insert", entries: [{ id, vector: [1, 2] }] }),
            query.delete({ store: name, target: "a" }),
          ],
          options,
        );
      const answers = await transact("b");
      assert.deepEqual(await transact("b"), answers);
      assert.equal(await update(), 1);
      await rejects(transact("c"), "INVALID_ARGUMENT");
      const { entries } = await store.find();
      assert.deepEqual(
        entries.map(({ id }) => id),
        ["b"],
      );
    });

    it("works for stores that are made and dropped", async () => {
      const { engine } = suite;
      const name = `${idempotencyKey.replace(" ", "-")}/store`;
      const making = query.createStore({ store: name, dimension: 3 });
      const dropping = query.dropStore({ store: name });
      const clearing = query.dropNamespace({ namespace: name.split("/")[0] });
      for (const [at, write] of [making, dropping, making, clearing].entries()) {
        const options = { idempotencyKey: `${idempotencyKey} ${at}` };
        const first = await engine.execute(write, options);
        assert.deepEqual(await engine.execute(write, options), first);
        assert.ok(first === true || first === 1);
      }
      await engine.execute(making);
      const renaming = query.renameStore({ store: name, to: `${name}.to` });
      for (const write of [query.alterStore({ store: name, ttlMs: 5 }), renaming]) {
        const options = { idempotencyKey: `${idempotencyKey} ${write.kind}` };
        assert.equal(await engine.execute(write, options), null);
        assert.equal(await engine.execute(write, options), null);
      }
    });

    it("works for stores that are altered and renamed", async () => {
      const { engine } = suite;
      const { name } = store;
      const renaming = query.renameStore({ store: name, to: `${name}.new` });
      const altering = query.alterStore({ store: `${name}.new`, ttlMs: 60_000 });
      for (const [at, write] of [renaming, altering].entries()) {
        const options = { idempotencyKey: `${idempotencyKey} ${at}` };
        assert.equal(await engine.execute(write, options), null);
        assert.equal(await engine.execute(write, options), null);
        await rejects(
          engine.execute(query.dropStore({ store: name }), options),
          "INVALID_ARGUMENT",
        );
      }
      assert.equal((await engine.store(`${name}.new`).info()).ttlMs, 60_000);
    });

    it("belongs to one write: another is refused, and changes nothing", async () => {
      await store.set({ id: "a", vector: [1, 2], metadata: { n: 1 } }, { idempotencyKey });
      const other = await suite.newStore({ dimension: 2 });
      const others = [
        () => store.set({ id: "a", vector: [1, 3], metadata: { n: 1 } }, { idempotencyKey }),
        () => store.set({ id: "a", vector: [1, 2], metadata: { n: 2 } }, { idempotencyKey }),
        () => store.set({ id: "b", vector: [1, 2], metadata: { n: 1 } }, { idempotencyKey }),
        () => store.set([], { idempotencyKey }),
        () => other.set({ id: "a", vector: [1, 2], metadata: { n: 1 } }, { idempotencyKey }),
        () => store.delete("a", { idempotencyKey }),
      ];
      for (const write of others) await rejects(write(), "INVALID_ARGUMENT");
      assert.deepEqual((await store.get("a"))?.metadata, { n: 1 });
      assert.equal(await other.count(), 0);
    });

    it("is free again after a write that was refused", async () => {
      const entry = { id: "a", vector: [1, 2] };
      await store.set(entry);
      const insert = () => store.set(entry, { idempotencyKey, mode: "insert" });
      await rejects(insert(), "ENTRY_EXISTS");
      await store.delete("a");
      const { version } = await insert();
      assert.equal((await insert()).version, version);
    });

    it("of a pipeline makes each of its writes repeatable", async () => {
      const insert = (id: string) =>
        query.set({ store: store.name, mode: "insert", entries: [{ id, vector: [1, 2] }] });
      const queries = [
        insert("a"),
        query.count({ store: store.name }),
        query.delete({ store: store.name, target: "a" }),
        insert("a"),
        insert("a"),
      ] as const;
      const first = await suite.engine.pipeline(queries, { idempotencyKey });
      const again = await suite.engine.pipeline(queries, { idempotencyKey });
      const oks = (outcomes: readonly { ok: boolean }[]) => outcomes.map(({ ok }) => ok);
      assert.deepEqual(oks(first), [true, true, true, true, false]);
      assert.deepEqual(oks(again), oks(first));
      for (const at of [0, 2, 3]) assert.deepEqual(again[at], first[at]);
      const [other] = await suite.engine.pipeline([insert("b")], { idempotencyKey });
      assert.ok(!other.ok && "code" in other.error && other.error.code === "INVALID_ARGUMENT");
    });

    it("of a load makes each of its batches repeatable", async () => {
      const entries = Array.from({ length: 25 }, (_, n) => ({ id: `${n}`, vector: [n, 1] }));
      const options = { batch: 10, idempotencyKey };
      const stopped = store.load(halfOf(entries, 15), options);
      await assert.rejects(stopped, /the source broke/);
      const { version: before } = (await store.get("3")) ?? { version: 0 };
      const loaded = await store.load(entries, options);
      assert.deepEqual([loaded.inserted, loaded.updated], [25, 0]);
      assert.equal((await store.get("3"))?.version, before);
      assert.deepEqual(await store.load(entries, options), loaded);
    });

    it("is passed over by reads", async () => {
      await store.set({ id: "a", vector: [1, 2] });
      assert.equal(await store.count({ idempotencyKey }), 1);
      await store.delete("a", { idempotencyKey });
      assert.equal(await store.count({ idempotencyKey }), 0);
    });

    it("is a text of 1 to 256 bytes of well-formed UTF-8", async () => {
      const longest = "ä".repeat(128);
      assert.equal(await store.delete("a", { idempotencyKey: longest }), 0);
      for (const bad of ["", `${longest}a`, "\ud800", 5, null, {}]) {
        const options = { idempotencyKey: bad as string };
        await rejects(store.set({ id: "a", vector: [1, 2] }, options), "INVALID_ARGUMENT");
        await rejects(store.count(options), "INVALID_ARGUMENT");
      }
      assert.equal(await store.count(), 0);
    });
  });
}

async function* halfOf<T>(entries: readonly T[], count: number): AsyncGenerator<T> {
  yield* entries.slice(0, count);
  throw new Error("the source broke");
}
