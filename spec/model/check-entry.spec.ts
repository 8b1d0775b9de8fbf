import assert from "node:assert/strict";
import { copyFlat } from "../../lib/model/copy-value.js";
import { defaultLimits } from "../../lib/model/limits.js";
import { idOf } from "../../lib/model/vector.js";
import { check, f32, least, refusesQuery } from "./queries.js";

describe("checkQuery of a set", () => {
  const entries = (...given: unknown[]) => check({ ...least.set, entries: given }).entries;
  const refusesEntry = (entry: unknown, sentence: RegExp) =>
    refusesQuery({ ...least.set, entries: [{ vector: [1] }, entry] }, sentence);

  it("computes absent ids from the content and makes absent metadata empty", () => {
    assert.deepEqual(
      entries({ vector: [0.1, -0] }, { vector: f32(1), id: "a", ttlMs: null, ifVersion: 0 }),
      [
        {
          id: idOf([0.1, 0]),
          vector: f32(0.1, -0),
          metadata: {},
          ttlMs: undefined,
          ifVersion: undefined,
        },
        { id: "a", vector: f32(1), metadata: {}, ttlMs: null, ifVersion: 0 },
      ],
    );
  });

  it("shares nothing with the caller", () => {
    const given = {
      id: "a",
      vector: f32(1, 2),
      metadata: { list: [1] },
      ttlMs: 2 ** 48 - 1,
      ifVersion: 3,
    };
    const list = [given];
    const query = check({ ...least.set, entries: list });
    list.push(given);
    given.vector[0] = 9;
    given.metadata.list.push(2);
    given.ifVersion = 9;
    const [entry, ...others] = query.entries;
    const metadata = { list: [1] };
    const expected = { id: "a", vector: f32(1, 2), metadata, ttlMs: 2 ** 48 - 1, ifVersion: 3 };
    assert.deepEqual(entry, expected);
    assert.equal(others.length, 0);
  });

  it("takes an array of entries only", () => {
    for (const list of [undefined, { vector: [1] }, new Set([{ vector: [1] }]), "ab", f32(1)]) {
      refusesQuery({ ...least.set, entries: list }, /^entries: expected an array, got/);
    }
  });

  it("refuses entries that are no objects or have unknown fields", () => {
    for (const entry of [null, undefined, 1, "a", [1]]) {
      refusesEntry(entry, /^entries\[1\]: expected an object, got/);
    }
    refusesEntry({ vector: [1], ttl: 5 }, /^entries\[1\]: unknown field "ttl"; there are id, vec/);
    refusesQuery({ ...least.set, entries: new Array(1) }, /^entries\[0\]: expected an object/);
  });

  it("takes of an entry and of its metadata what is their own, and nothing inherited", () => {
    const inherited = Object.create({ id: "inherited", ttl: 5 });
    const [entry] = entries(Object.assign(inherited, { id: undefined, vector: [1] }));
    assert.equal(entry?.id, idOf([1]));
    const metadata = Object.assign(Object.create({ inherited: 1 }), { own: 2 });
    assert.deepEqual(copyFlat(metadata, defaultLimits), { own: 2 });
  });

  it("refuses what an entry cannot hold, with its place", () => {
    refusesEntry({}, /^entries\[1\]\.vector: expected a Float32Array .*undefined/);
    refusesEntry({ vector: [] }, /^entries\[1\]\.vector: .*at least one/);
    refusesEntry({ vector: [1, Number.NaN] }, /^entries\[1\]\.vector\[1\]: .*NaN/);
    refusesEntry({ vector: [1e19] }, /^entries\[1\]\.vector: .*norm/);
    refusesEntry({ vector: [1], id: "" }, /^entries\[1\]\.id: .*not empty/);
    refusesEntry({ vector: [1], id: null }, /^entries\[1\]\.id: .*null/);
    refusesEntry({ vector: [1], metadata: null }, /^entries\[1\]\.metadata: .*null/);
    refusesEntry(
      { vector: [1], metadata: { a: [1n] } },
      /^entries\[1\]\.metadata\.a\[0\]: .*BigInt/,
    );
    for (const ttlMs of [0, -1, 1.5, 2 ** 48, "1", Number.NaN]) {
      refusesEntry(
        { vector: [1], ttlMs },
        /^entries\[1\]\.ttlMs: expected a whole number of ms from 1/,
      );
    }
    for (const ifVersion of [-1, 1.5, "1", Number.NaN, null]) {
      refusesEntry(
        { vector: [1], ifVersion },
        /^entries\[1\]\.ifVersion: expected an integer from 0/,
      );
    }
  });
});
