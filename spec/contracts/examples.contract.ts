import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import type { Examples } from "../../lib/model/entry.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

/** All means here are exact in float32. */
export function examplesContract(reach: Reach): void {
  describe("search by examples", () => {
    const suite = duringSuite(reach);
    const metric = "euclidean";
    let store: Store;
    before(async () => {
      store = await suite.newStore({ dimension: 2, metric });
      await store.set([
        { id: "a", vector: [2, 0] },
        { id: "b", vector: [4, 2] },
        { id: "c", vector: [3, 1] },
        { id: "d", vector: [8, 8] },
        { id: "e", vector: [-1, 3] },
        { vector: [1, 1] },
      ]);
    });

    const same = async (examples: Examples, q: number[], without: string[]) => {
      const matches = await store.search(examples, { limit: 100 });
      const expected = await store.search(q, { limit: 100 });
      assert.deepEqual(
        matches,
        expected.filter(({ id }) => !without.includes(id)),
      );
    };

    it("finds what is near one entry, without that entry", () =>
      same({ near: ["a"] }, [2, 0], ["a"]));

    it("finds what is near the mean of several entries, without them", () =>
      same({ near: ["a", "b"] }, [3, 1], ["a", "b"]));

    it("goes from the mean of near away from the mean of awayFrom, without either", () =>
      same({ near: ["a", "b"], awayFrom: ["d"] }, [-2, -6], ["a", "b", "d"]));

    it("goes away from several", () =>
      same({ near: ["c"], awayFrom: ["a", "e"] }, [5.5, 0.5], ["a", "c", "e"]));

    it("takes an empty awayFrom for none", () =>
      same({ near: ["a", "b"], awayFrom: [] }, [3, 1], ["a", "b"]));

    it("takes vectors as themselves and leaves nothing out for them", async () => {
      await same({ near: [[3, 1]] }, [3, 1], []);
      await same({ near: [[1, 1], Float32Array.of(5, 1)] }, [3, 1], []);
      await same({ near: ["c"], awayFrom: [[1, 1]] }, [5, 1], ["c"]);
    });

    it("takes vectors that no entry has", () => same({ near: [[100, -100]] }, [100, -100], []));

    it("weighs an entry by how often it is named", () =>
      same({ near: ["a", "a", "a", "b"] }, [2.5, 0.5], ["a", "b"]));

    it("still gives as many as the limit asks for", async () => {
      const matches = await store.search({ near: ["a", "b"] }, { limit: 3 });
      assert.equal(matches.length, 3);
      assert.equal(matches[0].id, "c");
    });

    it("joins where, maxDistance and metric with examples", async () => {
      const examples = { near: ["a"] };
      assert.deepEqual(await store.search(examples, { where: { none: 1 } }), []);
      const close = await store.search(examples, { maxDistance: 1.5 });
      assert.deepEqual(
        close.map(({ distance }) => distance),
        [Math.SQRT2, Math.SQRT2],
      );
      const byDot = await store.search(examples, { metric: "dot", limit: 1 });
      assert.deepEqual([byDot[0].id, byDot[0].distance], ["d", -16]);
    });

    it("answers nothing where every entry is an example", async () => {
      const only = await suite.newStore({ dimension: 2 });
      await only.set({ id: "only", vector: [1, 1] });
      assert.deepEqual(await only.search({ near: ["only"] }), []);
    });

    it("refuses an example that is not there", async () => {
      await rejects(store.search({ near: ["a", "never"] }), "ENTRY_NOT_FOUND");
      await rejects(store.search({ near: ["a"], awayFrom: ["never"] }), "ENTRY_NOT_FOUND");
    });

    it("refuses examples that are none", async () => {
      const wrong = [
        {},
        { near: [] },
        { near: "a" },
        { near: ["a"], awayFrom: "b" },
        { near: [[1, Number.NaN]] },
        { near: [""] },
        { near: [5] },
        { near: ["a"], far: ["b"] },
        { awayFrom: ["a"] },
      ];
      for (const examples of wrong) {
        await rejects(store.search(examples as never), "INVALID_ARGUMENT");
      }
      await rejects(store.search({ near: ["a", [1, 2, 3]] }), "DIMENSION_MISMATCH");
    });

    it("refuses examples whose vector would be too long", async () => {
      const examples = { near: [[9e17, 0]], awayFrom: [[-9e17, 0]] };
      await rejects(store.search(examples), "INVALID_ARGUMENT");
    });
  });
}
