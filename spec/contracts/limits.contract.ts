import assert from "node:assert/strict";
import type { AhnlichError } from "../../lib/model/errors.js";
import type { Limits } from "../../lib/model/limits.js";
import { query, type WriteQuery } from "../../lib/model/query.js";
import { duringSuite, type Reach, withEngine } from "../support/reach.js";
import { errorOf, rejects } from "../support/rejects.js";

const limits = {
  dimension: 8,
  limit: 5,
  idBytes: 16,
  metadataBytes: 64,
  metadataDepth: 3,
  entriesPerWrite: 4,
  bytesPerWrite: 200,
  queriesPerPipeline: 3,
  predicateTerms: 6,
} satisfies Partial<Limits>;

/** Each limit is kept to the last and crossed by one. */
export function limitsContract(reach: Reach): void {
  describe("limits", () => {
    const suite = duringSuite(reach, { limits });

    /** Grows what is asked one by one up to the first refusal, which must be by exactly one. */
    const growsUpTo = async (
      limit: keyof typeof limits,
      from: number,
      ask: (size: number) => Promise<unknown>,
    ): Promise<number> => {
      for (let size = from; size < from + 300; size++) {
        const error = await errorOf(ask(size));
        if (error === undefined) continue;
        assert.ok(size > from, "refused at once");
        const { code, details } = error as AhnlichError;
        assert.equal(code, "LIMIT_EXCEEDED");
        const bound = limits[limit];
        assert.deepEqual(details, { limit, bound, got: bound + 1 });
        return size - 1;
      }
      return assert.fail(`${limit} is never crossed`);
    };

    it("are told by info", async () => {
      const { limits: told } = await suite.engine.info();
      assert.deepEqual({ ...told, ...limits }, told);
    });

    it("bound the dimension of a store", async () => {
      const largest = await growsUpTo("dimension", 1, (dimension) => suite.newStore({ dimension }));
      assert.equal(largest, 8);
    });

    it("bound the matches of a search, the entries of a page and the keys of a get", async () => {
      const store = await suite.newStore({ dimension: 1 });
      const keys = (count: number) => Array.from({ length: count }, (_, n) => `k${n}`);
      const largest = [
        await growsUpTo("limit", 1, (limit) => store.search([1], { limit })),
        await growsUpTo("limit", 1, (limit) => store.searchMany([[1]], { limit })),
        await growsUpTo("limit", 1, (limit) => store.find({ limit })),
        await growsUpTo("limit", 1, (count) => store.get(keys(count))),
      ];
      assert.deepEqual(largest, [5, 5, 5, 5]);
    });

    it("bound the UTF-8 bytes of an id", async () => {
      const store = await suite.newStore({ dimension: 1 });
      const set = (id: string) => store.set({ id, vector: [1] });
      assert.equal(await growsUpTo("idBytes", 1, (size) => set("x".repeat(size))), 16);
      await set("\u{1f680}".repeat(4));
      await set("é".repeat(8));
      for (const id of ["\u{1f680}".repeat(4), "é".repeat(8)]) {
        await rejects(set(`${id}x`), "LIMIT_EXCEEDED");
        await rejects(store.get(`${id}x`), "LIMIT_EXCEEDED");
        await rejects(store.delete(`${id}x`), "LIMIT_EXCEEDED");
      }
    });

    it("bound the encoded bytes of metadata", async () => {
      const store = await suite.newStore({ dimension: 1 });
      const largest = await growsUpTo("metadataBytes", 40, (size) =>
        store.set({ id: "a", vector: [1], metadata: { a: "x".repeat(size) } }),
      );
      assert.ok(largest <= 64);
      const entry = await store.get("a");
      assert.equal(entry?.metadata.a, "x".repeat(largest));
    });

    it("bound the nesting of metadata and of predicates", async () => {
      const store = await suite.newStore({ dimension: 1 });
      const nested = (levels: number, wrap: (value: unknown) => unknown) => {
        let value: unknown = 1;
        for (let level = 0; level < levels; level++) value = wrap(value);
        return value;
      };
      const objects = await growsUpTo("metadataDepth", 1, (levels) => {
        const metadata = nested(levels, (value) => ({ a: value }));
        return store.set({ vector: [1], metadata: metadata as never });
      });
      const lists = await growsUpTo("metadataDepth", 0, (levels) => {
        const metadata = { a: nested(levels, (value) => [value]) };
        return store.set({ vector: [1], metadata: metadata as never });
      });
      assert.equal(lists, objects - 1);
      await growsUpTo("metadataDepth", 0, (levels) => {
        let where: object = { a: 1 };
        for (let level = 0; level < levels; level++) where = { $not: where };
        return store.count({ where: where as never });
      });
    });

    it("bound the entries of a set and the targets of a searchMany", async () => {
      const store = await suite.newStore({ dimension: 1 });
      const entries = (count: number) =>
        Array.from({ length: count }, (_, n) => ({ id: `e${n}`, vector: [n] }));
      const set = await growsUpTo("entriesPerWrite", 1, (count) => store.set(entries(count)));
      assert.equal(set, 4);
      assert.equal(await store.count(), 4);
      const same = (count: number) => Array.from({ length: count }, () => ({ vector: [1] }));
      assert.equal(await growsUpTo("entriesPerWrite", 1, (n) => store.set(same(n))), 4);
      const targets = (count: number) => Array.from({ length: count }, () => [1]);
      const many = await growsUpTo("entriesPerWrite", 1, (n) => store.searchMany(targets(n)));
      assert.equal(many, 4);
    });

    it("bound the bytes of a set: its vectors, ids and metadata together", async () => {
      const store = await suite.newStore({ dimension: 2 });
      const entry = (id: string, size: number) => ({
        id,
        vector: [1, 2],
        metadata: { a: "x".repeat(size) },
      });
      const full = ["e1", "e2", "e3"].map((id) => entry(id, 40));
      const byMetadata = await growsUpTo("bytesPerWrite", 0, (size) =>
        store.set([...full, entry("e4", size)]),
      );
      const byId = await growsUpTo("bytesPerWrite", 1, (size) =>
        store.set([...full, entry("i".repeat(size), byMetadata - 6)]),
      );
      assert.equal(byId, 2 + 6);
      const [one, two] = full;
      await store.set([one, two, entry("e4", byMetadata)]);
    });

    it("bound an update: its keys, its patch, and what it makes of an entry", async () => {
      const store = await suite.newStore({ dimension: 2 });
      const keys = (count: number) => Array.from({ length: count }, (_, n) => `e${n}`);
      const patch = { metadata: { n: 1 } };
      assert.equal(await growsUpTo("entriesPerWrite", 1, (n) => store.update(keys(n), patch)), 4);
      assert.equal(await growsUpTo("entriesPerWrite", 1, (n) => store.delete(keys(n))), 4);
      const names = await growsUpTo("predicateTerms", 1, (n) =>
        store.update("a", { remove: keys(n) }),
      );
      assert.equal(names, 6);
      await growsUpTo("metadataDepth", 1, (levels) =>
        store.update("a", { remove: [Array(levels).fill("a").join(".")] }),
      );
      await store.set({ id: "a", vector: [1, 2], metadata: { a: "x".repeat(20) } });
      const merged = await growsUpTo("metadataBytes", 1, (size) =>
        store.update("a", { metadata: { b: "x".repeat(size) } }),
      );
      assert.ok(merged < 44, "what was there counts, too");
      const entry = await store.get("a");
      assert.deepEqual(entry?.metadata, { a: "x".repeat(20), b: "x".repeat(merged) });
    });

    it("bound the writes of a transaction, and all of their entries and bytes together", async () => {
      const store = await suite.newStore({ dimension: 2 });
      const refused = async (writes: WriteQuery[], limit: string, index: number | undefined) => {
        const error = await rejects(suite.engine.transaction(writes), "LIMIT_EXCEEDED");
        assert.equal(error.details.limit, limit);
        assert.equal(error.details.index, index);
      };
      const drop = (...target: string[]) => query.delete({ store: store.name, target });
      const set = (id: string, text = "") =>
        query.set({ store: store.name, entries: [{ id, vector: [1, 2], metadata: { text } }] });
      assert.deepEqual(
        await suite.engine.transaction([drop("a"), drop("b"), drop("c")]),
        [0, 0, 0],
      );
      await refused([drop("a"), drop("b"), drop("c"), drop("d")], "queriesPerPipeline", undefined);
      assert.equal((await suite.engine.transaction([set("a"), drop("a", "b", "c")])).length, 2);
      await refused([set("a"), drop("a", "b"), drop("c", "d")], "entriesPerWrite", 2);
      const text = "x".repeat(50);
      assert.equal((await suite.engine.transaction([set("a", text), set("b", text)])).length, 2);
      await refused([set("c", text), set("d", text), set("e", text)], "bytesPerWrite", 2);
      assert.equal(await store.count(), 2);
    });

    it("bound the queries of a pipeline", async () => {
      const largest = await growsUpTo("queriesPerPipeline", 0, (count) =>
        suite.engine.pipeline(Array.from({ length: count }, () => query.ping({}))),
      );
      assert.equal(largest, 3);
    });

    it("bound the conditions of a predicate, operands of lists counted", async () => {
      const store = await suite.newStore({ dimension: 1 });
      const conditions = await growsUpTo("predicateTerms", 1, (count) => {
        const where = Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, n]));
        return store.count({ where });
      });
      assert.equal(conditions, 6);
      const split = await growsUpTo("predicateTerms", 1, (count) => {
        const $or = Array.from({ length: count }, (_, n) => ({ a: n }));
        return store.search([1], { where: { $or }, limit: 1 });
      });
      assert.ok(split <= 6);
      const operands = await growsUpTo("predicateTerms", 1, (count) => {
        const $in = Array.from({ length: count }, (_, n) => n);
        return store.delete({ where: { a: { $in } } });
      });
      assert.ok(operands <= 6);
    });

    it("bound the stores of an engine", () =>
      withEngine(
        reach,
        async (engine) => {
          await engine.createStore("a", { dimension: 1 });
          await engine.createStore("b", { dimension: 1 });
          const error = await rejects(engine.createStore("c", { dimension: 1 }), "LIMIT_EXCEEDED");
          assert.deepEqual(error.details, { limit: "stores", bound: 2, got: 3 });
          await engine.createStore("a", { dimension: 1, ifNotExists: true });
          await engine.dropStore("a");
          await engine.createStore("c", { dimension: 1 });
          assert.equal((await engine.info()).stores, 2);
        },
        { limits: { stores: 2 } },
      ));

    it("bound the memory of vectors, and leave the engine searching", () =>
      withEngine(
        reach,
        async (engine) => {
          const store = await engine.createStore("s", { dimension: 64 });
          const batch = (number: number) =>
            Array.from({ length: 25 }, (_, n) => ({
              id: `${number}-${n}`,
              vector: Float32Array.from({ length: 64 }, () => n + 1),
            }));
          let written = 0;
          let error: unknown;
          for (let number = 0; number < 12 && error === undefined; number++) {
            error = await errorOf(store.set(batch(number)));
            if (error === undefined) written += 25;
          }
          assert.equal((error as AhnlichError)?.code, "LIMIT_EXCEEDED");
          assert.equal((error as AhnlichError).details.limit, "memoryBytes");
          assert.equal(await store.count(), written);
          assert.equal((await store.search(batch(0)[0].vector)).length, Math.min(10, written));
          await store.delete({ all: true });
          await engine.dropStore("s");
        },
        { limits: { memoryBytes: 64 * 1024 } },
      ));

    it("bound the writes that wait, and lose none that was taken", () =>
      withEngine(
        reach,
        async (engine) => {
          const store = await engine.createStore("s", { dimension: 1 });
          const sets = Array.from({ length: 40 }, (_, n) =>
            store.set({ id: `e${n}`, vector: [n] }),
          );
          const settled = await Promise.allSettled(sets);
          for (const [n, { status }] of settled.entries()) {
            if (status === "rejected") await rejects(sets[n], ["BUSY", "LIMIT_EXCEEDED"]);
            assert.equal((await store.get(`e${n}`)) !== undefined, status === "fulfilled");
          }
          await store.set({ id: "later", vector: [1] });
        },
        { limits: { queuedWrites: 2 } },
      ));
  });
}
