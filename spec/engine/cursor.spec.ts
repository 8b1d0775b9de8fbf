import assert from "node:assert/strict";
import fc from "fast-check";
import { makeCursor, readCursor } from "../../lib/engine/cursor.js";
import type { CheckedQuery } from "../../lib/model/checked-query.js";
import { defaultLimits } from "../../lib/model/limits.js";
import { parsePredicate } from "../../lib/model/parse-predicate.js";
import type { StoredStore } from "../../lib/rows/store-rows.js";

describe("a cursor", () => {
  const store = { name: "s", incarnation: 7 } as StoredStore;
  const other = { name: "s", incarnation: 8 } as StoredStore;

  const asking = (where: object, cursor?: string): CheckedQuery<"find"> => ({
    ...{ kind: "find", store: "s", limit: 10, cursor },
    where: parsePredicate(where, defaultLimits),
    sort: undefined,
    include: { vector: true, metadata: true },
  });

  it("gives back the id it was made of, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (id) => {
        const cursor = makeCursor(store, asking({ n: 1 }), id);
        assert.equal(readCursor(store, asking({ n: 1 }, cursor)), id);
      }),
    );
  });

  it("is good for pages of any length", () => {
    const cursor = makeCursor(store, asking({}), "a");
    assert.equal(readCursor(store, { ...asking({}, cursor), limit: 3 }), "a");
  });

  it("of another store, or of the store of that name before it, is INVALID_ARGUMENT", () => {
    const cursor = makeCursor(store, asking({}), "a");
    const read = () => readCursor(other, asking({}, cursor));
    assert.throws(read, { code: "INVALID_ARGUMENT", message: /another store/ });
  });

  it("of another predicate is INVALID_ARGUMENT", () => {
    const wheres = [
      {},
      { n: 1 },
      { n: "1" },
      { n: new Date(1) },
      { n: new Date(1).toISOString() },
      { n: new Uint8Array([1]) },
      { n: { $eq: { date: 1 } } },
      { n: { $eq: { bytes: "01" } } },
      { n: { $gt: 1 } },
      { n: { $gte: 1 } },
      { m: 1 },
    ];
    for (const [i, made] of wheres.entries()) {
      const cursor = makeCursor(store, asking(made), "a");
      for (const [j, asked] of wheres.entries()) {
        const read = () => readCursor(store, asking(asked, cursor));
        if (i === j) assert.equal(read(), "a");
        else assert.throws(read, { code: "INVALID_ARGUMENT" });
      }
    }
  });

  it("that no page has given is INVALID_ARGUMENT", () => {
    const real = makeCursor(store, asking({}), "abc");
    const bytes = Buffer.from(real, "base64url");
    const forged = ["", "a", "!!", real.slice(1), `${real}A`, `${real}=`, real.slice(0, 8)];
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      (flipped[bit >> 3] as number) ^= 1 << (bit & 7);
      forged.push(flipped.toString("base64url"));
    }
    for (const cursor of forged) {
      const read = () => readCursor(store, asking({}, cursor));
      assert.throws(read, { code: "INVALID_ARGUMENT" }, cursor);
    }
  });
});
