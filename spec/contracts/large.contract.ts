import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import { duringSuite, type Reach } from "../support/reach.js";

/** Answers larger than any frame, and writes near their limit: the reach makes no difference. */
export function largeContract(reach: Reach): void {
  describe("large calls", () => {
    const suite = duringSuite(reach);
    const dimension = 2_048;
    const perSet = 1_200;
    const count = 2 * perSet;
    let store: Store;
    before(async () => {
      store = await suite.newStore({ dimension, metric: "euclidean" });
      for (const from of [0, perSet]) {
        await store.set(Array.from({ length: perSet }, (_, n) => entry(from + n)));
      }
    });
    const entry = (number: number) => ({
      id: `e${String(number).padStart(4, "0")}`,
      vector: new Float32Array(dimension).fill(number),
      metadata: { number },
    });

    it("find a page of more than 16 MiB", async () => {
      const { entries, cursor } = await store.find({ limit: count });
      assert.equal(cursor, undefined);
      assert.equal(entries.length, count);
      for (const at of [0, 1, perSet, count - 1]) {
        const { id, vector, metadata } = entries[at];
        assert.deepEqual({ id, vector, metadata }, entry(at));
      }
    });

    it("get as many keys", async () => {
      const keys = Array.from({ length: count }, (_, number) => entry(number).id);
      const entries = await store.get(keys.reverse());
      assert.deepEqual(entries[0]?.vector, entry(count - 1).vector);
      assert.equal(entries.filter((one) => one !== undefined).length, count);
    });

    it("search with as many matches and their vectors", async () => {
      const target = entry(0).vector;
      const include = { vector: true } as const;
      const matches = await store.search(target, { limit: count, include });
      assert.deepEqual(
        matches.map(({ metadata }) => metadata.number),
        Array.from({ length: count }, (_, number) => number),
      );
      assert.deepEqual(matches[count - 1].vector, entry(count - 1).vector);
    });

    it("leave the engine as usable as before", async () => {
      const [page, ping] = await Promise.all([store.find({ limit: count }), suite.engine.ping()]);
      assert.equal(page.entries.length, count);
      assert.ok(ping >= 0);
    });
  });
}
