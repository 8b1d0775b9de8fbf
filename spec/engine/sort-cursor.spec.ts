import assert from "node:assert/strict";
import fc from "fast-check";
import { makeCursor } from "../../lib/engine/cursor.js";
import { makeSortCursor, readSortCursor } from "../../lib/engine/sort-cursor.js";
import type { CheckedQuery } from "../../lib/model/checked-query.js";
import type { MetadataValue } from "../../lib/model/metadata.js";
import { sortKeyOf } from "../../lib/model/value-order.js";
import type { StoredStore } from "../../lib/rows/store-rows.js";

describe("the cursor of a sorted page", () => {
  const store = { name: "s", incarnation: 7 } as StoredStore;
  const asking = (cursor?: string): CheckedQuery<"find"> => ({
    ...{ kind: "find", store: "s", limit: 10, cursor, where: { kind: "all" } },
    sort: { field: "a", isDescending: false },
    include: { vector: true, metadata: true },
  });

  it("gives back the key and the id it was made of, whatever they are", () => {
    const values = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
      fc.string({ unit: "binary" }),
      fc.date({ noInvalidDate: true }),
      fc.constantFrom<MetadataValue | undefined>(null, true, false, [1], { a: 1 }, undefined),
      fc.uint8Array(),
    );
    const ids = fc.string({ unit: "binary", minLength: 1 });
    const property = fc.property(values, ids, (value, id) => {
      const place = { key: sortKeyOf(value), id };
      const cursor = makeSortCursor(store, asking(), place);
      const read = readSortCursor(store, asking(cursor));
      assert.deepEqual(read, place);
    });
    fc.assert(property);
    assert.equal(readSortCursor(store, asking()), undefined);
  });

  it("that was not made by a page is INVALID_ARGUMENT, even with the right sum", () => {
    const wrong = [
      ...["", "x", "{}", "[]", "[4]", "null", '[4,"1","a"]', '[5,1,"a"]', '[5,"\\ud800","a"]'],
      ...["[4,1,2]", '[1,1,"a"]', '[11,null,"a"]', '["4",1,"a"]', '[6,null,"a"]', "[4,1]"],
    ];
    for (const text of wrong) {
      const cursor = makeCursor(store, asking(), text);
      assert.throws(() => readSortCursor(store, asking(cursor)), { code: "INVALID_ARGUMENT" });
    }
  });
});
