import assert from "node:assert/strict";
import type { Engine } from "../../lib/handles/engine.js";
import { query } from "../../lib/model/query.js";
import { type Reach, withEngine } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function closingContract(reach: Reach): void {
  describe("closing", () => {
    it("is idempotent, and says so by `closed`", () =>
      withEngine(reach, async (engine) => {
        let settled = false;
        void engine.closed.then(() => {
          settled = true;
        });
        await engine.ping();
        assert.equal(settled, false);
        await Promise.all([engine.close(), engine.close({ timeoutMs: 1_000 })]);
        await engine.close();
        assert.equal(await engine.closed, undefined);
      }));

    it("makes every call after it CLOSED", () =>
      withEngine(reach, async (engine) => {
        const store = await engine.createStore("s", { dimension: 1 });
        const iterator = store.entries();
        await store.set([{ id: "a", vector: [1] }]);
        await engine.close();
        const calls = [
          engine.createStore("t", { dimension: 1 }),
          engine.alterStore("s", { ttlMs: null }),
          store.createIndex("n"),
          store.dropIndex("n"),
          engine.renameStore("s", "t"),
          engine.dropStore("s"),
          engine.dropNamespace("n"),
          engine.listStores(),
          engine.info(),
          engine.clients(),
          engine.ping(),
          engine.execute(query.ping({})),
          engine.pipeline([query.ping({})]),
          engine.store("s").count(),
          store.set({ id: "b", vector: [1] }),
          store.set([]),
          store.load([{ id: "b", vector: [1] }]),
          store.get("a"),
          store.get([]),
          store.delete("a"),
          store.find(),
          iterator.next(),
          store.facets("n"),
          store.search([1]),
          store.searchMany([]),
          store.info(),
        ];
        for (const call of calls) await rejects(call, "CLOSED");
      }));

    it("begun makes calls after it CLOSED", () =>
      withEngine(reach, async (engine) => {
        const closing = engine.close();
        await rejects(engine.ping(), "CLOSED");
        await closing;
      }));

    it("finishes what is in flight", () =>
      withEngine(reach, async (engine) => {
        const store = await engine.createStore("s", { dimension: 1 });
        const sets = Array.from({ length: 20 }, (_, n) => store.set({ id: `e${n}`, vector: [n] }));
        const reads = [store.count(), store.search([1]), store.find()];
        const closing = engine.close();
        const settled = await Promise.allSettled([...sets, ...reads]);
        await closing;
        assert.deepEqual([...new Set(settled.map(({ status }) => status))], ["fulfilled"]);
      }));

    it("comes at the end of an await using block", () =>
      withEngine(reach, async (engine) => {
        const use = async () => {
          await using used: Engine = engine;
          await used.createStore("s", { dimension: 1 });
        };
        await use();
        assert.equal(await engine.closed, undefined);
        await rejects(engine.ping(), "CLOSED");
      }));

    it("keeps what was acknowledged, where anything is kept", () =>
      withEngine(reach, async (engine, opened) => {
        const store = await engine.createStore("s", { dimension: 1 });
        const { version } = await store.set({ id: "a", vector: [1], metadata: { n: 1 } });
        if (opened.reopen === undefined) return;
        const again = await opened.reopen();
        const entry = await again.store("s").get("a");
        assert.deepEqual(entry, {
          id: "a",
          vector: Float32Array.of(1),
          metadata: { n: 1 },
          version,
        });
      }));
  });
}
