import assert from "node:assert/strict";
import { query } from "../../lib/model/query.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function renamingContract(reach: Reach): void {
  describe("a store that is renamed", () => {
    const suite = duringSuite(reach);
    const options = { dimension: 2 };
    const entries = ["a", "b", "c"].map((id, i) => ({ id, vector: [1, i], metadata: { i } }));

    /** A store with entries, and a name that it may be given. */
    const filled = async () => {
      const store = await suite.newStore(options);
      await store.set(entries);
      return { from: store, to: suite.engine.store(suite.newName()) };
    };

    it("has all it had under its new name, and nothing under the old one", async () => {
      const { from, to } = await filled();
      const before = await from.find();
      await from.search([1, 0]);
      assert.equal(await suite.engine.renameStore(from.name, to.name), undefined);
      assert.deepEqual(await to.find(), before);
      assert.equal((await to.search([1, 0], { limit: 1 }))[0]?.id, "a");
      assert.equal((await to.info()).name, to.name);
      await rejects(from.count(), "STORE_NOT_FOUND");
      await rejects(from.set(entries), "STORE_NOT_FOUND");
      await to.set({ id: "d", vector: [1, 9] });
      assert.equal(await to.count(), 4);
      await suite.engine.createStore(from.name, { dimension: 3 });
      assert.equal(await from.count(), 0);
      assert.equal(await to.count(), 4);
    });

    it("goes on behind its cursors and positions", async () => {
      const { from, to } = await filled();
      const { position } = await from.info();
      const { cursor } = await from.find({ limit: 2 });
      await suite.engine.renameStore(from.name, to.name);
      const rest = await to.find({ limit: 2, cursor });
      assert.deepEqual(
        rest.entries.map(({ id }) => id),
        ["c"],
      );
      await to.delete("b");
      const ask = query.changes({ store: to.name, since: position });
      const { changes } = await suite.engine.execute(ask);
      assert.deepEqual(
        changes.map(({ kind, id }) => [kind, id]),
        [["delete", "b"]],
      );
    });

    it("ends what is watched by its old name, and what was of the name it has now", async () => {
      const { from } = await filled();
      const other = await suite.newStore(options);
      const ends = [
        [from, "STORE_NOT_FOUND"],
        [other, "HISTORY_LOST"],
      ] as const;
      const watched = await Promise.all(
        ends.map(async ([store, code]) => {
          const { position: since } = await store.info();
          return { step: store.watch({ since }).next(), code };
        }),
      );
      const ended = watched.map(({ step, code }) => rejects(step, code));
      await suite.engine.renameStore(from.name, other.name, { replace: true });
      await Promise.all(ended);
    });

    it("is not followed from a position of the engine at which its name meant another", async () => {
      const { from } = await filled();
      const other = await suite.newStore(options);
      const { position: since } = await suite.engine.info();
      const ask = query.changes({ store: other.name, since });
      assert.deepEqual((await suite.engine.execute(ask)).changes, []);
      await suite.engine.renameStore(from.name, other.name, { replace: true });
      await rejects(suite.engine.execute(ask), "HISTORY_LOST");
      const { position: now } = await suite.engine.info();
      await other.delete("a");
      const { changes } = await suite.engine.execute({ ...ask, since: now });
      assert.deepEqual(
        changes.map(({ kind, id }) => [kind, id]),
        [["delete", "a"]],
      );
    });

    it("takes no name that another has, unless it may replace that one", async () => {
      const { from } = await filled();
      const other = await suite.newStore({ dimension: 3 });
      await other.set({ id: "other", vector: [1, 2, 3] });
      await rejects(suite.engine.renameStore(from.name, other.name), "STORE_EXISTS");
      assert.equal(await from.count(), 3);
      await suite.engine.renameStore(from.name, other.name, { replace: true });
      assert.equal((await other.info()).dimension, 2);
      assert.equal(await other.count(), 3);
      assert.equal(await other.get("other"), undefined);
      await rejects(from.count(), "STORE_NOT_FOUND");
    });

    it("is there under one of two names at every moment of a swap", async () => {
      const { from, to } = await filled();
      const counted: Promise<unknown>[] = [];
      const swapped: Promise<unknown>[] = [];
      for (let round = 0; round < 5; round++) {
        const next = await suite.newStore(options);
        await next.set(entries);
        swapped.push(suite.engine.renameStore(next.name, from.name, { replace: true }));
        for (let i = 0; i < 5; i++) counted.push(from.count());
      }
      assert.deepEqual(await Promise.all(counted), Array(25).fill(3));
      await Promise.all(swapped);
      await rejects(to.count(), "STORE_NOT_FOUND");
    });

    it("within a pipeline keeps what is written around it", async () => {
      const { from, to } = await filled();
      const set = (store: string, id: string) =>
        query.set({ store, entries: [{ id, vector: [1, 1] }] });
      const outcomes = await suite.engine.pipeline([
        set(from.name, "x"),
        query.renameStore({ store: from.name, to: to.name }),
        set(from.name, "y"),
        query.createStore({ store: from.name, dimension: 2 }),
        set(from.name, "y"),
        set(to.name, "z"),
      ]);
      assert.deepEqual(
        outcomes.map(({ ok }) => ok),
        [true, true, false, true, true, true],
      );
      assert.equal(await from.count(), 1);
      assert.equal(await to.count(), 5);
    });

    it("stays where it is given its own name, and has to be there", async () => {
      const { from, to } = await filled();
      await suite.engine.renameStore(from.name, from.name);
      assert.equal(await from.count(), 3);
      await rejects(suite.engine.renameStore(to.name, to.name), "STORE_NOT_FOUND");
      await rejects(suite.engine.renameStore(to.name, from.name), "STORE_NOT_FOUND");
      const replace = { replace: true };
      await rejects(suite.engine.renameStore(to.name, from.name, replace), "STORE_NOT_FOUND");
      assert.equal(await from.count(), 3);
    });

    it("stays in its namespace", async () => {
      const { from, to } = await filled();
      await rejects(suite.engine.renameStore(from.name, `n/${to.name}`), "INVALID_ARGUMENT");
      const inside = suite.engine.store(`${to.name}/a`);
      await suite.engine.createStore(inside.name, options);
      for (const name of ["a", `${to.name}.more/a`, `${to.name}/`, "", 5 as never]) {
        await rejects(suite.engine.renameStore(inside.name, name), "INVALID_ARGUMENT");
      }
      await suite.engine.renameStore(inside.name, `${to.name}/b`);
      assert.equal(await suite.engine.store(`${to.name}/b`).count(), 0);
    });
  });
}
