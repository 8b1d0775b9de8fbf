import assert from "node:assert/strict";
import { checkQuery } from "../../lib/model/check-query.js";
import { makeLimits } from "../../lib/model/limits.js";
import { check, f32, least, refusesQuery } from "./queries.js";

describe("checkQuery of a search", () => {
  const target = (given: unknown) => check({ ...least.search, target: given }).target;
  const refusesTarget = (given: unknown, sentence: RegExp) =>
    refusesQuery({ ...least.search, target: given }, sentence);

  it("takes a vector or examples", () => {
    assert.deepEqual(target([1, 2]), { kind: "vector", vector: f32(1, 2) });
    assert.deepEqual(target({ near: ["a", [1]], awayFrom: [f32(2)] }), {
      kind: "examples",
      near: [
        { kind: "id", id: "a" },
        { kind: "vector", vector: f32(1) },
      ],
      awayFrom: [{ kind: "vector", vector: f32(2) }],
    });
    assert.deepEqual(target({ near: ["a"] }), {
      kind: "examples",
      near: [{ kind: "id", id: "a" }],
      awayFrom: [],
    });
  });

  it("shares no vector with the caller", () => {
    const [one, two, three] = [f32(1), f32(2), f32(3)];
    const query = check({ ...least.search, target: { near: [one], awayFrom: [two] } });
    const many = check({ ...least.searchMany, targets: [three] });
    for (const vector of [one, two, three]) vector[0] = 9;
    assert.deepEqual(query.target, {
      kind: "examples",
      near: [{ kind: "vector", vector: f32(1) }],
      awayFrom: [{ kind: "vector", vector: f32(2) }],
    });
    assert.deepEqual(many.targets, [f32(3)]);
  });

  it("refuses targets that are neither", () => {
    for (const given of [undefined, null, 1, "a"]) {
      refusesTarget(given, /^target: expected a vector or \{ near, awayFrom \}, got/);
    }
    refusesTarget([], /^target: .*at least one element/);
    refusesTarget(["a"], /^target\[0\]: expected a finite float32/);
    refusesTarget(new Float64Array(1), /^target: expected a Float32Array .*got a Float64Array/);
    refusesTarget(
      { near: ["a"], far: [] },
      /^target: unknown field "far"; there are near, awayFrom/,
    );
  });

  it("refuses examples without a near one, or that are no keys", () => {
    refusesTarget({}, /^target\.near: expected an array, got undefined/);
    refusesTarget({ near: [] }, /^target\.near: expected at least one example/);
    refusesTarget({ near: "a" }, /^target\.near: expected an array/);
    refusesTarget({ near: [1, 2] }, /^target\.near\[0\]: expected a key/);
    refusesTarget({ near: ["a"], awayFrom: [""] }, /^target\.awayFrom\[0\]: .*not empty/);
  });

  it("takes many vectors, and no examples among them", () => {
    const { targets } = check({ ...least.searchMany, targets: [[1], f32(2)] });
    assert.deepEqual(targets, [f32(1), f32(2)]);
    for (const bad of ["a", { near: ["a"] }, 1, undefined]) {
      refusesQuery({ ...least.searchMany, targets: [[1], bad] }, /^targets\[1\]: expected a Float/);
    }
    refusesQuery({ ...least.searchMany, targets: f32(1) }, /^targets: expected an array/);
  });

  it("takes at most a hundred times limits.limit matches of all targets together", () => {
    const limits = makeLimits({ limit: 7 });
    const ask = (count: number, limit?: number) => ({
      ...least.searchMany,
      targets: Array.from({ length: count }, () => [1]),
      limit,
    });
    for (const query of [ask(100, 7), ask(700, 1), ask(100)]) {
      assert.equal(checkQuery(query, limits).kind, "searchMany");
    }
    for (const [query, got] of [
      [ask(101, 7), 707],
      [ask(701, 1), 701],
      [ask(101), 707],
    ] as const) {
      assert.throws(() => checkQuery(query, limits), {
        code: "LIMIT_EXCEEDED",
        details: { limit: "limit", bound: 700, got },
      });
    }
  });
});
