import assert from "node:assert/strict";
import { defaultLimits } from "../../lib/model/limits.js";
import { check, f32, least, refusesQuery } from "./queries.js";

describe("checkQuery of an update", () => {
  const patch = (given: object, more = {}) =>
    check({ ...least.update, patch: given, ...more }).patch;
  const refusesPatch = (given: unknown, sentence: RegExp, more = {}) =>
    refusesQuery({ ...least.update, patch: given, ...more }, sentence);
  const nothing = { vector: undefined, metadata: undefined, ttlMs: undefined, remove: [] };

  it("copies every part of the patch", () => {
    const given = { vector: [1, 2], metadata: { a: { b: [1] } }, remove: ["c.d"], ttlMs: 5 };
    const checked = patch(given);
    assert.deepEqual(checked, { ...given, vector: f32(1, 2), replaces: false });
    given.metadata.a.b.push(2);
    given.remove.push("e");
    assert.deepEqual(checked.metadata, { a: { b: [1] } });
    assert.deepEqual(checked.remove, ["c.d"]);
    assert.deepEqual(patch({ ttlMs: null }), { ...nothing, ttlMs: null, replaces: false });
  });

  it("takes the whole metadata where all is replaced", () => {
    const whole = { metadata: { a: 1 }, remove: [] };
    const replaced = patch(whole, { metadata: "replace" });
    assert.deepEqual(replaced, { ...nothing, metadata: { a: 1 }, replaces: true });
  });

  it("refuses what contradicts itself, naming the field", () => {
    const set = { metadata: { a: 1, "b.c": 2 } };
    refusesPatch({ ...set, remove: ["x", "a"] }, /^patch\.remove\[1\]: "a" is also set/);
    refusesPatch({ ...set, remove: ["a.x"] }, /^patch\.remove\[0\]: "a" is also set/);
    refusesPatch({ ...set, remove: ["b.c"] }, /^patch\.remove\[0\]: "b\.c" is also set/);
    assert.deepEqual(patch({ ...set, remove: ["b.x", "c"] }).remove, ["b.x", "c"]);
    const replace = { metadata: "replace" };
    refusesPatch({ vector: [1] }, /^patch\.metadata: expected the whole metadata/, replace);
    refusesPatch({ ...set, remove: ["c"] }, /^patch\.remove: there is nothing to remove/, replace);
  });

  it("refuses what is no patch", () => {
    for (const given of [null, undefined, 1, "a", []]) refusesPatch(given, /^patch: expected an/);
    refusesPatch({ id: "b" }, /^patch: unknown field "id"; there are vector, metadata, remove/);
    refusesPatch({ vector: "a" }, /^patch\.vector: expected/);
    refusesPatch({ metadata: { a: 1n } }, /^patch\.metadata\.a: /);
    refusesPatch({ remove: "a" }, /^patch\.remove: expected an array, got/);
    refusesPatch({ remove: ["a", 1] }, /^patch\.remove\[1\]: expected the name of a field, got 1/);
    refusesPatch({ remove: [""] }, /^patch\.remove\[0\]: a field name is not empty/);
    refusesPatch({ ttlMs: 0 }, /^patch\.ttlMs: expected/);
    refusesPatch({}, /^metadata: expected one of "merge", "replace"/, { metadata: "upsert" });
    const parts = Array(defaultLimits.metadataDepth + 1).fill("a");
    refusesQuery(
      { ...least.update, patch: { remove: [parts.join(".")] } },
      /parts of a dotted name/,
      "LIMIT_EXCEEDED",
    );
  });

  it("takes a version only for keys", () => {
    const guarded = (target: unknown) => ({ ...least.update, target, ifVersion: 3 });
    assert.equal(check(guarded("a") as never).kind, "update");
    assert.equal(check({ ...least.delete, target: ["a"], ifVersion: 0 }).ifVersion, 0);
    refusesQuery(guarded({ all: true }), /^ifVersion: expected a target that is an id .*\{ all \}/);
    refusesQuery(guarded({ where: { a: 1 } }), /^ifVersion: expected .*\{ where \}/);
  });
});
