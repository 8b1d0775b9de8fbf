import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import { duringSuite, type Reach } from "../support/reach.js";

export function metadataContract(reach: Reach): void {
  describe("metadata", () => {
    const suite = duringSuite(reach);
    const vector = [1];
    let store: Store;
    before(async () => {
      store = await suite.newStore({ dimension: 1 });
    });

    for (const [what, value] of Object.entries(values)) {
      it(`comes back as it was set: ${what}`, async () => {
        const metadata = { value, list: [value, [value]], nested: { deep: { value } } };
        await store.set({ id: "a", vector, metadata });
        assert.deepEqual((await store.get("a"))?.metadata, metadata);
        assert.deepEqual((await store.find()).entries[0].metadata, metadata);
        assert.deepEqual((await store.search([1]))[0].metadata, metadata);
      });
    }

    it("is empty where none was given", async () => {
      await store.set({ id: "a", vector });
      assert.deepEqual((await store.get("a"))?.metadata, {});
    });

    it("loses undefined properties and nothing else", async () => {
      const metadata = { gone: undefined, kept: null, nested: { gone: undefined, kept: 0 } };
      await store.set({ id: "a", vector, metadata: metadata as never });
      assert.deepEqual((await store.get("a"))?.metadata, { kept: null, nested: { kept: 0 } });
    });

    it("takes a Buffer for its bytes, and no more than its view", async () => {
      const bytes = Buffer.from("....bytes....").subarray(4, 9);
      await store.set({ id: "a", vector, metadata: { bytes } });
      const expected = new Uint8Array([0x62, 0x79, 0x74, 0x65, 0x73]);
      const got = (await store.get("a"))?.metadata.bytes;
      assert.ok(got instanceof Uint8Array);
      assert.deepEqual(new Uint8Array(got), expected);
    });

    it("takes names of fields of every kind", async () => {
      const names = ["a.b", " ", "\u0000", "a$", "\u{1f680}", "toString", "constructor", "0", "é"];
      const metadata = Object.fromEntries(names.map((name, number) => [name, number]));
      await store.set({ id: "a", vector, metadata });
      assert.deepEqual((await store.get("a"))?.metadata, metadata);
    });

    it("takes an object without a prototype", async () => {
      const metadata = Object.assign(Object.create(null), { a: 1 });
      await store.set({ id: "a", vector, metadata });
      assert.equal((await store.get("a"))?.metadata.a, 1);
    });

    it("never reaches a prototype by the name __proto__", async () => {
      const metadata = JSON.parse('{"__proto__":{"reached":true},"a":{"__proto__":{"b":1}}}');
      await store.set({ id: "a", vector, metadata }).catch(() => undefined);
      await store.get("a");
      assert.equal(({} as { reached?: boolean }).reached, undefined);
      assert.equal(({} as { b?: number }).b, undefined);
      const entry = await store.get("a");
      assert.equal(Object.getPrototypeOf(entry?.metadata), Object.prototype);
    });
  });
}

const values = {
  null: null,
  booleans: [true, false],
  integers: [0, 1, -1, 127, 128, -129, 65_536, 2 ** 31, -(2 ** 31) - 1, 2 ** 32, 2 ** 53 - 1],
  "the smallest safe integer": Number.MIN_SAFE_INTEGER,
  "numbers above the safe integers": [2 ** 53, 2 ** 63, 2 ** 64, 1e300],
  fractions: [0.1, -0.5, 1 / 3, 5e-324, Number.MAX_VALUE, 1.5e-10],
  "the empty text": "",
  text: "Grüße, 世界, \u{1f9d1}\u200d\u{1f680}, \u0000 and \ufeff",
  "long text": "x".repeat(5_000),
  "text like a date": "2020-01-01T00:00:00.000Z",
  dates: [0, 1, -1, 1.7e12 + 123, -62_135_596_800_000, 2 ** 34 * 1000, 8.64e15, -8.64e15].map(
    (time) => new Date(time),
  ),
  bytes: [new Uint8Array([]), new Uint8Array([0, 1, 255]), new Uint8Array(300).fill(7)],
  "empty containers": [[], {}, [[]], [{}]],
  "objects in lists": [{ a: [{ b: { c: [1, "two", null] } }] }],
  "a long list": Array.from({ length: 1_000 }, (_, i) => i),
  "many fields": Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`field${i}`, i])),
} as const;
