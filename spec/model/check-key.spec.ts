import assert from "node:assert/strict";
import { idOf } from "../../lib/model/vector.js";
import { check, f32, least, refusesQuery } from "./queries.js";

describe("checkQuery of keys", () => {
  it("takes ids and vectors, which stand for the id of their content", () => {
    const keys = ["a", [1, 2], f32(1, -0)];
    assert.deepEqual(check({ ...least.get, keys }).ids, ["a", idOf([1, 2]), idOf([1, 0])]);
  });

  it("refuses a bare list of numbers, a bare vector and a bare id", () => {
    refusesQuery({ ...least.get, keys: [1, 2] }, /^keys\[0\]: expected a key .*got 1/);
    refusesQuery({ ...least.get, keys: f32(1) }, /^keys: expected an array, got a Float32Array/);
    refusesQuery({ ...least.get, keys: "a" }, /^keys: expected an array, got the string/);
    refusesQuery({ kind: "get", store: "s" }, /^keys: expected an array, got undefined/);
  });

  it("refuses keys that are neither, with their place", () => {
    for (const key of [null, undefined, true, 1n]) {
      refusesQuery({ ...least.get, keys: ["a", key] }, /^keys\[1\]: expected a key/);
    }
    refusesQuery({ ...least.get, keys: ["a", ""] }, /^keys\[1\]: .*not empty/);
    refusesQuery({ ...least.get, keys: [[Number.NaN]] }, /^keys\[0\]\[0\]: .*finite/);
    refusesQuery({ ...least.get, keys: [{ id: "a" }] }, /^keys\[0\]: expected a Float32Array/);
    refusesQuery({ ...least.get, keys: new Array(1) }, /^keys\[0\]: expected a key/);
  });
});
