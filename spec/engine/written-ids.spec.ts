import assert from "node:assert/strict";
import fc from "fast-check";
import { IdFilter } from "../../lib/engine/id-filter.js";
import { WrittenIds } from "../../lib/engine/written-ids.js";
import type { StoredStore } from "../../lib/rows/store-rows.js";

describe("a filter of ids", () => {
  it("has every id that was added, however many", () => {
    const ids = fc.array(fc.string({ unit: "binary", maxLength: 12 }), { maxLength: 300 });
    fc.assert(
      fc.property(ids, (added) => {
        const filter = new IdFilter();
        for (const id of added) filter.add(id);
        assert.equal(filter.size, added.length);
        assert.ok(added.every((id) => filter.mayHave(id)));
      }),
      { numRuns: 20 },
    );
  });

  it("says of few others that it may have them", () => {
    const filter = new IdFilter();
    for (let i = 0; i < 30_000; i++) filter.add(`entry-${i}`);
    let found = 0;
    for (let i = 30_000; i < 60_000; i++) if (filter.mayHave(`entry-${i}`)) found++;
    assert.ok(found < 1_000, `it may have ${found} of 30,000 others`);
  });
});

describe("the ids that stores were given", () => {
  it("are known of a store that was empty when it was first asked about", () => {
    const written = new WrittenIds();
    assert.equal(written.lacks(store(1, 1), "a"), true);
    written.add(1, "a");
    assert.equal(written.lacks(store(1, 2), "a"), false);
    assert.equal(written.lacks(store(1, 2), "b"), true);
    assert.equal(written.lacks(store(1, 1), "a"), false, "what was taken back stays known");
  });

  it("are not known of a store that had entries, or was dropped", () => {
    const written = new WrittenIds();
    assert.equal(written.lacks(store(1, 2), "a"), false);
    written.add(1, "b");
    assert.equal(written.lacks(store(1, 3), "a"), false);
    assert.equal(written.lacks(store(2, 1), "a"), true);
    written.forget(2);
    assert.equal(written.lacks(store(2, 2), "a"), false);
  });
});

function store(incarnation: number, nextOrdinal: number): StoredStore {
  return {
    ...{ name: "films", incarnation, dimension: 3, metric: "cosine", ttlMs: undefined },
    vectors: "memory",
    ...{ created: 1, named: 1, indexes: [] },
    counters: {
      ...{ entries: 0, nextOrdinal, position: 1, changes: 0 },
      ...{ changesFrom: 1, changesSince: 0, expiring: 0 },
    },
  };
}
