import assert from "node:assert/strict";
import { duringSuite, type Reach } from "../support/reach.js";

export function countContract(reach: Reach): void {
  describe("count", () => {
    const suite = duringSuite(reach);

    it("counts all entries, or those that the predicate allows", async () => {
      const store = await suite.newStore({ dimension: 1 });
      assert.equal(await store.count(), 0);
      assert.equal(await store.count({ where: {} }), 0);
      await store.set(
        Array.from({ length: 300 }, (_, number) => ({
          id: `e${number}`,
          vector: [number],
          metadata: { number, even: number % 2 === 0 },
        })),
      );
      assert.equal(await store.count(), 300);
      assert.equal(await store.count({}), 300);
      assert.equal(await store.count({ where: {} }), 300);
      assert.equal(await store.count({ where: undefined }), 300);
      assert.equal(await store.count({ where: { even: true } }), 150);
      assert.equal(await store.count({ where: { even: true, number: { $lt: 10 } } }), 5);
      assert.equal(await store.count({ where: { number: -1 } }), 0);
    });

    it("follows overwrites and deletes", async () => {
      const store = await suite.newStore({ dimension: 1 });
      const where = { colour: "red" };
      await store.set({ id: "a", vector: [1], metadata: { colour: "red" } });
      assert.equal(await store.count({ where }), 1);
      await store.set({ id: "a", vector: [1], metadata: { colour: "blue" } });
      assert.equal(await store.count({ where }), 0);
      assert.equal(await store.count(), 1);
      await store.set({ id: "b", vector: [1], metadata: { colour: "red" } });
      await store.delete("a");
      assert.equal(await store.count({ where }), 1);
    });
  });
}
