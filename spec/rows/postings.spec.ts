import assert from "node:assert/strict";
import fc from "fast-check";
import { compareOrdered } from "../../lib/model/compare-ordered.js";
import type { Ordered } from "../../lib/model/predicate.js";
import { fieldPostings, isVectorLike } from "../../lib/rows/field-postings.js";
import {
  addPlaces,
  blockWords,
  endOfPlaces,
  placesBytesMax,
  readPlaces,
  writePlaces,
} from "../../lib/rows/places.js";
import { roomForPlaces } from "../../lib/rows/posting-groups.js";
import { behind } from "../../lib/rows/posting-rows.js";
import { decodeIndexes, encodeIndexes, isUsable } from "../../lib/rows/stored-index.js";
import { termOf, valueOfTerm } from "../../lib/rows/value-terms.js";
import { refuses } from "../support/refuses.js";

describe("terms", () => {
  const texts = fc.string({ unit: "grapheme", maxLength: 6 }).map((text) => `${text}\u0000`);
  const same = fc.oneof<fc.Arbitrary<Ordered[]>[]>(
    fc.array(fc.double({ noNaN: true }), { minLength: 2, maxLength: 2 }),
    fc.array(fc.oneof(fc.string(), texts), { minLength: 2, maxLength: 2 }),
    fc.array(fc.date({ noInvalidDate: true }), { minLength: 2, maxLength: 2 }),
  );

  it("are in the order of the values", () => {
    const property = fc.property(same, ([a, b]) => {
      const order = Math.sign(compareOrdered(a, b));
      const [left, right] = [termOf(a).text, termOf(b).text];
      assert.equal(left < right ? -1 : left > right ? 1 : 0, order);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("have the bytes that docs/format.md gives", () => {
    const hex = (value: Parameters<typeof termOf>[0]) =>
      Buffer.from(termOf(value).text, "latin1").toString("hex");
    assert.deepEqual([null, false, true].map(hex), ["01", "02", "03"]);
    assert.equal(hex(1), "04bff0");
    assert.equal(hex(0), "0480");
    assert.equal(hex(0.1), "04bfb999999999999a");
    assert.equal(hex(-1), "04400fffffffffffff");
    assert.equal(hex(-0), hex(0));
    assert.equal(hex(new Date(1)), "06bff0");
    assert.equal(hex("a\u0000é"), "056100ffc3a90001");
    assert.equal(hex("x".repeat(130)), `05${"78".repeat(120)}0002`);
    assert.deepEqual([new Uint8Array(2), [1], { a: 1 }].map(hex), ["07", "08", "09"]);
  });

  it("tell the value again, where no other has them", () => {
    const property = fc.property(same, ([a]) => {
      const { text, isExact } = termOf(a as Ordered);
      assert.deepEqual(valueOfTerm(text), isExact ? (a === 0 ? 0 : a) : undefined);
    });
    fc.assert(property, { numRuns: 500 });
    for (const value of [null, true, false, "x".repeat(120), "", "\u0000", "\u0001"]) {
      assert.equal(valueOfTerm(termOf(value).text), value);
    }
    for (const value of [[1], { a: 1 }, new Uint8Array(1), "x".repeat(121)]) {
      assert.equal(valueOfTerm(termOf(value).text), undefined);
    }
  });

  it("of a list are those of its elements, unless it is long", () => {
    const parts = (value: unknown) => fieldPostings("f")({ f: value } as never).length;
    assert.equal(parts("a"), 2);
    assert.equal(parts(["a", "b", "a"]), 4);
    assert.equal(parts(new Array(257).fill("a")), 3);
    assert.deepEqual(fieldPostings("f")({}), []);
    assert.equal(isVectorLike(new Array(64).fill(0.5)), true);
    assert.equal(isVectorLike(new Array(63).fill(0.5)), false);
    assert.equal(isVectorLike([...new Array(64).fill(0.5), "a"]), false);
  });
});

describe("places", () => {
  it("come back, few or many, scattered or in runs, in the fewest bytes", () => {
    const runs = fc.array(fc.tuple(fc.nat(32_767), fc.nat(900)), { minLength: 1, maxLength: 12 });
    const few = fc.array(fc.nat(32_767), { minLength: 1, maxLength: 900, size: "max" });
    const dense = fc.tuple(fc.nat(4), fc.integer({ min: 2, max: 9 })).map(([first, step]) => {
      return Array.from({ length: 3_000 }, (_, i) => first + i * step);
    });
    const spread = runs.map((all) =>
      all.flatMap(([first, more]) => Array.from({ length: more + 1 }, (_, i) => first + i)),
    );
    const property = fc.property(fc.oneof(few, dense, spread), (given) => {
      const places = [...new Set(given)].filter((n) => n < 32_768).sort((a, b) => a - b);
      const bytes = new Uint8Array(placesBytesMax + 9);
      const end = writePlaces(Uint16Array.from(places), places.length, bytes, 3);
      assert.equal(endOfPlaces(bytes, 3), end);
      assert.ok(end - 3 <= Math.min(2 + places.length * 3, placesBytesMax));
      const room = roomForPlaces();
      const count = readPlaces(bytes.slice(0, end), 3, room);
      assert.deepEqual([...room.subarray(0, count)], places);
      const words = new Uint32Array(blockWords);
      addPlaces(words, bytes, 3);
      const set = [...Array(32_768).keys()].filter((i) => ((words[i >>> 5] ?? 0) >>> (i & 31)) & 1);
      assert.deepEqual(set, places);
    });
    fc.assert(property, { numRuns: 60 });
  });

  it("have the bytes that docs/format.md gives", () => {
    const hex = (...places: number[]) => {
      const bytes = Buffer.alloc(placesBytesMax);
      return bytes.toString(
        "hex",
        0,
        writePlaces(Uint16Array.from(places), places.length, bytes, 0),
      );
    };
    assert.equal(hex(0x1234), "1234");
    assert.equal(hex(3, 4, 300), "8004" + "03" + "00" + "a702");
    assert.equal(hex(...Array.from({ length: 1_000 }, (_, i) => i + 5)), "9003" + "05" + "e707");
    const every2nd = hex(...Array.from({ length: 16_384 }, (_, i) => i * 2));
    assert.equal(every2nd, `a000${"55".repeat(4_096)}`);
  });

  it("end nowhere where nothing is known of such a head", () => {
    for (const head of ["a001", "b000", "f000"]) {
      assert.ok(Number.isNaN(endOfPlaces(Buffer.from(head, "hex"), 0)));
    }
  });

  it("never lie beyond their block, whatever the bytes are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 60 }), (bytes) => {
        fc.pre(endOfPlaces(bytes, 0) <= bytes.length);
        const room = roomForPlaces();
        const count = readPlaces(bytes, 0, room);
        for (let i = 0; i < count; i++) assert.ok(Number(room[i]) < 32_768);
        addPlaces(new Uint32Array(blockWords), bytes, 0);
      }),
    );
  });

  it("lie before what is behind their beginning", () => {
    assert.equal(behind("ab"), "ac");
    assert.equal(behind("a\u00ff\u00ff"), "b");
  });
});

describe("the indexes of a store", () => {
  const index = { field: "a.é", number: 3, built: 7, until: 9, isDropped: true };

  it("come back from their bytes", () => {
    const indexes = [index, { ...index, field: "b", built: 9, isDropped: false }];
    assert.deepEqual(decodeIndexes(Buffer.from(encodeIndexes(indexes))), indexes);
    assert.deepEqual(indexes.map(isUsable), [false, true]);
    assert.equal(Buffer.from(encodeIndexes([index])).toString("hex"), bytes);
  });

  it("are refused where they are cut off, or of a later version", () => {
    const encoded = Buffer.from(encodeIndexes([index]));
    for (const end of [5, encoded.length - 1]) {
      refuses(() => decodeIndexes(encoded.subarray(0, end)), "CORRUPT", /cut off/);
    }
    encoded[2] = 2;
    refuses(() => decodeIndexes(encoded), "FORMAT_TOO_NEW", /flags 2/);
  });
});

const bytes = "0003010000000000070000000000090004612ec3a9";
