import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import type { ExplainedQuery, Query } from "../../lib/model/query.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function explainContract(reach: Reach): void {
  describe("explain", () => {
    const suite = duringSuite(reach);
    let store: Store;
    let empty: Store;
    before(async () => {
      store = await suite.newStore({ dimension: 1, metric: "euclidean" });
      empty = await suite.newStore({ dimension: 1 });
      await store.set(numbered(20));
      await store.set(numbered(3)); // what is overwritten is not looked at any more
      await store.delete(["e19"]);
    });
    /** Plan, what was looked at, and what came of it, of a query about the store of 19 entries. */
    const told = async (query: object, name = store.name) => {
      const asked = { ...query, store: name } as ExplainedQuery;
      const { plan, examined, matched, indexes, elapsedMs } = await suite.engine.explain(asked);
      assert.deepEqual(indexes, []);
      assert.ok(elapsedMs >= 0);
      return [plan, examined, matched];
    };

    it("tells that a search has compared every vector", async () => {
      const search = { kind: "search", target: [3] };
      assert.deepEqual(await told(search), ["exact", 19, 10]);
      assert.deepEqual(await told({ ...search, limit: 100, recall: 0.5 }), ["exact", 19, 19]);
      assert.deepEqual(await told({ ...search, maxDistance: 1 }), ["exact", 19, 3]);
      assert.deepEqual(await told({ ...search, where: {} }), ["exact", 19, 10]);
      const target = { near: ["e01"], awayFrom: ["e02"] };
      assert.deepEqual(await told({ kind: "search", target, limit: 100 }), ["exact", 19, 17]);
    });

    it("tells of a search with a predicate how many rows it read, too", async () => {
      const search = { kind: "search", target: [3], where: { number: { $lt: 5 } } };
      assert.deepEqual(await told(search), ["exact", 19 + 5, 5]);
      const other = { ...search, where: { number: { $lte: 4 } } }; // rows are read once for each
      assert.deepEqual(await told({ ...other, limit: 2 }), ["exact", 19 + 5, 2]);
      assert.deepEqual(await told({ ...search, where: { number: -1 } }), ["empty", 19, 0]);
    });

    it("tells of a page the rows up to the first of the next", async () => {
      assert.deepEqual(await told({ kind: "find" }), ["scan", 19, 19]);
      assert.deepEqual(await told({ kind: "find", limit: 4 }), ["scan", 5, 4]);
      const find = { kind: "find", where: { number: { $gte: 7 } }, limit: 4 };
      assert.deepEqual(await told(find), ["scan", 12, 4]);
      const { cursor } = await store.find({ where: find.where, limit: 4 });
      assert.deepEqual(await told({ ...find, cursor }), ["scan", 5, 4]);
      assert.deepEqual(await told({ ...find, where: { number: -1 } }), ["scan", 19, 0]);
    });

    it("tells of a count whether the number of entries was enough", async () => {
      assert.deepEqual(await told({ kind: "count" }), ["scan", 0, 19]);
      assert.deepEqual(await told({ kind: "count", where: { number: 3 } }), ["scan", 19, 1]);
    });

    it("tells that there was nothing to look at", async () => {
      for (const query of [{ kind: "search", target: [1] }, { kind: "find" }, { kind: "count" }]) {
        assert.deepEqual(await told(query, empty.name), ["empty", 0, 0]);
        const where = { number: 3 };
        assert.deepEqual(await told({ ...query, where }, empty.name), ["empty", 0, 0]);
      }
    });

    it("may be asked in a pipeline", async () => {
      const query = { kind: "count", store: store.name } as const;
      const [outcome] = await suite.engine.pipeline([{ kind: "explain", query }]);
      assert.ok(outcome.ok);
      assert.equal(outcome.response.matched, 19);
    });

    it("copies what it is asked before it returns", async () => {
      const query = { kind: "count", store: store.name, where: { number: 3 } } as const;
      const plan = suite.engine.explain(query);
      Object.assign(query.where, { number: -1 });
      assert.equal((await plan).matched, 1);
    });

    it("fails as the query does", async () => {
      const search = { kind: "search", store: store.name, target: [1, 2] } as const;
      await rejects(suite.engine.explain(search), "DIMENSION_MISMATCH");
      const none = { kind: "find", store: suite.newName() } as const;
      await rejects(suite.engine.explain(none), "STORE_NOT_FOUND");
      await rejects(suite.engine.explain({ ...search, limit: 10_001 }), "LIMIT_EXCEEDED");
      await rejects(suite.engine.explain({ ...search, recall: 0 }), "INVALID_ARGUMENT");
    });

    it("refuses what is no search, page or count, and itself", async () => {
      const own = { kind: "explain", query: { kind: "count", store: store.name } };
      const set = { kind: "set", store: store.name, entries: [{ id: "new", vector: [1] }] };
      const many = { kind: "searchMany", store: store.name, targets: [[1]] };
      for (const query of [own, set, many, { kind: "ping" }, {}, [], null, "count", undefined]) {
        await rejects(suite.engine.explain(query as ExplainedQuery), "INVALID_ARGUMENT");
      }
      const looping: { kind: string; query?: unknown } = { kind: "explain" };
      looping.query = looping;
      await rejects(suite.engine.execute(looping as Query), "INVALID_ARGUMENT");
      await rejects(suite.engine.explain({ kind: "divine" } as never), "UNSUPPORTED");
      assert.equal(await store.count(), 19);
    });
  });
}

function numbered(count: number) {
  return Array.from({ length: count }, (_, number) => ({
    id: `e${String(number).padStart(2, "0")}`,
    vector: [number],
    metadata: { number },
  }));
}
