import assert from "node:assert/strict";
import fc from "fast-check";
import { defaultLimits, makeLimits } from "../../lib/model/limits.js";
import { parsePredicate } from "../../lib/model/parse-predicate.js";
import type { Predicate } from "../../lib/model/predicate.js";
import { refuses } from "../support/refuses.js";

const parse = (where: unknown, limits = defaultLimits): Predicate => parsePredicate(where, limits);
const refusesWhere = (where: unknown, sentence: RegExp): void => {
  refuses(() => parse(where), "INVALID_ARGUMENT", sentence);
};

describe("parsePredicate", () => {
  it("makes few forms of many spellings", () => {
    const equal = { kind: "equal", field: "a", value: 1 };
    const exists = { kind: "exists", field: "a" };
    assert.deepEqual(parse({}), { kind: "all" });
    assert.deepEqual(parse({ a: 1 }), equal);
    assert.deepEqual(parse({ a: { $eq: 1 } }), equal);
    assert.deepEqual(parse({ a: { $ne: 1 } }), { kind: "not", member: equal });
    assert.deepEqual(parse({ $not: { a: { $ne: 1 } } }), equal);
    assert.deepEqual(parse({ a: { $exists: false } }), { kind: "not", member: exists });
    assert.deepEqual(parse({ a: { $in: [1, "b"] } }), { kind: "in", field: "a", values: [1, "b"] });
    assert.deepEqual(parse({ a: { $in: [] } }), { kind: "none" });
    assert.deepEqual(parse({ a: { $nin: [] } }), { kind: "all" });
    assert.deepEqual(parse({ a: { $startsWith: "x" } }), {
      kind: "prefix",
      field: "a",
      prefix: "x",
    });
  });

  it("makes one range of a field's bounds, the tighter of two", () => {
    const bound = (value: unknown, inclusive: boolean) => ({ value, inclusive });
    const ranged = (asked: object) => {
      const range = parse({ a: asked });
      assert.equal(range.kind, "range");
      return range.kind === "range" ? [range.lower, range.upper] : [];
    };
    assert.deepEqual(ranged({ $gte: 1, $lt: 3 }), [bound(1, true), bound(3, false)]);
    assert.deepEqual(ranged({ $gt: "x" }), [bound("x", false), undefined]);
    assert.deepEqual(ranged({ $gt: 1, $gte: 1 }), [bound(1, false), undefined]);
    assert.deepEqual(ranged({ $gt: 1, $gte: 2 }), [bound(2, true), undefined]);
    assert.deepEqual(ranged({ $lt: 1, $lte: 2 }), [undefined, bound(1, false)]);
    assert.deepEqual(ranged({ $lt: "b", $lte: "a" }), [undefined, bound("a", true)]);
    const at = new Date(3);
    assert.deepEqual(ranged({ $lte: at }), [undefined, bound(at, true)]);
  });

  it("flattens groups and lets what is settled settle them", () => {
    const [a, b, c] = ["a", "b", "c"].map((field) => ({ kind: "exists", field }));
    const [A, B, C] = ["a", "b", "c"].map((field) => ({ [field]: { $exists: true } }));
    const flat = { kind: "and", members: [a, b, c] };
    assert.deepEqual(parse({ $and: [A, { $and: [B, {}, C] }] }), flat);
    assert.deepEqual(parse({ ...A, ...B, ...C }), flat);
    assert.deepEqual(parse({ $or: [A, { $or: [B, C] }] }), { kind: "or", members: [a, b, c] });
    assert.deepEqual(parse({ $or: [A] }), a);
    assert.deepEqual(parse({ $or: [A, {}] }), { kind: "all" });
    assert.deepEqual(parse({ $and: [A, { $or: [] }] }), { kind: "none" });
    assert.deepEqual(parse({ $not: {} }), { kind: "none" });
    assert.deepEqual(parse({ $not: { $or: [] } }), { kind: "all" });
  });

  it("copies operands and freezes what it makes", () => {
    const operand = { list: [1], at: new Date(1) };
    const asked = { a: { $eq: operand, $in: [operand] } };
    const predicate = parse(asked);
    const before = JSON.stringify(predicate);
    operand.list.push(2);
    operand.at.setTime(9);
    asked.a.$in.push(operand);
    assert.equal(JSON.stringify(predicate), before);
    const frozen = (value: unknown): boolean =>
      typeof value !== "object" ||
      value === null ||
      value instanceof Date ||
      (Object.isFrozen(value) && Object.values(value).every(frozen));
    assert.ok(frozen(predicate));
  });

  it("refuses what is no object", () => {
    for (const where of [null, undefined, 1, "a", [], new Map(), new Date(), () => true]) {
      refusesWhere(where, /^where: expected an object, got /);
    }
    refusesWhere({ $not: [] }, /^where\.\$not: expected an object, got an array/);
    refusesWhere({ $or: [{}, 1] }, /^where\.\$or\[1\]: expected an object, got 1/);
  });

  it("refuses undefined anywhere, with its path", () => {
    refusesWhere({ author: undefined }, /^where\.author: undefined/);
    refusesWhere({ author: { $eq: undefined } }, /^where\.author\.\$eq: undefined/);
    refusesWhere({ a: { $gt: undefined } }, /^where\.a\.\$gt: undefined/);
    refusesWhere({ $and: undefined }, /^where\.\$and: undefined/);
    refusesWhere({ $or: [{ a: undefined }] }, /^where\.\$or\[0\]\.a: undefined/);
    refusesWhere({ a: { $in: [1, undefined] } }, /^where\.a\.\$in\[1\]: .*undefined/);
    refusesWhere({ a: { $in: new Array(1) } }, /^where\.a\.\$in\[0\]: .*undefined/);
    refusesWhere({ $and: new Array(1) }, /^where\.\$and\[0\]: .*undefined/);
    refusesWhere({ a: { $eq: { b: undefined } } }, /^where\.a\.\$eq\.b: .*undefined/);
    refusesWhere({ a: [undefined] }, /^where\.a\[0\]: .*undefined/);
  });

  it("refuses unknown operators and an object without any", () => {
    refusesWhere({ a: { $gtee: 3 } }, /^where\.a\.\$gtee: no such operator; .*\$gte/);
    refusesWhere({ $xor: [] }, /^where\.\$xor: no such operator; .*\$and/);
    refusesWhere({ a: {} }, /^where\.a: expected operators; .*\$eq/);
    refusesWhere({ a: { [Symbol("gt")]: 1 } }, /^where\.a: a property is named by a symbol/);
    refusesWhere({ [Symbol("or")]: [] }, /^where: a property is named by a symbol/);
  });

  it("refuses operators where they do not belong", () => {
    refusesWhere({ $gt: 3 }, /^where\.\$gt: an operator stands below a field/);
    refusesWhere({ a: { $not: { $gt: 3 } } }, /^where\.a\.\$not: \$not stands around fields/);
    refusesWhere({ a: { $or: [] } }, /^where\.a\.\$or: \$or stands around fields/);
  });

  it("refuses a nested object and says how to ask", () => {
    refusesWhere({ a: { b: 1 } }, /^where\.a\.b: .*dotted name \("a\.b"\), a whole object by \$eq/);
    refusesWhere({ a: { $gt: 1, b: 1 } }, /^where\.a\.b: /);
  });

  it("refuses field names that no metadata has", () => {
    refusesWhere({ "": 1 }, /^where\.: a field name is not empty/);
    refusesWhere({ "\ud800": 1 }, /not well-formed/);
  });

  it("refuses ranges over mixed or unordered types", () => {
    refusesWhere(
      { a: { $gt: 1, $lt: "3" } },
      /^where\.a: a range is within one type.*number.*string/,
    );
    refusesWhere({ a: { $gt: 1, $lte: new Date() } }, /number and a Date/);
    for (const operand of [true, null, [], new Uint8Array(1)]) {
      refusesWhere(
        { a: { $lte: operand } },
        /^where\.a\.\$lte: expected a number, a string or a Date/,
      );
    }
    for (const operand of [Number.NaN, Number.POSITIVE_INFINITY, new Date(Number.NaN), 1n]) {
      refusesWhere({ a: { $gte: operand } }, /^where\.a\.\$gte: /);
    }
  });

  it("refuses operands of the wrong type", () => {
    for (const operand of ["x", {}, null, new Set([1])]) {
      refusesWhere({ a: { $in: operand } }, /^where\.a\.\$in: expected an array/);
      refusesWhere({ a: { $nin: operand } }, /^where\.a\.\$nin: expected an array/);
      refusesWhere({ $and: operand }, /^where\.\$and: expected an array/);
    }
    refusesWhere({ a: { $exists: 1 } }, /^where\.a\.\$exists: expected a boolean, got 1/);
    refusesWhere({ a: { $startsWith: 1 } }, /^where\.a\.\$startsWith: expected a string/);
    refusesWhere({ a: { $startsWith: "\ud800" } }, /^where\.a\.\$startsWith: .*well-formed/);
    for (const operand of [Number.NaN, () => 1, new Map(), { $x: 1 }, new Date(Number.NaN)]) {
      refusesWhere({ a: { $eq: operand } }, /^where\.a\.\$eq/);
      refusesWhere({ a: { $contains: operand } }, /^where\.a\.\$contains/);
    }
    refusesWhere({ a: Number.NaN }, /^where\.a: expected a finite number, got NaN/);
  });

  it("takes as many levels of groups as the limit, and refuses one more", () => {
    const nest = (levels: number): object =>
      levels === 1
        ? { a: 1 }
        : levels % 2
          ? { $not: nest(levels - 1) }
          : { $and: [nest(levels - 1)] };
    assert.equal(parse(nest(16)).kind, "not");
    refuses(() => parse(nest(17)), "LIMIT_EXCEEDED", /17 is above .*metadataDepth/);
    const self: { $and: unknown[] } = { $and: [] };
    self.$and.push(self);
    refuses(() => parse(self), "LIMIT_EXCEEDED", /metadataDepth/);
  });

  it("takes as many parts of a dotted name as the limit, and refuses one more", () => {
    const name = new Array(16).fill("a").join(".");
    assert.equal(parse({ [name]: 1 }).kind, "equal");
    refuses(() => parse({ [`${name}.a`]: 1 }), "LIMIT_EXCEEDED", /17 is above .*metadataDepth/);
  });

  it("takes a field name as long as metadata can be, and refuses one more", () => {
    const limits = makeLimits({ metadataBytes: 10 });
    assert.equal(parse({ ["x".repeat(10)]: 1 }, limits).kind, "equal");
    const longer = { ["x".repeat(11)]: 1 };
    refuses(() => parse(longer, limits), "LIMIT_EXCEEDED", /length of a field name: 11/);
  });

  it("takes as many terms as the limit, of every kind, and refuses one more", () => {
    const limits = makeLimits({ predicateTerms: 4 });
    const four = [
      { a: { $in: [1, 2, 3] } },
      { a: { $nin: [1, 2, 3] } },
      { $or: [{ a: 1 }, { a: 2 }] },
      { $and: [{}, {}, {}, {}] },
      { $not: { a: { $gt: 1, $lt: 3, $ne: 2 } } },
      { a: 1, b: { $exists: true }, c: { $startsWith: "x" }, d: { $contains: 1 } },
    ];
    for (const where of four) {
      assert.doesNotThrow(() => parse(where, limits));
      const five = { ...where, z: 1 };
      refuses(() => parse(five, limits), "LIMIT_EXCEEDED", /5 is above .*predicateTerms/);
    }
  });

  it("counts a list before it looks at it", () => {
    const list = new Array(2 ** 31).fill(0, 0, 1);
    refuses(() => parse({ a: { $in: list } }), "LIMIT_EXCEEDED", /predicateTerms/);
    refuses(() => parse({ $or: list }), "LIMIT_EXCEEDED", /predicateTerms/);
  });

  it("answers with a predicate or a typed error, whatever comes", () => {
    const key = fc.constantFrom("a", "$and", "$or", "$not", "$eq", "$in", "$gt", "$lt", "$x");
    const anything = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 5 },
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true }),
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(key, tie("any"), { maxKeys: 3 }),
      ),
    })).any;
    fc.assert(
      fc.property(anything, (where) => {
        try {
          assert.ok(Object.isFrozen(parse(where)));
        } catch (error) {
          assert.ok(
            ["INVALID_ARGUMENT", "LIMIT_EXCEEDED"].includes((error as { code: string }).code),
          );
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
