import assert from "node:assert/strict";
import { isQueryKind, query, queryKinds, rights } from "../../lib/model/query.js";

describe("query", () => {
  it("makes a query of every kind, as plain data", () => {
    for (const kind of queryKinds) {
      const make = query[kind] as (ask: object) => object;
      assert.deepEqual(make({ store: "films" }), { store: "films", kind });
    }
  });

  it("lets no field of the ask name another kind", () => {
    assert.equal(query.count({ store: "a", kind: "delete" } as { store: string }).kind, "count");
  });

  it("cannot be changed", () => {
    assert.ok(Object.isFrozen(query));
  });
});

describe("queryKinds", () => {
  it("lists every kind that has a right, once", () => {
    assert.deepEqual([...queryKinds].sort(), Object.keys(rights).sort());
    assert.deepEqual([...queryKinds].sort(), Object.keys(query).sort());
    assert.equal(new Set(queryKinds).size, queryKinds.length);
  });

  it("are told from other names, inherited ones too", () => {
    for (const kind of queryKinds) assert.ok(isQueryKind(kind));
    for (const other of ["toString", "__proto__", "Ping", "", undefined, 1, ["ping"]]) {
      assert.equal(isQueryKind(other), false);
    }
  });
});
