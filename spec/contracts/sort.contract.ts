import assert from "node:assert/strict";
import type { MetadataValue } from "../../lib/model/metadata.js";
import type { FindOptions } from "../../lib/model/options.js";
import { pagesOf } from "../support/pages-of.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function sortContract(reach: Reach): void {
  describe("sorted pages", () => {
    const suite = duringSuite(reach);
    const newStore = (indexes: string[], values: readonly (MetadataValue | undefined)[]) =>
      suite.newStore({ dimension: 1, indexes }).then(async (store) => {
        // Ids in no order of the values.
        await store.set(
          values.map((a, n) => ({
            id: `e${String((n * 7) % values.length).padStart(3, "0")}`,
            vector: [n],
            metadata: { n, ...(a === undefined ? {} : { a }) },
          })),
        );
        return store;
      });

    for (const indexes of [[], ["a", "n"]]) {
      const by = indexes.length === 0 ? "" : ", by an index";

      it(`come in the order of a field, both ways, with what lacks it last${by}`, async () => {
        const long = "x".repeat(130);
        const groups: (MetadataValue | undefined)[][] = [
          ...[[null], [false], [true], [-1e9], [-1], [0, -0], [1.5], [""], ["1"], ["a\u0000"]],
          ...[["ab"], [long], [`${long}a`, `${long}a`], [`${long}b`], ["é"], ["\u{1f680}"]],
          ...[[new Date(-1)], [new Date(0), new Date(0)], [new Date(1)]],
          [new Uint8Array([2]), new Uint8Array([1])],
          [[2], [1], []],
          [{ b: 2 }, { b: 1 }],
          [undefined, undefined],
        ];
        const store = await newStore(indexes, groups.flat());
        const { entries } = await store.find();
        const idsOf = (group: (MetadataValue | undefined)[], first: number) =>
          group.map((_, i) => entries.find(({ metadata }) => metadata.n === first + i)?.id).sort();
        let first = 0;
        const grouped = groups.map((group) => {
          const ids = idsOf(group, first);
          first += group.length;
          return ids;
        });
        const turned = [...grouped.slice(0, -1).reverse(), ...grouped.slice(-1)];
        for (const limit of [1, 2, 5, 100]) {
          const ascending = await pagesOf(store, { sort: { field: "a" }, limit });
          assert.deepEqual(ascending.flat(), grouped.flat());
          const sort = { field: "a", descending: true };
          assert.deepEqual((await pagesOf(store, { sort, limit })).flat(), turned.flat());
        }
      });

      it(`take a predicate, dotted names, and what to include${by}`, async () => {
        const store = await newStore(indexes, [5, 3, 9, 1, 7]);
        const where = { a: { $gte: 3 }, n: { $lt: 4 } };
        const options: FindOptions = { where, sort: { field: "a", descending: undefined } };
        const { entries, cursor } = await store.find({ ...options, include: { vector: false } });
        assert.equal(cursor, undefined);
        assert.deepEqual(
          entries.map(({ metadata, ...rest }) => [metadata.a, Object.keys(rest).sort()]),
          [3, 5, 9].map((a) => [a, ["id", "version"]]),
        );
        await store.set({ id: "x", vector: [1], metadata: { b: { c: 4 } } });
        const sort = { field: "b.c", descending: true };
        assert.equal((await store.find({ sort })).entries[0].id, "x");
        const seen: unknown[] = [];
        for await (const { metadata } of store.entries({ sort: { field: "a" } })) {
          seen.push(metadata.a);
        }
        assert.deepEqual(seen, [1, 3, 5, 7, 9, undefined]);
      });

      it(`give an entry that stays as it is exactly once, whatever is written between${by}`, async () => {
        const values = Array.from({ length: 60 }, (_, n) => (n * 13) % 20);
        for (const descending of [false, true]) {
          const store = await newStore(indexes, values);
          const { entries } = await store.find();
          const steady = entries.filter(({ metadata }) => Number(metadata.n) % 3 === 0);
          const others = entries.filter(({ metadata }) => Number(metadata.n) % 3 !== 0);
          const seen: string[] = [];
          let cursor: string | undefined;
          let round = 0;
          do {
            const page = await store.find({ sort: { field: "a", descending }, limit: 4, cursor });
            seen.push(...page.entries.map(({ id }) => id));
            cursor = page.cursor;
            const last = page.entries.at(-1);
            if (last && others.some(({ id }) => id === last.id)) await store.delete(last.id);
            const moved = others[(round * 5) % others.length];
            await store.set([
              { id: moved.id, vector: [2], metadata: { ...moved.metadata, a: (round * 11) % 23 } },
              { id: `new-${round}`, vector: [1], metadata: { a: round % 20, n: -1 } },
            ]);
            round++;
          } while (cursor !== undefined && round < 200);
          for (const { id } of steady) {
            assert.equal(seen.filter((one) => one === id).length, 1, id);
          }
        }
      });
    }

    it("refuse a cursor of another store, query, field or direction", async () => {
      const [store, other] = [await newStore([], [1, 2, 3]), await newStore([], [1, 2, 3])];
      const sort = { field: "a" };
      const { cursor } = await store.find({ sort, limit: 1 });
      const { cursor: byId } = await store.find({ limit: 1 });
      assert.ok(cursor !== undefined && byId !== undefined);
      assert.equal((await store.find({ sort, cursor })).entries.length, 2);
      await rejects(other.find({ sort, cursor }), "INVALID_ARGUMENT");
      const wrong: FindOptions[] = [
        ...[{}, { where: { a: 1 }, sort }, { sort: { field: "n" } }],
        { sort: { field: "a", descending: true } },
      ];
      for (const options of wrong) {
        await rejects(store.find({ ...options, cursor }), "INVALID_ARGUMENT");
      }
      await rejects(store.find({ sort, cursor: byId }), "INVALID_ARGUMENT");
    });

    it("refuse what is no order", async () => {
      const store = await newStore([], []);
      const wrong = [null, "a", ["a"], {}, { field: 1 }, { field: "" }, { field: "$a" }];
      for (const sort of [...wrong, { field: "a", order: 1 }, { field: "a", descending: 1 }]) {
        await rejects(store.find({ sort: sort as never }), "INVALID_ARGUMENT");
      }
      const sort = { field: "x".repeat(600) };
      await rejects(store.find({ sort }), "LIMIT_EXCEEDED");
    });
  });
}
