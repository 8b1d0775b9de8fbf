import assert from "node:assert/strict";
import fc from "fast-check";
import { checkMetadata } from "../../lib/model/check-metadata.js";
import { compilePredicate, matches } from "../../lib/model/compile-predicate.js";
import { defaultLimits } from "../../lib/model/limits.js";
import type { MetadataValue } from "../../lib/model/metadata.js";
import { parsePredicate } from "../../lib/model/parse-predicate.js";
import { holds } from "../support/naive-predicate.js";
import { dates, fieldNames, metadata, numbers, texts, value } from "./arbitrary-metadata.js";

const answer = (where: object, given: object): boolean =>
  matches(parsePredicate(where, defaultLimits), checkMetadata(given, defaultLimits, "metadata"));
const yes = (where: object, ...givens: object[]): void => {
  for (const given of givens) assert.equal(answer(where, given), true, JSON.stringify(given));
};
const no = (where: object, ...givens: object[]): void => {
  for (const given of givens) assert.equal(answer(where, given), false, JSON.stringify(given));
};

describe("a predicate", () => {
  it("is answered as the naive evaluator answers it", () => {
    let held = 0;
    let runs = 0;
    fc.assert(
      fc.property(where, fc.array(metadata, { maxLength: 4 }), (asked, givens) => {
        const predicate = parsePredicate(asked, defaultLimits);
        const matcher = compilePredicate(predicate);
        for (const given of givens) {
          const expected = holds(asked, given);
          assert.equal(matcher(given), expected);
          assert.equal(matches(predicate, given), expected);
          runs++;
          if (expected) held++;
        }
      }),
      { numRuns: 5_000 },
    );
    // The generators are worth something only if both answers come often.
    assert.ok(held > runs / 10 && held < runs * 0.9, `${held} of ${runs} held`);
  });

  it("holds for all when it is empty", () => {
    yes({}, {}, { a: 1 });
  });

  it("holds for several fields and operators when each holds", () => {
    yes({ a: 1, b: 2 }, { a: 1, b: 2 });
    no({ a: 1, b: 2 }, { a: 1 }, { a: 1, b: 3 });
    yes({ a: { $gt: 1, $lt: 3, $ne: 2.5 } }, { a: 2 });
    no({ a: { $gt: 1, $lt: 3, $ne: 2.5 } }, { a: 1 }, { a: 3 }, { a: 2.5 });
  });

  it("compares strictly in type", () => {
    yes({ a: 1 }, { a: 1 });
    no({ a: 1 }, { a: "1" }, { a: true }, { a: [1] }, { a: new Date(1) }, {});
    no({ a: 0 }, { a: false }, { a: null }, { a: "" });
    no({ a: { $in: ["1", null] } }, { a: 1 }, {}, { a: 0 });
    yes({ a: -0 }, { a: 0 });
  });

  it("compares deeply: dates by time, bytes by content, fields in any order, lists in theirs", () => {
    yes({ a: new Date(5) }, { a: new Date(5) });
    no({ a: new Date(5) }, { a: new Date(6) }, { a: 5 });
    yes({ a: new Uint8Array([1, 2]) }, { a: Buffer.from([1, 2]) });
    no({ a: new Uint8Array([1, 2]) }, { a: new Uint8Array([1]) }, { a: [1, 2] });
    yes({ a: { $eq: { x: 1, y: [new Date(1)] } } }, { a: { y: [new Date(1)], x: 1 } });
    no({ a: { $eq: { x: 1 } } }, { a: { x: 1, y: 2 } }, { a: {} }, { a: { y: 1 } });
    yes({ a: [1, [2]] }, { a: [1, [2]] });
    no({ a: [1, 2] }, { a: [2, 1] }, { a: [1] }, { a: { 0: 1, 1: 2 } });
    no({ a: { $eq: {} } }, { a: [] }, { a: new Date(0) }, { a: new Uint8Array() });
    no({ a: { $eq: { toString: 1 } } }, { a: { b: 1 } });
    no({ a: { $eq: JSON.parse('{"__proto__": {}}') } }, { a: { b: 1 } });
  });

  it("takes null for a value and not for absence", () => {
    yes({ a: null }, { a: null });
    no({ a: null }, {});
    yes({ a: { $exists: true } }, { a: null });
    yes({ a: { $exists: false } }, {});
  });

  it("lets $ne and $nin hold where the field is missing", () => {
    yes({ a: { $ne: 1 } }, {}, { a: 2 }, { a: null });
    yes({ a: { $nin: [1, 2] } }, {}, { a: 3 });
    no({ a: { $nin: [1, 2] } }, { a: 1 });
  });

  it("settles empty lists: $and and $nin hold, $or and $in do not", () => {
    yes({ $and: [] }, {}, { a: 1 });
    yes({ a: { $nin: [] } }, {}, { a: 1 });
    no({ $or: [] }, {}, { a: 1 });
    no({ a: { $in: [] } }, {}, { a: 1 });
    no({ $not: { $and: [] } }, {});
  });

  it("holds a range within one type", () => {
    yes({ a: { $gte: 1, $lt: 3 } }, { a: 1 }, { a: 2.9 });
    no({ a: { $gte: 1, $lt: 3 } }, { a: 3 }, { a: "2" }, { a: new Date(2) }, {}, { a: null });
    yes({ a: { $gt: new Date(1), $lte: new Date(3) } }, { a: new Date(3) });
    no({ a: { $gt: new Date(1) } }, { a: new Date(1) }, { a: 2 });
    no({ a: { $gt: "" } }, { a: 1 }, { a: "" });
    no({ a: { $gt: 3, $lt: 1 } }, { a: 2 }, { a: 0 }, { a: 4 });
    yes({ a: { $gt: 1, $gte: 2 } }, { a: 2 });
    no({ a: { $gt: 2, $gte: 2 } }, { a: 2 });
    no({ a: { $lt: 2, $lte: 3 } }, { a: 2 }, { a: 3 });
  });

  it("orders texts by their UTF-8 bytes", () => {
    yes({ a: { $gt: "\uffff" } }, { a: "\u{10000}" });
    no({ a: { $lt: "\ue000" } }, { a: "\u{10000}" });
    yes({ a: { $gte: "b", $lt: "c" } }, { a: "b" }, { a: "bzz" });
    no({ a: { $gte: "b", $lt: "c" } }, { a: "a" }, { a: "c" });
  });

  it("finds the start of a text and the member of an array", () => {
    yes({ a: { $startsWith: "ab" } }, { a: "ab" }, { a: "abc" });
    no({ a: { $startsWith: "ab" } }, { a: "a" }, { a: ["ab"] }, {});
    yes({ a: { $contains: "x" } }, { a: ["y", "x"] });
    no({ a: { $contains: "x" } }, { a: "x" }, { a: ["y"] }, { a: { x: 1 } }, {});
    yes({ a: { $contains: { b: 1 } } }, { a: [{ b: 1 }] });
    yes({ a: { $contains: null } }, { a: [null] });
  });

  it("never enters arrays", () => {
    no({ "a.b": 1 }, { a: [{ b: 1 }] });
    no({ "a.0": 1 }, { a: [1] });
    no({ "a.length": { $exists: true } }, { a: [1] }, { a: new Uint8Array(1) }, { a: "x" });
    no({ a: 1 }, { a: [1] });
  });

  it("tries a dotted name as it stands, then split at its dots, the longest head first", () => {
    yes({ "a.b": 1 }, { "a.b": 1 }, { a: { b: 1 } }, { "a.b": 1, a: { b: 2 } });
    no({ "a.b": 2 }, { "a.b": 1, a: { b: 2 } });
    yes({ "a.b.c": 1 }, { a: { "b.c": 1, b: { c: 2 } } }, { "a.b": { c: 1 }, a: { "b.c": 2 } });
    yes({ "a.b.c": 1 }, { "a.b": { d: 1 }, a: { "b.c": 1 } }, { "a.b": 3, a: { b: { c: 1 } } });
    yes({ "a.b": null }, { "a.b": null, a: { b: 1 } });
    yes({ "a..b": 1 }, { "a..b": 1 }, { "a.": { b: 1 } }, { a: { ".b": 1 } });
  });

  it("sees own fields only", () => {
    no({ constructor: { $exists: true } }, {});
    no({ __proto___: { $exists: true } }, {});
    no({ "a.toString": { $exists: true } }, { a: {} });
    const proto = JSON.parse('{"__proto__": 1}');
    yes(proto, proto);
    no(proto, {});
  });
});

const name = fc.constantFrom(...fieldNames, "a.b.c.a", "b.c.a", "c", "a..", "a.constructor");

const range: fc.Arbitrary<object> = fc
  .constantFrom<readonly MetadataValue[]>(numbers, texts, dates)
  .chain((pool) => {
    const bound = fc.constantFrom(...pool);
    return fc.record({ $gt: bound, $gte: bound, $lt: bound, $lte: bound }, { requiredKeys: [] });
  });

/** One or two operators: with more of them hardly anything would hold. */
const operators: fc.Arbitrary<object> = fc
  .tuple(
    range,
    fc.record({
      $eq: value,
      $ne: value,
      $in: fc.array(value, { maxLength: 4 }),
      $nin: fc.array(value, { maxLength: 4 }),
      $exists: fc.boolean(),
      $startsWith: fc.constantFrom(...texts),
      $contains: value,
    }),
  )
  .map(([ranges, others]) => Object.entries({ ...ranges, ...others }))
  .chain((every) => fc.subarray(every, { minLength: 1, maxLength: 2 }))
  .map((chosen) => Object.fromEntries(chosen));

const isBare = (operand: MetadataValue): boolean =>
  typeof operand !== "object" ||
  operand === null ||
  Array.isArray(operand) ||
  operand instanceof Date ||
  operand instanceof Uint8Array;

const condition = fc.oneof({ weight: 3, arbitrary: operators }, value.filter(isBare));

const where: fc.Arbitrary<object> = fc.letrec<{ where: object; field: [string, unknown] }>(
  (tie) => ({
    where: fc
      .uniqueArray(tie("field"), { selector: ([key]) => key, maxLength: 2 })
      .map((fields) => Object.fromEntries(fields)),
    field: fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      { weight: 5, arbitrary: fc.tuple(name, condition) },
      fc.tuple(fc.constantFrom("$and", "$or"), fc.array(tie("where"), { maxLength: 3 })),
      fc.tuple(fc.constant("$not"), tie("where")),
    ),
  }),
).where;
