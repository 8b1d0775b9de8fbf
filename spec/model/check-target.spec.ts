import assert from "node:assert/strict";
import { idOf } from "../../lib/model/vector.js";
import { check, f32, least, refusesQuery } from "./queries.js";

describe("checkQuery of a delete", () => {
  const target = (given: unknown) => check({ ...least.delete, target: given }).target;
  const refusesTarget = (given: unknown, sentence: RegExp) =>
    refusesQuery({ ...least.delete, target: given }, sentence);

  it("takes an id, a list of keys, a predicate or all", () => {
    assert.deepEqual(target("a"), { kind: "ids", ids: ["a"] });
    assert.deepEqual(target([]), { kind: "ids", ids: [] });
    assert.deepEqual(target(["a", [1]]), { kind: "ids", ids: ["a", idOf([1])] });
    const where = { kind: "equal", field: "a", value: 1 };
    assert.deepEqual(target({ where: { a: 1 } }), { kind: "where", where });
    assert.deepEqual(target({ where: { a: 1 }, ifVersion: undefined }), { kind: "where", where });
    assert.deepEqual(target({ where: { $or: [] } }), { kind: "where", where: { kind: "none" } });
    assert.deepEqual(target({ all: true }), { kind: "all" });
  });

  it("refuses a predicate that holds always, however it is written", () => {
    const always = [{}, { $and: [] }, { a: { $nin: [] } }, { $not: { $or: [] } }, { $or: [{}] }];
    for (const where of always) refusesTarget({ where }, /^target\.where: .*say \{ all: true \}/);
  });

  it("refuses what names nothing, both or too much", () => {
    const expected = /^target: expected an id, an array of keys, \{ where \} or \{ all: true \}/;
    const both = { where: { a: 1 }, all: true };
    const values = [undefined, null, 1, {}, { where: undefined }, both, f32(1), new Uint8Array(1)];
    for (const given of values) refusesTarget(given, expected);
    refusesTarget({ all: false }, /^target\.all: expected true, got false/);
    refusesTarget({ all: 1 }, /^target\.all: expected true/);
    refusesTarget({ all: true, x: 1 }, /^target: unknown field "x"; there are where, all/);
    refusesTarget({ where: { a: 1 }, ifVersion: 3 }, /^target: unknown field "ifVersion"/);
    refusesTarget({ where: null }, /^where: expected an object, got null/);
    refusesTarget([1, 2], /^target\[0\]: expected a key .*got 1/);
    refusesTarget("", /^target: an id is not empty/);
  });
});
