import assert from "node:assert/strict";
import { expectTypeOf } from "expect-type";
import { defaultLimits } from "../../lib/model/limits.js";
import type { Metadata, Storable } from "../../lib/model/metadata.js";
import { parsePredicate } from "../../lib/model/parse-predicate.js";
import type { Condition, FieldName, FieldValue, Operators, Where } from "../../lib/model/where.js";

interface Place {
  town: string;
  country?: string;
}
interface Film {
  title: string;
  year?: number;
  genre: "drama" | "comedy";
  cast: string[];
  scores?: number[];
  released?: Date;
  poster?: Uint8Array;
  sequelOf?: string | null;
  restored: boolean;
  studio?: { name: string; seat: Place };
  awards: Record<string, number>;
}

/** The predicate as callers write it, checked by the compiler and then by the parser. */
function where<M>(asked: Where<M>): string {
  return parsePredicate(asked, defaultLimits).kind;
}
const films = (asked: Where<Film>): string => where<Film>(asked);

describe("Where of a typed store", () => {
  it("takes every field with the operators that make sense for it", () => {
    const asked: readonly Where<Film>[] = [
      {},
      { title: "Vertigo", year: { $gte: 1958, $lt: 1960 } },
      { genre: "drama" },
      { genre: { $in: ["drama", "comedy"] } },
      { genre: { $startsWith: "d", $lte: "e" } },
      { sequelOf: null },
      { sequelOf: { $ne: null, $startsWith: "tt" } },
      { restored: { $ne: false } },
      { released: new Date(0) },
      { released: { $gt: new Date(0) } },
      { poster: { $exists: true } },
      { poster: new Uint8Array(1) },
      { cast: ["Novak", "Stewart"] },
      { cast: { $contains: "Novak" } },
      { scores: { $contains: 5, $nin: [[1], [2]] } },
      { $or: [{ year: 1958 }, { $not: { cast: { $contains: "Grant" } } }], $and: [] },
    ];
    for (const one of asked) assert.equal(typeof films(one), "string");
  });

  it("asks nested fields by dotted names, whole objects by $eq", () => {
    assert.equal(films({ "studio.name": "Paramount" }), "equal");
    assert.equal(films({ "studio.seat.country": { $exists: true } }), "exists");
    assert.equal(films({ "awards.oscars": { $gt: 3 } }), "range");
    assert.equal(films({ studio: { $eq: { name: "A", seat: { town: "B" } } } }), "equal");
  });

  it("knows recursive shapes to some depth", () => {
    interface Part {
      name: string;
      part?: Part;
    }
    assert.equal(where<Part>({ "part.part.name": "x" }), "equal");
  });

  it("refuses, before it runs, what no film can answer", () => {
    // @ts-expect-error the field is misspelt
    const misspelt: Where<Film> = { titel: "x" };
    // @ts-expect-error the value is of another type
    const otherType: Where<Film> = { year: "1958" };
    // @ts-expect-error the operand is of another type
    const otherOperand: Where<Film> = { year: { $gte: "1958" } };
    // @ts-expect-error the value is outside of the union
    const outside: Where<Film> = { genre: "western" };
    // @ts-expect-error a list has no order
    const listRange: Where<Film> = { cast: { $lt: "x" } };
    // @ts-expect-error a boolean has no order
    const booleanRange: Where<Film> = { restored: { $lt: true } };
    // @ts-expect-error a string has no members
    const members: Where<Film> = { title: { $contains: "x" } };
    // @ts-expect-error the members are strings
    const otherMember: Where<Film> = { cast: { $contains: 3 } };
    // @ts-expect-error the nested field is misspelt
    const misspeltBelow: Where<Film> = { "studio.nmae": "x" };
    // @ts-expect-error the awards are numbers
    const otherBelow: Where<Film> = { "awards.oscars": { $gt: "3" } };
    // @ts-expect-error a group is of predicates over the same shape
    const otherGroup: Where<Film> = { $or: [{ titel: "x" }] };
    const wellFormed = [misspelt, otherType, otherOperand, outside, listRange, members];
    for (const asked of [...wellFormed, otherMember, misspeltBelow, otherBelow, otherGroup]) {
      assert.notEqual(films(asked), "all");
    }
    assert.throws(() => films(booleanRange), /where\.restored\.\$lt/);
  });

  it("refuses, before it runs and when it does, what is no predicate at all", () => {
    // @ts-expect-error there is no such operator
    assert.throws(() => films({ year: { $gtee: 3 } }), /no such operator/);
    // @ts-expect-error an object holds operators only
    assert.throws(() => films({ studio: { name: "x" } }), /dotted name/);
    // @ts-expect-error undefined is not absence
    assert.throws(() => films({ title: undefined }), /undefined/);
  });

  it("is made in pieces", () => {
    const byTitle = (title: string): Where<Film> => ({ title });
    const years: { year?: { $gte: number } } = {};
    assert.equal(films(years), "all");
    assert.equal(films({ ...byTitle("x"), year: 1958 }), "and");
    assert.equal(films({ $and: [byTitle("x"), { year: 1958 }] }), "and");
    const owned = <M extends Storable<M> & { owner: string }>(more: Where<M>, owner: string) =>
      where<M>({ $and: [more, { owner } as Where<M>] } as Where<M>);
    assert.equal(owned<{ owner: string; size: number }>({ size: 3 }, "me"), "and");
  });
});

describe("Where of an untyped store", () => {
  it("takes any field and any operator", () => {
    const mixed = { a: 1, b: { $gte: 3, $in: [1, "2", null] }, "c.d": { $contains: "x" } };
    assert.equal(where<Metadata>(mixed), "and");
    const groups = {
      $or: [{ a: new Date(0) }, { $not: { b: { $exists: true } } }],
      $and: [{ x: [1] }],
    };
    assert.equal(where<Metadata>(groups), "and");
    expectTypeOf<FieldName<Metadata>>().toEqualTypeOf<string>();
  });
});

describe("Where of a union", () => {
  type Work =
    | { kind: "book"; pages: number }
    | { kind: "film"; minutes: number; cast: { name: string }[] };

  it("takes the fields of every member", () => {
    assert.equal(where<Work>({ kind: "book", pages: { $gt: 3 } }), "and");
    assert.equal(where<Work>({ kind: { $in: ["book", "film"] }, minutes: 3 }), "and");
    // @ts-expect-error no member has this kind
    assert.equal(where<Work>({ kind: "play" }), "equal");
    expectTypeOf<FieldName<Work>>().toEqualTypeOf<"kind" | "pages" | "minutes" | "cast">();
    expectTypeOf<FieldValue<Work, "kind">>().toEqualTypeOf<"book" | "film">();
    expectTypeOf<FieldValue<Work, "pages">>().toEqualTypeOf<number>();
  });
});

describe("field types", () => {
  it("are named and found through optional objects, not through lists", () => {
    expectTypeOf<FieldName<{ a: { b?: { c: string } }; d: { e: 1 }[] }>>().toEqualTypeOf<
      "a" | "a.b" | "a.b.c" | "d"
    >();
    expectTypeOf<FieldValue<Film, "studio.seat.country">>().toEqualTypeOf<string>();
    expectTypeOf<FieldValue<Film, "awards.oscars">>().toEqualTypeOf<number>();
    expectTypeOf<FieldValue<Film, "nothing">>().toEqualTypeOf<never>();
    expectTypeOf<keyof Operators<boolean>>().toEqualTypeOf<
      "$eq" | "$ne" | "$in" | "$nin" | "$exists"
    >();
    expectTypeOf<Condition<{ a: 1 }>>().not.toExtend<{ a: 1 }>();
    // What is named there is found by the parser in the same spelling.
    const nested = parsePredicate({ "a.b.c": "x" }, defaultLimits);
    assert.deepEqual(nested, { kind: "equal", field: "a.b.c", value: "x" });
  });
});
