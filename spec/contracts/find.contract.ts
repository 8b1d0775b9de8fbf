import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import { byId } from "../support/naive-search.js";
import { pagesOf } from "../support/pages-of.js";
import { randomNumbers } from "../support/random.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function findContract(reach: Reach): void {
  describe("find", () => {
    const suite = duringSuite(reach);
    let store: Store;
    beforeEach(async () => {
      store = await suite.newStore({ dimension: 1 });
    });

    it("gives the entries ordered by the UTF-8 bytes of their ids", async () => {
      const random = randomNumbers(1);
      const shuffled = ids.map((id) => ({ id, at: random() })).sort((a, b) => a.at - b.at);
      await store.set(shuffled.map(({ id }) => ({ id, vector: [1] })));
      const { entries, cursor } = await store.find();
      assert.deepEqual(
        entries.map(({ id }) => id),
        ids
          .map((id) => ({ id }))
          .sort(byId)
          .map(({ id }) => id),
      );
      assert.equal(cursor, undefined);
    });

    it("gives 100 entries a page unless told otherwise", async () => {
      await store.set(numbered(101));
      const first = await store.find();
      assert.equal(first.entries.length, 100);
      const second = await store.find({ cursor: first.cursor });
      assert.deepEqual(
        second.entries.map(({ id }) => id),
        ["e100"],
      );
      assert.ok(!("cursor" in second));
    });

    for (const limit of [1, 2, 3, 6, 7, 8]) {
      it(`gives 7 entries once each in pages of ${limit}`, async () => {
        await store.set(numbered(7));
        const pages = await pagesOf(store, { limit });
        assert.deepEqual(
          pages.flat(),
          numbered(7).map(({ id }) => id),
        );
        assert.ok(pages.every((page) => page.length <= limit));
        assert.ok(pages.slice(0, -1).every((page) => page.length === limit));
      });
    }

    it("gives only what the predicate allows, in full pages", async () => {
      await store.set(numbered(50));
      const pages = await pagesOf(store, { limit: 4, where: { number: { $gte: 31 } } });
      const sizes = pages.map((page) => page.length).filter((size) => size > 0);
      assert.deepEqual(sizes, [4, 4, 4, 4, 3]);
      assert.equal(pages.flat()[0], "e031");
    });

    it("gives an empty page of an empty store, without a cursor", async () => {
      assert.deepEqual(await store.find(), { entries: [] });
    });

    it("leaves out what is not included", async () => {
      await store.set(numbered(1));
      const shapes = [
        [{}, ["id", "metadata", "vector", "version"]],
        [{ vector: false }, ["id", "metadata", "version"]],
        [{ metadata: false }, ["id", "vector", "version"]],
        [{ vector: false, metadata: false }, ["id", "version"]],
      ] as const;
      for (const [include, names] of shapes) {
        const { entries } = await store.find({ include });
        assert.deepEqual(Object.keys(entries[0]).sort(), names);
      }
    });

    it("gives an entry that is there all along exactly once, whatever is written between pages", async () => {
      await store.set(numbered(40));
      const steady = numbered(40).filter((_, number) => number % 4 === 1);
      const seen: string[] = [];
      let cursor: string | undefined;
      let round = 0;
      do {
        const page = await store.find({ limit: 3, cursor });
        seen.push(...page.entries.map(({ id }) => id));
        cursor = page.cursor;
        round++;
        const last = seen.at(-1) ?? "";
        const unsteady = numbered(40).filter((_, number) => number % 4 === round % 4);
        if (round % 4 !== 1) await store.delete(unsteady.map(({ id }) => id));
        await store.set([
          { id: `${last}-after`, vector: [1] },
          { id: `a-before-${round}`, vector: [1] },
          { ...steady[round % steady.length], metadata: { rewritten: round } },
        ]);
        if (round < 10) await store.delete([last].filter((id) => !isSteady(id)));
      } while (cursor !== undefined && round < 100);
      for (const { id } of steady) {
        assert.equal(seen.filter((one) => one === id).length, 1, id);
      }
      assert.deepEqual([...seen].sort(), seen);
    });

    it("goes on after an entry that was deleted meanwhile", async () => {
      await store.set(numbered(6));
      const { cursor } = await store.find({ limit: 3 });
      await store.delete(["e002", "e003"]);
      const { entries } = await store.find({ cursor });
      assert.deepEqual(
        entries.map(({ id }) => id),
        ["e004", "e005"],
      );
    });

    it("takes a cursor as often as wanted, with another limit", async () => {
      await store.set(numbered(9));
      const { cursor } = await store.find({ limit: 2 });
      for (const limit of [1, 3, 7]) {
        const { entries } = await store.find({ cursor, limit });
        assert.equal(entries.length, limit);
        assert.equal(entries[0].id, "e002");
      }
    });

    it("refuses what is no cursor of this store", async () => {
      await store.set(numbered(5));
      const other = await suite.newStore({ dimension: 1 });
      await other.set(numbered(5));
      const { cursor: foreign } = await other.find({ limit: 1 });
      const { cursor } = await store.find({ limit: 1 });
      assert.ok(foreign !== undefined && cursor !== undefined);
      const wrong = ["", "x", "e001", "????", "\u0000", "A".repeat(5_000), cursor.slice(0, -4)];
      for (const text of [...wrong, `${cursor}AAAA`, foreign]) {
        await rejects(store.find({ cursor: text }), "INVALID_ARGUMENT");
      }
      for (const value of [1, null, {}]) {
        await rejects(store.find({ cursor: value as never }), "INVALID_ARGUMENT");
      }
    });
  });

  describe("iteration", () => {
    const suite = duringSuite(reach);

    it("gives every entry in id order, over several pages", async () => {
      const store = await suite.newStore({ dimension: 1 });
      await store.set(numbered(1_050));
      const seen: string[] = [];
      for await (const { id, vector, metadata } of store) {
        assert.equal(metadata.number, vector[0]);
        seen.push(id);
      }
      assert.deepEqual(
        seen,
        numbered(1_050)
          .map(({ id }) => ({ id }))
          .sort(byId)
          .map(({ id }) => id),
      );
    });

    it("takes a predicate and what to include", async () => {
      const store = await suite.newStore({ dimension: 1 });
      await store.set(numbered(20));
      const seen: string[] = [];
      const options = { where: { number: { $lt: 3 } }, include: { vector: false } } as const;
      for await (const entry of store.entries(options)) {
        assert.deepEqual(Object.keys(entry).sort(), ["id", "metadata", "version"]);
        seen.push(entry.id);
      }
      assert.deepEqual(seen, ["e000", "e001", "e002"]);
    });

    it("may be broken off and begun again", async () => {
      const store = await suite.newStore({ dimension: 1 });
      await store.set(numbered(5));
      for (let round = 0; round < 2; round++) {
        for await (const { id } of store) {
          assert.equal(id, "e000");
          break;
        }
      }
      const iterator = store.entries();
      assert.equal((await iterator.next()).value?.id, "e000");
      assert.equal((await iterator.return?.())?.done, true);
      assert.equal((await iterator.next()).done, true);
    });

    it("sees writes that are made while it goes, behind what it has given", async () => {
      const store = await suite.newStore({ dimension: 1 });
      await store.set(numbered(5));
      const seen: string[] = [];
      for await (const { id } of store) {
        if (id === "e000") await store.delete("e000");
        seen.push(id);
      }
      assert.deepEqual(seen, ["e000", "e001", "e002", "e003", "e004"]);
    });

    it("gives nothing of an empty store and rejects without a store", async () => {
      const store = await suite.newStore({ dimension: 1 });
      assert.equal((await store.entries().next()).done, true);
      const missing = suite.engine.store(suite.newName());
      await rejects(missing.entries().next(), "STORE_NOT_FOUND");
    });
  });
}

function isSteady(id: string): boolean {
  const number = Number(/^e(\d+)$/.exec(id)?.[1]);
  return number % 4 === 1;
}

function numbered(count: number): { id: string; vector: number[]; metadata: { number: number } }[] {
  return Array.from({ length: count }, (_, number) => ({
    id: `e${String(number).padStart(3, "0")}`,
    vector: [number],
    metadata: { number },
  }));
}

/** UTF-16 would order the last of these before the ones from U+E000. */
const ids = [
  ..."\u0000 !09AZ_az~\u007f\u0080ß\u07ff\u0800\ud7ff\ue000\ufffd\uffff",
  "\u{10000}",
  "\u{1f680}",
  "\u{10ffff}",
  "a",
  "aa",
  "a\u0000",
  "a\u{10000}",
  "a\uffff",
  "ab",
  "b",
  "\u{1f680}a",
  "\ue000a",
].filter((id, at, all) => all.indexOf(id) === at);
