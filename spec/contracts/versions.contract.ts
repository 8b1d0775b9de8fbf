import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function versionsContract(reach: Reach): void {
  describe("versions", () => {
    const suite = duringSuite(reach);
    const vector = [1, 2];
    let store: Store;
    beforeEach(async () => {
      store = await suite.newStore({ dimension: 2 });
    });

    it("rise with every write and never repeat, over deletes, drops and stores", async () => {
      const versions: number[] = [];
      const other = await suite.newStore({ dimension: 2 });
      for (let round = 0; round < 3; round++) {
        for (const target of [store, other]) {
          versions.push((await target.set({ id: "a", vector })).version);
        }
        await store.delete("a");
        versions.push((await store.set({ id: "a", vector })).version);
        await suite.engine.dropStore(store.name);
        await suite.engine.createStore(store.name, { dimension: 2 });
      }
      assert.ok(versions.every((version) => Number.isSafeInteger(version) && version > 0));
      assert.deepEqual(
        versions,
        [...new Set(versions)].sort((a, b) => a - b),
      );
    });

    it("are one for all entries of a call, and stay until the entry is written again", async () => {
      const first = await store.set(["a", "b", "c"].map((id) => ({ id, vector })));
      const second = await store.set({ id: "b", vector });
      await store.delete("c");
      const entries = await store.get(["a", "b"]);
      assert.deepEqual(
        entries.map((entry) => entry?.version),
        [first.version, second.version],
      );
      assert.ok(second.version > first.version);
    });

    it("are told apart when sets are not awaited", async () => {
      const sets = Array.from({ length: 30 }, (_, number) =>
        store.set({ id: `e${number % 3}`, vector, metadata: { number } }),
      );
      const responses = await Promise.all(sets);
      assert.equal(new Set(responses.map(({ version }) => version)).size, 30);
      for (const { version, metadata } of (await store.find()).entries) {
        assert.equal(version, responses[metadata.number as number].version);
      }
    });

    it("let a write through where ifVersion is the entry's version", async () => {
      const { version } = await store.set({ id: "a", vector });
      const next = await store.set({ id: "a", vector: [3, 4], ifVersion: version });
      assert.ok(next.version > version);
      assert.deepEqual((await store.get("a"))?.vector, Float32Array.of(3, 4));
    });

    it("refuse a write where ifVersion is another", async () => {
      const first = await store.set({ id: "a", vector });
      const { version } = await store.set({ id: "a", vector });
      for (const ifVersion of [0, first.version, version + 1, Number.MAX_SAFE_INTEGER]) {
        const write = store.set({ id: "a", vector: [3, 4], ifVersion });
        await rejects(write, "VERSION_CONFLICT");
      }
      assert.deepEqual((await store.get("a"))?.vector, Float32Array.of(1, 2));
      assert.equal((await store.get("a"))?.version, version);
    });

    it("let ifVersion 0 mean that the entry must not be there", async () => {
      const { version } = await store.set({ id: "a", vector, ifVersion: 0 });
      await rejects(store.set({ id: "a", vector, ifVersion: 0 }), "VERSION_CONFLICT");
      await store.delete("a");
      await rejects(store.set({ id: "a", vector, ifVersion: version }), "VERSION_CONFLICT");
      assert.equal((await store.set({ id: "a", vector, ifVersion: 0 })).inserted, 1);
    });

    it("guard a whole call by one entry's ifVersion", async () => {
      const { version } = await store.set([
        { id: "a", vector },
        { id: "b", vector },
      ]);
      const entries = [
        { id: "a", vector: [3, 4], ifVersion: version },
        { id: "b", vector: [3, 4], ifVersion: version + 1 },
        { id: "c", vector: [3, 4] },
      ];
      await rejects(store.set(entries), "VERSION_CONFLICT");
      assert.equal(await store.count(), 2);
      assert.deepEqual((await store.get("a"))?.vector, Float32Array.of(1, 2));
    });

    it("guard an update and a delete of an id", async () => {
      const { version } = await store.set({ id: "a", vector });
      const patch = { metadata: { n: 1 } };
      for (const ifVersion of [0, version - 1, version + 1]) {
        for (const write of [
          store.update("a", patch, { ifVersion }),
          store.delete("a", { ifVersion }),
          store.update("a", {}, { ifVersion }),
        ]) {
          const { details } = await rejects(write, "VERSION_CONFLICT");
          assert.deepEqual(details, { id: "a", expected: ifVersion, got: version });
        }
      }
      assert.equal(await store.update("a", patch, { ifVersion: version }), 1);
      await rejects(store.delete("a", { ifVersion: version }), "VERSION_CONFLICT");
      const ifVersion = Number((await store.get("a"))?.version);
      assert.equal(await store.delete("a", { ifVersion }), 1);
      const { details } = await rejects(store.delete("a", { ifVersion }), "VERSION_CONFLICT");
      assert.deepEqual(details, { id: "a", expected: ifVersion, got: 0 });
    });

    it("are wanted of every key of an update and a delete", async () => {
      const { version } = await store.set(["a", "b"].map((id) => ({ id, vector })));
      await store.set({ id: "c", vector });
      const guarded = { ifVersion: version };
      await rejects(store.delete(["a", "b", "c"], guarded), "VERSION_CONFLICT");
      await rejects(store.update(["a", "never"], { remove: ["x"] }, guarded), "VERSION_CONFLICT");
      assert.equal(await store.count({ where: {} }), 3);
      assert.equal(await store.delete(["a", "b", "a"], guarded), 2);
      assert.equal(await store.delete(["a", "b"], { ifVersion: 0 }), 0);
    });

    it("let exactly one of many writers through that saw the same version", async () => {
      const { version } = await store.set({ id: "a", vector });
      const writes = Array.from({ length: 10 }, (_, writer) =>
        store.set({ id: "a", vector, metadata: { writer }, ifVersion: version }),
      );
      const settled = await Promise.allSettled(writes);
      const won = settled.findIndex(({ status }) => status === "fulfilled");
      const lost = writes.filter((_, writer) => writer !== won);
      for (const write of lost) await rejects(write, "VERSION_CONFLICT");
      assert.deepEqual((await store.get("a"))?.metadata, { writer: won });
    });
  });
}
