import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import { query } from "../../lib/model/query.js";
import { idOf } from "../../lib/model/vector.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function updateContract(reach: Reach): void {
  describe("update", () => {
    const suite = duringSuite(reach);
    const old = { title: "Old", year: 1920, publisher: { name: "P", city: { name: "B", zip: 1 } } };
    let store: Store;
    beforeEach(async () => {
      store = await suite.newStore({ dimension: 2, metric: "euclidean" });
      await store.set([
        { id: "a", vector: [1, 0], metadata: old },
        { id: "b", vector: [2, 0], metadata: { year: 1930, "publisher.name": "dotted" } },
        { vector: [3, 0], metadata: { year: 1940 } },
      ]);
    });
    const metadataOf = async (id: string) => (await store.get(id))?.metadata;

    describe("of metadata", () => {
      it("merges by top-level name, and leaves id, vector and the other fields", async () => {
        const patch = { metadata: { year: 1921, publisher: { name: "Q" }, tags: ["x"] } };
        assert.equal(await store.update("a", patch), 1);
        const entry = await store.get("a");
        assert.deepEqual(entry?.metadata, { title: "Old", ...patch.metadata });
        assert.deepEqual(entry?.vector, Float32Array.of(1, 0));
        assert.deepEqual(await metadataOf("b"), { year: 1930, "publisher.name": "dotted" });
      });

      it("gives a new version, and none to what is not updated", async () => {
        const [a, b] = await store.get(["a", "b"]);
        await store.update("a", { metadata: { year: 1 } });
        const [later, same] = await store.get(["a", "b"]);
        assert.ok(Number(later?.version) > Number(a?.version));
        assert.equal(same?.version, b?.version);
        const { version } = await store.set({ id: "n", vector: [1, 1] });
        assert.ok(version > Number(later?.version));
      });

      it("takes fields away, a dotted name as it stands first, then inside of objects", async () => {
        const remove = ["publisher.name", "publisher.city.zip", "title"];
        assert.equal(await store.update(["a", "b"], { remove }), 2);
        assert.deepEqual(await metadataOf("a"), { year: 1920, publisher: { city: { name: "B" } } });
        assert.deepEqual(await metadataOf("b"), { year: 1930 });
      });

      it("passes over what is not there to be removed, and counts the entry all the same", async () => {
        const remove = ["none", "title.none", "publisher.none.name", "toString", "__proto__"];
        assert.equal(await store.update("a", { remove }), 1);
        assert.deepEqual(await metadataOf("a"), old);
      });

      it("does not reach into arrays", async () => {
        await store.set({ id: "l", vector: [1, 1], metadata: { list: [{ x: 1 }, { x: 2 }] } });
        await store.update("l", { remove: ["list.0", "list.x", "list.0.x", "list.length"] });
        assert.deepEqual(await metadataOf("l"), { list: [{ x: 1 }, { x: 2 }] });
      });

      it("keeps a field that is named __proto__ a field", async () => {
        const metadata = JSON.parse('{"__proto__":{"x":1},"y":2}');
        await store.update("a", { metadata });
        assert.deepEqual(Object.keys((await metadataOf("a")) ?? {}).sort(), [
          ...["__proto__", "publisher", "title", "y", "year"],
        ]);
        await store.update("a", { remove: ["__proto__.x"], metadata: { y: 3 } });
        const left = await metadataOf("a");
        assert.deepEqual(
          Object.entries(left ?? {}).find(([name]) => name === "__proto__")?.[1],
          {},
        );
      });

      it("replaces all of it where that is said", async () => {
        const replaced = await store.update(
          { all: true },
          { metadata: { n: 1 } },
          { metadata: "replace" },
        );
        assert.equal(replaced, 3);
        for await (const entry of store) assert.deepEqual(entry.metadata, { n: 1 });
        await store.update("a", { metadata: {} }, { metadata: "replace" });
        assert.deepEqual(await metadataOf("a"), {});
      });

      it("drops what is undefined, and keeps dates, bytes and null as they are", async () => {
        const metadata = { year: null, at: new Date(5), bytes: new Uint8Array([1, 2]) };
        await store.update("a", { metadata: { ...metadata, title: undefined } as never });
        assert.deepEqual(await metadataOf("a"), { ...old, ...metadata });
      });

      it("is seen by predicates and searches at once", async () => {
        await store.update({ where: { year: { $lt: 1935 } } }, { metadata: { early: true } });
        const where = { early: true };
        assert.equal(await store.count({ where }), 2);
        const [nearest] = await store.search([1, 0], { where, limit: 1 });
        assert.equal(nearest.metadata.early, true);
        const matches = await store.search([1, 0]);
        assert.deepEqual(
          matches.map(({ distance, metadata }) => [distance, metadata.early ?? false]),
          [
            [0, true],
            [1, true],
            [2, false],
          ],
        );
      });
    });

    describe("of the vector", () => {
      it("writes the new one under the given id, and keeps the metadata", async () => {
        assert.equal(await store.update("a", { vector: [9, 9] }), 1);
        const entry = await store.get("a");
        assert.deepEqual(entry?.vector, Float32Array.of(9, 9));
        assert.deepEqual(entry?.metadata, old);
        assert.equal(await store.count(), 3);
        const [nearest] = await store.search([9, 9], { limit: 1 });
        assert.deepEqual([nearest.id, nearest.distance], ["a", 0]);
      });

      it("moves an entry whose id came from its content to the id of the new one", async () => {
        const updated = await store.update([[3, 0]], { vector: [4, 0], metadata: { moved: true } });
        assert.equal(updated, 1);
        const [before, after] = await store.get([
          [3, 0],
          [4, 0],
        ]);
        assert.equal(before, undefined);
        assert.equal(after?.id, idOf([4, 0]));
        assert.deepEqual(after?.metadata, { year: 1940, moved: true });
        assert.equal(await store.count(), 3);
        const [nearest] = await store.search([4, 0], { limit: 1 });
        assert.equal(nearest.id, idOf([4, 0]));
      });

      it("leaves an entry where it is whose content it is already", async () => {
        const id = idOf([3, 0]);
        assert.equal(await store.update(id, { vector: [3, -0] }), 1);
        assert.deepEqual((await store.get(id))?.vector, Float32Array.of(3, -0));
        assert.equal(await store.count(), 3);
      });

      it("leaves an entry whose id was given, though it looks like that of a content", async () => {
        const id = idOf([7, 7]);
        await store.set({ id, vector: [8, 8] });
        assert.equal(await store.update(id, { vector: [9, 9] }), 1);
        assert.deepEqual((await store.get(id))?.vector, Float32Array.of(9, 9));
        assert.deepEqual(await store.get([[9, 9]]), [undefined]);
      });

      it("refuses to move an entry to an id that is taken, and changes nothing", async () => {
        const taken = idOf([4, 0]);
        await store.set({ id: taken, vector: [7, 7] });
        const all = await store.find();
        const error = await rejects(
          store.update([[3, 0], "a"], { vector: [4, 0] }),
          "ENTRY_EXISTS",
        );
        assert.equal(error.details.id, taken);
        assert.deepEqual(await store.find(), all);
      });

      it("refuses to move two entries to one id", async () => {
        await store.set({ vector: [5, 0] });
        const all = await store.find();
        await rejects(store.update({ all: true }, { vector: [6, 0] }), "ENTRY_EXISTS");
        assert.deepEqual(await store.find(), all);
        assert.equal(await store.update(["a", "b", [5, 0]], { vector: [6, 0] }), 3);
        assert.equal((await store.search([6, 0], { maxDistance: 0 })).length, 3);
      });

      it("refuses one of another dimension, also where there is nothing to update", async () => {
        for (const target of ["a", "never"]) {
          const error = await rejects(store.update(target, { vector: [1] }), "DIMENSION_MISMATCH");
          assert.deepEqual(error.details, { expected: 2, got: 1 });
        }
      });
    });

    describe("by its target", () => {
      const patch = { metadata: { seen: true } };

      it("takes ids and vectors as keys, each once, and passes over what is not there", async () => {
        assert.equal(await store.update(["a", "never", [3, 0], "a", [8, 8]], patch), 2);
        assert.equal(await store.count({ where: { seen: true } }), 2);
        assert.equal(await store.update("never", patch), 0);
        assert.equal(await store.update([], patch), 0);
      });

      it("takes a predicate, and all where that is said", async () => {
        assert.equal(await store.update({ where: { year: { $gt: 1925 } } }, patch), 2);
        assert.equal(await store.update({ where: { year: 7 } }, patch), 0);
        assert.equal(await store.update({ all: true }, patch), 3);
      });

      it("decides by what was there before it", async () => {
        const where = { year: { $gte: 1930 } };
        assert.equal(await store.update({ where }, { metadata: { year: 0 } }), 2);
        assert.equal(await store.update({ where }, { metadata: { year: 0 } }), 0);
      });

      it("never takes a predicate that always holds, or nothing, for all", async () => {
        for (const where of [{}, { $and: [] }, { year: { $nin: [] } }, { $not: { $or: [] } }]) {
          await rejects(store.update({ where }, patch), "INVALID_ARGUMENT");
        }
        for (const target of [{}, { where: undefined }, { all: false }, undefined, 5, [1, 2]]) {
          await rejects(store.update(target as never, patch), "INVALID_ARGUMENT");
        }
        assert.equal(await store.count({ where: { seen: true } }), 0);
      });

      it("updates many, page or no page", async () => {
        const many = Array.from({ length: 1_200 }, (_, n) => ({
          id: `m${n}`,
          vector: [n, 1],
          metadata: { many: n },
        }));
        await store.set(many);
        const where = { many: { $lt: 700 } };
        assert.equal(await store.update({ where }, { metadata: { half: 1 } }), 700);
        assert.equal(await store.count({ where: { half: 1 } }), 700);
        assert.equal(await store.update({ all: true }, { remove: ["half"] }), 1_203);
        assert.equal(await store.count({ where: { half: 1 } }), 0);
        assert.deepEqual(await metadataOf("m5"), { many: 5 });
      });
    });

    it("is told by the changes: a move as the end of one entry and the setting of another", async () => {
      const { name } = store;
      const begin = await suite.engine.execute(query.changes({ store: name }));
      await store.update(["a", [3, 0]], { vector: [4, 0] });
      await store.update({ where: { year: { $lt: 1935 } } }, { remove: ["title"] });
      const { changes } = await suite.engine.execute(
        query.changes({ store: name, since: begin.next }),
      );
      const told = changes.map(({ kind, id, version }) => ({ kind, id, version }));
      const [a, moved, b] = await store.get(["a", [4, 0], "b"]);
      const first = Number(moved?.version);
      assert.deepEqual(told, [
        { kind: "delete", id: idOf([3, 0]), version: first },
        { kind: "set", id: "a", version: a?.version },
        { kind: "set", id: idOf([4, 0]), version: first },
        ...told.slice(3),
      ]);
      const last = told.slice(3).sort((one, other) => (one.id < other.id ? -1 : 1));
      assert.deepEqual(last, [
        { kind: "set", id: "a", version: a?.version },
        { kind: "set", id: "b", version: b?.version },
      ]);
    });

    it("leaves nothing that does not fit", async () => {
      await store.search([1, 1]);
      for (let n = 0; n < 5; n++) {
        await store.update({ all: true }, { metadata: { n } });
        await store.update(["a", [n + 3, 0]], { vector: [n + 4, 0], ttlMs: 1_000_000 + n });
        await store.update("b", { vector: [n, n] });
      }
      const { problems } = await suite.engine.execute(query.verify({}));
      assert.deepEqual(problems, []);
    });

    it("updates nothing where the patch says nothing", async () => {
      const all = await store.find();
      for (const patch of [{}, { metadata: {} }, { remove: [] }, { metadata: undefined }]) {
        assert.equal(await store.update({ all: true }, patch as object), 0);
      }
      assert.deepEqual(await store.find(), all);
      await rejects(suite.engine.store(suite.newName()).update("a", {}), "STORE_NOT_FOUND");
    });

    it("copies its patch before it returns", async () => {
      const vector = Float32Array.of(5, 5);
      const metadata = { list: [1] };
      const remove = ["title"];
      const updated = store.update("a", { vector, metadata, remove });
      vector.fill(0);
      metadata.list.push(2);
      remove[0] = "year";
      await updated;
      const entry = await store.get("a");
      assert.deepEqual(entry?.vector, Float32Array.of(5, 5));
      assert.deepEqual(entry?.metadata, { year: 1920, publisher: old.publisher, list: [1] });
    });
  });
}
