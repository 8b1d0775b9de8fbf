import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import { type Query, query } from "../../lib/model/query.js";
import { duringSuite, type Reach } from "../support/reach.js";

/** Arguments are copied before a call returns: what the caller changes afterwards changes nothing. */
export function argumentsContract(reach: Reach): void {
  describe("arguments", () => {
    const suite = duringSuite(reach);
    let store: Store;
    beforeEach(async () => {
      store = await suite.newStore({ dimension: 2, metric: "euclidean" });
      await store.set([
        { id: "a", vector: [0, 0], metadata: { n: 1 } },
        { id: "b", vector: [9, 9], metadata: { n: 2 } },
      ]);
    });

    it("of set are copied, deeply", async () => {
      const metadata = { list: [1], at: new Date(5), bytes: new Uint8Array([1]), deep: { x: 1 } };
      const entry = { id: "new", vector: Float32Array.of(1, 2), metadata };
      const entries = [entry];
      const set = store.set(entries);
      entry.vector.fill(99);
      entry.id = "other";
      metadata.list.push(2);
      metadata.at.setTime(0);
      metadata.bytes.fill(9);
      metadata.deep.x = 2;
      entries.push({ ...entry, id: "more" });
      assert.equal((await set).inserted, 1);
      const got = await store.get("new");
      assert.deepEqual(got?.vector, Float32Array.of(1, 2));
      assert.deepEqual(got?.metadata, {
        list: [1],
        at: new Date(5),
        bytes: new Uint8Array([1]),
        deep: { x: 1 },
      });
    });

    it("of many sets at once from one buffer are each their own", async () => {
      const vector = new Float32Array(2);
      const sets = Array.from({ length: 20 }, (_, n) => {
        vector.fill(n);
        return store.set({ id: `n${n}`, vector });
      });
      await Promise.all(sets);
      for (let n = 0; n < 20; n++) {
        assert.deepEqual((await store.get(`n${n}`))?.vector, Float32Array.of(n, n));
      }
    });

    it("of search are copied", async () => {
      const target = Float32Array.of(0, 0);
      const where = { n: { $in: [1] } };
      const include = { vector: false };
      const options = { where, include, limit: 1 };
      const search = store.search(target, options);
      target.fill(9);
      where.n.$in[0] = 2;
      include.vector = true;
      options.limit = 0;
      assert.deepEqual(await search, [{ id: "a", distance: 0, metadata: { n: 1 } }]);
    });

    it("of searchMany and of examples are copied", async () => {
      const targets = [
        [0, 0],
        [9, 9],
      ];
      const many = store.searchMany(targets, { limit: 1 });
      targets[1][0] = 0;
      targets.reverse();
      const examples = { near: ["a"], awayFrom: [[0, 0]] };
      const near = store.search(examples);
      examples.near.push("never");
      examples.awayFrom[0][0] = 50;
      const ids = (await many).map(([match]) => match.id);
      assert.deepEqual(ids, ["a", "b"]);
      const [match] = await near;
      assert.equal(match.distance, Math.sqrt(162));
    });

    it("of get, delete, find and count are copied", async () => {
      const keys = ["a", "b"];
      const got = store.get(keys);
      keys[0] = "never";
      const where = { n: 1 };
      const found = store.find({ where });
      const counted = store.count({ where });
      where.n = 5;
      assert.deepEqual(
        (await got).map((entry) => entry?.id),
        ["a", "b"],
      );
      assert.equal((await found).entries.length, 1);
      assert.equal(await counted, 1);
      const gone = ["a"];
      const deleted = store.delete(gone);
      gone.push("b");
      assert.equal(await deleted, 1);
      const target = { where: { n: 2 } };
      const byWhere = store.delete(target);
      target.where.n = 7;
      assert.equal(await byWhere, 1);
    });

    it("of execute and pipeline are copied", async () => {
      const keys = ["a"];
      const executed = suite.engine.execute(query.get({ store: store.name, keys }));
      keys[0] = "b";
      assert.equal((await executed)[0]?.id, "a");
      const entries = [{ id: "c", vector: [1, 1] }];
      const queries: Query[] = [query.set({ store: store.name, entries })];
      const piped = suite.engine.pipeline(queries);
      entries[0].id = "d";
      entries[0].vector[0] = 5;
      queries.push(query.dropStore({ store: store.name }));
      assert.equal((await piped).length, 1);
      assert.deepEqual((await store.get("c"))?.vector, Float32Array.of(1, 1));
    });

    it("are left as they were", async () => {
      const entries = [{ id: "x", vector: [0.1, -0], metadata: { gone: undefined, list: [1] } }];
      const before = structuredClone(entries);
      await store.set(entries as never);
      assert.deepEqual(entries, before);
      const target = Float32Array.of(3, 4);
      const options = Object.freeze({ where: Object.freeze({ n: 1 }), limit: 5 });
      await store.search(target, { ...options, metric: "cosine" });
      await store.search(Object.freeze([3, 4]), options);
      assert.deepEqual(target, Float32Array.of(3, 4));
    });
  });
}
