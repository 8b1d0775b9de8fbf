import assert from "node:assert/strict";
import fc from "fast-check";
import { Packr } from "msgpackr";
import { decode } from "../../lib/encoding/decode.js";
import { encode } from "../../lib/encoding/encode.js";
import { encodeFlat } from "../../lib/encoding/encode-flat.js";

describe("encodeFlat", () => {
  it("gives the bytes that msgpackr gives, whatever the names and values", () => {
    fc.assert(
      fc.property(flat, (value) => {
        const bytes = encodeFlat(value);
        assert.ok(bytes !== undefined);
        assert.deepEqual([...bytes], [...packr.pack(value)]);
        assert.deepEqual({ ...(decode(bytes, { code: "CORRUPT" }) as object) }, value);
      }),
      { numRuns: 300 },
    );
  });

  it("writes numbers at every bound as msgpackr does", () => {
    const bounds = [0, -0, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, 2 ** 32 - 1, 2 ** 32, 2 ** 53];
    const below = [-1, -0x20, -0x21, -0x80, -0x81, -0x8000, -0x8001, -(2 ** 31), -(2 ** 31) - 1];
    for (const n of [...bounds, ...below, 0.5, -1e300, Number.MIN_VALUE]) {
      const bytes = encodeFlat({ n });
      assert.deepEqual([...(bytes ?? [])], [...packr.pack({ n })], `${n}`);
    }
  });

  it("leaves to others what is nested, long, many or not ASCII", () => {
    const many = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`f${i}`, i]));
    const left = [
      { a: {} },
      { a: undefined },
      { a: "é" },
      { é: 1 },
      { a: "x".repeat(129) },
      { a: new Date(0) },
      many,
    ];
    for (const value of left) assert.equal(encodeFlat(value), undefined);
    for (const value of [{ a: {} }, { a: "é" }, { é: 1 }, { a: "x".repeat(129) }, many]) {
      assert.deepEqual(decode(encode(value), { code: "CORRUPT" }), value);
    }
  });

  it("writes nothing that is inherited", () => {
    const value = Object.assign(Object.create({ inherited: 1 }), { a: null });
    assert.deepEqual([...(encodeFlat(value) ?? [])], [0x81, 0xa1, 0x61, 0xc0]);
  });

  it("gives bytes that the next call does not change", () => {
    const first = encodeFlat({ a: 1 });
    encodeFlat({ b: 2 });
    assert.deepEqual([...(first ?? [])], [0x81, 0xa1, 0x61, 1]);
  });
});

const packr = new Packr({ useRecords: false, variableMapSize: true });

const text = fc.string({ unit: "binary-ascii", maxLength: 128 });
const scalar = fc.oneof(
  text,
  fc.integer(),
  fc.double({ noNaN: true }).map((number) => number + 0),
  fc.boolean(),
  fc.constant(null),
);
const flat = fc
  .array(fc.tuple(text, scalar), { maxLength: 15 })
  .map((fields) => Object.fromEntries(fields.filter(([name]) => !special.has(name))));
const special = new Set(["__proto__", "constructor"]);
