import assert from "node:assert/strict";
import type { Change } from "../../lib/model/answers.js";
import { duringSuite, type Reach, withEngine } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function watchContract(reach: Reach): void {
  describe("watch", () => {
    const suite = duringSuite(reach);
    const entry = (id: string, metadata = {}) => ({ id, vector: [1], metadata });

    it("gives what was changed behind a position, and what is changed from then on", async () => {
      const store = await suite.newStore({ dimension: 1 });
      const { position: since } = await store.info();
      await store.set(Array.from({ length: 250 }, (_, n) => entry(`${n}`)));
      const seen: Change[] = [];
      for await (const change of store.watch({ since })) {
        seen.push(change);
        if (seen.length === 250) await store.delete(["0", "1"]);
        if (seen.length === 252) break;
      }
      assert.deepEqual(
        seen.map(({ kind, id }) => `${kind} ${id}`),
        [...Array.from({ length: 250 }, (_, n) => `set ${n}`), "delete 0", "delete 1"],
      );
      const rest = store.watch({ since: seen[250].position });
      assert.deepEqual((await rest.next()).value, seen[251]);
      await rest.return?.();
    });

    it("begins with now where no position is given, and goes by the predicate", async () => {
      const store = await suite.newStore({ dimension: 1 });
      await store.set(entry("before", { n: 1 }));
      const where = { n: 1 };
      const watch = store.watch({ where });
      where.n = 2;
      const first = watch.next();
      let written = 0;
      const writing = setInterval(() => void store.set(entry(`${written++}`, { n: 1 })), 5);
      const { value, done } = await first.finally(() => clearInterval(writing));
      assert.equal(done, false);
      assert.equal(value?.kind, "set");
      assert.notEqual(value?.id, "before");
      await watch.return?.();
    });

    it("waits for what is not there yet", async () => {
      const store = await suite.newStore({ dimension: 1 });
      const { position: since } = await store.info();
      const watches = Array.from({ length: 20 }, () => store.watch({ since }));
      const first = watches.map((watch) => watch.next());
      await store.set([entry("a"), entry("b")]);
      for (const step of first) assert.equal((await step).value?.id, "a");
      for (const watch of watches) assert.equal((await watch.next()).value?.id, "b");
      for (const watch of watches) await watch.return?.();
    });

    it("throws what the call was given up with", async () => {
      const store = await suite.newStore({ dimension: 1 });
      const controller = new AbortController();
      const { position: since } = await store.info();
      const waiting = store.watch({ since, signal: controller.signal }).next();
      controller.abort();
      await rejects(waiting, "ABORTED");
      await rejects(store.watch({ signal: controller.signal }).next(), "ABORTED");
    });

    it("throws STORE_NOT_FOUND when the store is dropped or was never there", async () => {
      const store = await suite.newStore({ dimension: 1 });
      const { position: since } = await store.info();
      const waiting = store.watch({ since }).next();
      await suite.engine.dropStore(store.name);
      await rejects(waiting, "STORE_NOT_FOUND");
      await rejects(store.watch().next(), "STORE_NOT_FOUND");
    });

    it("throws CLOSED when the engine is closed, which does not wait for it", () =>
      withEngine(reach, async (engine) => {
        const store = await engine.createStore("s", { dimension: 1 });
        const { position: since } = await store.info();
        const waiting = rejects(store.watch({ since }).next(), "CLOSED");
        await engine.close({ timeoutMs: 60_000 });
        await waiting;
        await rejects(store.watch().next(), "CLOSED");
      }));
  });
}
