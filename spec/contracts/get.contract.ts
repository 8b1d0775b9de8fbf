import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import { duringSuite, type Reach } from "../support/reach.js";

export function getContract(reach: Reach): void {
  describe("get", () => {
    const suite = duringSuite(reach);
    let store: Store;
    before(async () => {
      store = await suite.newStore({ dimension: 2 });
      await store.set([
        { id: "a", vector: [1, 1], metadata: { name: "a" } },
        { id: "b", vector: [2, 2], metadata: { name: "b" } },
        { vector: [3, 3], metadata: { name: "content" } },
      ]);
    });

    it("returns undefined for an id never set", async () => {
      assert.equal(await store.get("never"), undefined);
    });

    it("returns undefined for an id that was deleted", async () => {
      await store.set({ id: "gone", vector: [0, 0] });
      await store.delete("gone");
      assert.equal(await store.get("gone"), undefined);
    });

    it("answers in the order of the keys, undefined where there is none", async () => {
      const entries = await store.get(["b", "never", [3, 3], "a", "b", Float32Array.of(9, 9)]);
      assert.deepEqual(
        entries.map((entry) => entry?.metadata.name),
        ["b", undefined, "content", "a", "b", undefined],
      );
      assert.equal(entries.length, 6);
    });

    it("answers no keys with no entries", async () => {
      assert.deepEqual(await store.get([]), []);
    });

    it("gives the whole entry unless told otherwise", async () => {
      for (const options of [undefined, {}, { include: {} }, { include: undefined }]) {
        const entry = await store.get("a", options);
        assert.deepEqual(Object.keys(entry ?? {}).sort(), ["id", "metadata", "vector", "version"]);
        assert.ok(entry?.vector instanceof Float32Array);
      }
    });

    it("leaves out what is not included", async () => {
      const light = await store.get("a", { include: { vector: false } });
      assert.deepEqual(Object.keys(light ?? {}).sort(), ["id", "metadata", "version"]);
      const bare = await store.get("a", { include: { vector: false, metadata: false } });
      assert.deepEqual(Object.keys(bare ?? {}).sort(), ["id", "version"]);
      const [numbers] = await store.get(["a"], { include: { metadata: false } });
      assert.deepEqual(Object.keys(numbers ?? {}).sort(), ["id", "vector", "version"]);
      const whole = await store.get("a", { include: { vector: true, metadata: true } });
      assert.deepEqual(Object.keys(whole ?? {}).sort(), ["id", "metadata", "vector", "version"]);
    });

    it("gives what is the caller's: changing it changes nothing", async () => {
      const metadata = { list: [1], nested: { date: new Date(5), bytes: new Uint8Array([1]) } };
      await store.set({ id: "own", vector: [1, 2], metadata });
      for (let round = 0; round < 2; round++) {
        const entry = await store.get("own");
        assert.ok(entry);
        assert.deepEqual(entry.metadata, metadata);
        assert.deepEqual(entry.vector, Float32Array.of(1, 2));
        entry.vector.fill(99);
        const mine = entry.metadata as unknown as typeof metadata;
        mine.list.push(2);
        mine.nested.date.setTime(0);
        mine.nested.bytes.fill(0);
        Object.assign(mine, { added: true });
      }
      const matches = await store.search([1, 2], { limit: 1, where: { added: true } });
      assert.deepEqual(matches, []);
    });

    it("gives vectors of their own, not views of one memory", async () => {
      const [a, b] = await store.get(["a", "b"]);
      assert.ok(a && b);
      a.vector.fill(7);
      assert.deepEqual(b.vector, Float32Array.of(2, 2));
      assert.equal(structuredClone(b.vector).length, 2);
    });
  });
}
