import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { duringSuite, type Reach } from "../support/reach.js";

export function identityContract(reach: Reach): void {
  describe("identity", () => {
    const suite = duringSuite(reach);

    it("gives an entry without an id the id of its vector's content", async () => {
      const store = await suite.newStore({ dimension: 3 });
      await store.set({ vector: [1, -2.5, 0.1] });
      const [entry] = (await store.find()).entries;
      assert.equal(entry.id, sha256([1, -2.5, 0.1]));
      assert.match(entry.id, /^[0-9a-f]{32}$/);
    });

    it("rounds to float32 before anything else", async () => {
      const store = await suite.newStore({ dimension: 1 });
      await store.set({ vector: [0.1] });
      const rounded = Float32Array.of(0.1);
      assert.deepEqual(await store.set({ vector: rounded }).then(counts), [0, 1]);
      assert.deepEqual((await store.get([[0.1]]))[0]?.vector, rounded);
    });

    it("updates the entry when the same vector is set again", async () => {
      const store = await suite.newStore({ dimension: 2 });
      await store.set({ vector: [1, 2], metadata: { time: 1 } });
      const again = await store.set({ vector: [1, 2], metadata: { time: 2 } });
      assert.deepEqual(counts(again), [0, 1]);
      assert.deepEqual((await store.get(sha256([1, 2])))?.metadata, { time: 2 });
    });

    it("takes -0 for +0 in the id and gives it back as it came", async () => {
      const store = await suite.newStore({ dimension: 2 });
      await store.set({ vector: [0, 1] });
      assert.deepEqual(await store.set({ vector: [-0, 1] }).then(counts), [0, 1]);
      const entry = await store.get(sha256([0, 1]));
      assert.ok(Object.is(entry?.vector[0], -0));
    });

    it("lets entries with ids share a vector", async () => {
      const store = await suite.newStore({ dimension: 2 });
      const vector = [1, 2];
      await store.set([{ id: "a", vector }, { id: "b", vector }, { vector }]);
      assert.equal(await store.count(), 3);
    });

    it("means the content's id by a vector as key, never entries with that vector", async () => {
      const store = await suite.newStore({ dimension: 2 });
      await store.set({ id: "named", vector: [1, 2] });
      assert.deepEqual(await store.get([[1, 2]]), [undefined]);
      assert.equal(await store.delete([Float32Array.of(1, 2)]), 0);
      await store.set({ id: sha256([1, 2]), vector: [5, 6] });
      assert.deepEqual((await store.get([[1, 2]]))[0]?.vector, Float32Array.of(5, 6));
    });

    it("keeps vectors as they were given, under every metric", async () => {
      for (const metric of ["cosine", "euclidean", "dot"] as const) {
        const store = await suite.newStore({ dimension: 4, metric });
        const vectors = [
          Float32Array.of(3, 4, 0, 0),
          Float32Array.of(0, 0, 0, 0),
          Float32Array.of(1e17, -1e17, 1e-40, 1.5e-45),
          Float32Array.of(-0, Math.PI, 2 ** -126, 16_777_217),
        ];
        await store.set(vectors.map((vector, number) => ({ id: `v${number}`, vector })));
        const { entries } = await store.find();
        assert.deepEqual(
          entries.map(({ vector }) => vector),
          vectors,
        );
      }
    });

    for (const id of ids) {
      it(`keeps an entry under the id ${JSON.stringify(id.slice(0, 20))}`, async () => {
        const store = await suite.newStore({ dimension: 1 });
        await store.set({ id, vector: [1], metadata: { id } });
        assert.equal((await store.get(id))?.metadata.id, id);
        assert.equal((await store.find()).entries[0].id, id);
        assert.equal((await store.search([1]))[0].id, id);
        assert.equal(await store.delete(id), 1);
      });
    }

    it("keeps ids apart that differ in a byte, a case or a normal form", async () => {
      const store = await suite.newStore({ dimension: 1 });
      const some = [...ids, "\u00e9", "e\u0301", "A", "A ", "a\u0000", `${"x".repeat(511)}y`];
      await store.set(some.map((id, number) => ({ id, vector: [number] })));
      assert.equal(await store.count(), some.length);
      const entries = await store.get(some);
      assert.deepEqual(
        entries.map((entry) => entry?.vector[0]),
        some.map((_, number) => number),
      );
    });
  });
}

function counts({ inserted, updated }: { inserted: number; updated: number }): number[] {
  return [inserted, updated];
}

/** Not the engine's own function: the id that the documentation describes. */
function sha256(vector: number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [i, element] of vector.entries()) bytes.writeFloatLE(element, i * 4);
  return createHash("sha256").update(bytes).digest("hex").slice(0, 32);
}

const ids = [
  "a",
  " ",
  "a/b",
  "\u0000",
  "\n\t\r",
  "\u007f\u0080",
  "\u00df\u07ff\u0800",
  "\ud7ff\ue000\ufffd\uffff",
  "\u{10000}\u{1f9d1}\u200d\u{1f680}\u{10ffff}",
  "\ufeffid",
  "__proto__",
  "constructor",
  "0",
  "-1",
  "x".repeat(512),
  "\u{1f680}".repeat(128),
];
