import assert from "node:assert/strict";
import { query } from "../../lib/model/query.js";
import { duringSuite, type Reach, withEngine } from "../support/reach.js";

export function verifyContract(reach: Reach): void {
  describe("verify", () => {
    const suite = duringSuite(reach);
    const verify = query.verify({});

    it("finds nothing wrong with an engine that holds nothing", () =>
      withEngine(reach, async (engine) => {
        assert.deepEqual(await engine.execute(verify), { entries: 0, problems: [] });
      }));

    it("counts the entries of all stores and finds nothing wrong with them", () =>
      withEngine(reach, async (engine) => {
        const first = await engine.createStore("first", { dimension: 3 });
        const second = await engine.createStore("room/second", { dimension: 1 });
        await first.set([...Array(30).keys()].map((i) => ({ id: `${i}`, vector: [i, 1, 2] })));
        await first.set([{ id: "3", vector: [7, 7, 7], metadata: { again: true } }]);
        await first.delete(["1", "2"]);
        await first.search([1, 2, 3]);
        await second.set({ vector: [1], metadata: { when: new Date(0), list: [1, "2", null] } });
        await second.search([1]);
        assert.deepEqual(await engine.execute(verify), { entries: 29, problems: [] });
      }));

    it("finds nothing wrong while stores are written to, made and dropped", async () => {
      const store = await suite.newStore({ dimension: 2 });
      await store.set([...Array(500).keys()].map((i) => ({ id: `${i}`, vector: [i, 1] })));
      await store.search([1, 1]);
      let writing = true;
      const writer = (async () => {
        for (let i = 0; writing && i < 1_000; i++) {
          await store.set({ id: `${i % 700}`, vector: [i, 2], metadata: { i } });
          if (i % 3 === 0) await store.delete([`${i % 500}`]);
          if (i % 5 === 0) await store.search([i, 1], { limit: 3 });
          if (i % 50 === 0) {
            const other = await suite.newStore({ dimension: 1 });
            await other.set([{ vector: [i] }, { vector: [i + 1] }]);
            await suite.engine.dropStore(other.name);
          }
        }
      })();
      try {
        for (let i = 0; i < 3; i++) {
          assert.deepEqual((await suite.engine.execute(verify)).problems, []);
        }
      } finally {
        writing = false;
        await writer;
      }
      assert.deepEqual((await suite.engine.execute(verify)).problems, []);
    });

    it("is refused with a field", async () => {
      const asked = { kind: "verify", deep: true } as never;
      await assert.rejects(suite.engine.execute(asked), { code: "INVALID_ARGUMENT" });
    });
  });
}
