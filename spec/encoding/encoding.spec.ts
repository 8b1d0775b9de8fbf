import assert from "node:assert/strict";
import fc from "fast-check";
import { decode } from "../../lib/encoding/decode.js";
import { encode } from "../../lib/encoding/encode.js";
import { depthMax } from "../../lib/encoding/inspect.js";
import { AhnlichError } from "../../lib/model/errors.js";
import { values } from "../support/arbitrary-values.js";
import { seed } from "../support/seed.js";
import { seeded } from "../support/seeded.js";

const stored = { code: "CORRUPT" } as const;
const again = (value: unknown): unknown => decode(encode(value), stored);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));
const refusal = (code: string, words: RegExp) => (error: unknown) =>
  error instanceof AhnlichError && error.code === code && words.test(error.message);

describe("encoding", () => {
  it("gives every value back as it was", () => {
    fc.assert(
      fc.property(values(), (value) => assert.deepStrictEqual(again(value), value)),
      { numRuns: 500 },
    );
  });

  it("keeps every number exactly, but takes -0 as 0", () => {
    const numbers = [
      ...[0, 1, -1, 31, 32, 127, 128, 255, 256, -32, -33, -128, -129, 65_535, 65_536],
      ...[2 ** 31, 2 ** 32 - 1, 2 ** 32, -(2 ** 31), -(2 ** 31) - 1, 2 ** 53 - 1, -(2 ** 53) + 1],
      ...[2 ** 53, 2 ** 64, 0.1, -0.1, 5e-324, Number.MAX_VALUE, Math.fround(0.1)],
      ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ];
    for (const number of numbers) assert.ok(Object.is(again(number), number), String(number));
    assert.deepStrictEqual(again({ a: [-0, 0, { b: -0 }] }), { a: [0, 0, { b: 0 }] });
  });

  it("reads 64-bit integers of other writers while float64 holds them", () => {
    assert.equal(decode(bytes("cf001fffffffffffff"), stored), 2 ** 53 - 1);
    assert.equal(decode(bytes("d3ffe0000000000001"), stored), -(2 ** 53) + 1);
    assert.throws(() => decode(bytes("cf0020000000000000"), stored), refusal("CORRUPT", /2\^53/));
    assert.throws(() => decode(bytes("d3ffe0000000000000"), stored), refusal("CORRUPT", /2\^53/));
  });

  it("writes what the format's specification says", () => {
    assert.equal(hex(encode(null)), "c0");
    assert.equal(hex(encode(undefined)), "c0");
    assert.equal(hex(encode({ a: 1 })), "81a16101");
    assert.equal(hex(encode({ a: undefined, b: true })), "81a162c3");
    assert.equal(hex(encode(Uint8Array.of(1, 2))), "c4020102");
    assert.equal(hex(encode(new Date(1000))), "d6ff00000001");
  });

  it("keeps dates to the millisecond, before 1970 and at both ends", () => {
    for (const time of [
      0, 1, -1, 999, -999, 1_700_000_000_123, 4_294_967_296_000, 8.64e15, -8.64e15,
    ]) {
      assert.deepStrictEqual(again(new Date(time)), new Date(time));
    }
  });

  it("keeps awkward names as own properties", () => {
    const value = JSON.parse(
      '{"__proto__": {"__proto__": 1, "__proto_": 2}, "constructor": "x", "toJSON": "y", "hasOwnProperty": 3}',
    );
    const read = again(value) as object;
    assert.deepStrictEqual(Object.entries(read), Object.entries(value));
    assert.equal(Object.getPrototypeOf(read), Object.prototype);
    assert.equal(({} as { __proto_?: unknown }).__proto_, undefined);
  });

  it("is not confused by text that looks like what it uses within", () => {
    const value = { a: "--------", __proto_: 1 };
    assert.deepStrictEqual(again(value), value);
  });

  it("refuses with its path what cannot travel", () => {
    class Film {}
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    const cases: [unknown, RegExp][] = [
      [{ a: [1, new Float32Array([0.5])] }, /value\.a\[1\].*Float32Array/],
      [{ a: new Float64Array(1) }, /value\.a.*Float64Array/],
      [new Uint8ClampedArray(1), /Uint8ClampedArray/],
      [{ a: 1n }, /value\.a.*bigint/],
      [new Map(), /Map/],
      [new Set(), /Set/],
      [/a/, /RegExp/],
      [new Film(), /Film/],
      [() => 1, /function/],
      [Symbol("a"), /symbol/],
      [new ArrayBuffer(1), /ArrayBuffer/],
      [new Error("a"), /Error/],
      [[1, undefined], /value\[1\].*undefined/],
      [new Date(Number.NaN), /invalid Date/],
      ["\ud800", /well-formed/],
      [{ "\ud800": 1 }, /well-formed/],
    ];
    for (const [value, words] of cases) {
      assert.throws(() => encode(value), refusal("INVALID_ARGUMENT", words));
    }
    assert.throws(() => encode(cyclic), refusal("LIMIT_EXCEEDED", /levels/));
  });

  it("does not lose itself in values that hold themselves, or others over and over", () => {
    const cyclic: Record<string, unknown> = {};
    Object.assign(cyclic, { a: cyclic, b: cyclic, c: [cyclic, cyclic] });
    assert.throws(() => encode(cyclic), refusal("LIMIT_EXCEEDED", /levels/));
    let laughs: unknown = 1;
    for (let i = 0; i < 40; i++) laughs = [laughs, laughs];
    assert.throws(() => encode(laughs), refusal("LIMIT_EXCEEDED", /values/));
    const names = encode(Array.from({ length: 20_000 }, () => JSON.parse('{"__proto__": 1}')));
    assert.equal((decode(names, stored) as unknown[]).length, 20_000);
  });

  it("takes nesting up to its bound and not one level more", () => {
    const nested = (levels: number): unknown => {
      let value: unknown = 1;
      for (let i = 0; i < levels; i++) value = [value];
      return value;
    };
    assert.deepStrictEqual(again(nested(depthMax)), nested(depthMax));
    assert.throws(() => encode(nested(depthMax + 2)), refusal("LIMIT_EXCEEDED", /levels/));
    const deeper = Buffer.concat([Buffer.alloc(depthMax + 1, 0x91), Buffer.from([1])]);
    assert.throws(() => decode(deeper, stored), refusal("CORRUPT", /levels/));
  });

  it("gives bytes that are the caller's own", () => {
    const first = encode({ a: "x".repeat(50) });
    const copy = first.slice();
    first.fill(0xff);
    const second = encode({ a: "x".repeat(50) });
    assert.deepStrictEqual(second, copy);
    assert.equal(second.constructor, Uint8Array);
    assert.equal(second.buffer.byteLength, second.length);
  });

  it("gives values that share nothing with the bytes", () => {
    const source = Buffer.from(encode({ a: Uint8Array.of(1, 2, 3), b: "text" }));
    const value = decode(source, stored) as { a: Uint8Array };
    source.fill(0);
    assert.deepStrictEqual(value, { a: Uint8Array.of(1, 2, 3), b: "text" });
    assert.equal(value.a.constructor, Uint8Array);
    assert.ok(!Object.hasOwn(source, "dataView"));
  });

  it("refuses bytes of no value, or of forms it does not use", () => {
    const cases: [string, RegExp][] = [
      ["", /end within/],
      ["c1", /begins no value/],
      ["d40001", /begins no value/],
      ["d472409101", /begins no value/],
      ["c7017800", /extension 120/],
      ["d6690000000191", /extension 105/],
      ["d6ff0000", /end within/],
      ["c70cff", /end within/],
      ["c703ff000000", /timestamp of 3 bytes/],
      ["c70cff000000007fffffffffffffff", /beyond what Date/],
      ["d7ffffffffff00000000", /fraction/],
      ["0101", /1 bytes more/],
      ["8101c0", /key is not text/],
      ["81c0c0", /key is not text/],
      ["a2c328", /UTF-8/],
      ["a3eda080", /UTF-8/],
      ["92", /end within/],
      ["ddffffffff", /end within/],
      ["dfffffffff", /end within/],
      ["c6ffffffff", /end within/],
      ["dbffffffff00", /end within/],
      ["dc", /end within/],
      ["d9", /end within/],
      ["cb00", /end within/],
    ];
    for (const [text, words] of cases) {
      assert.throws(() => decode(bytes(text), stored), refusal("CORRUPT", words), text);
      const sent = { code: "PROTOCOL_ERROR" } as const;
      assert.throws(() => decode(bytes(text), sent), refusal("PROTOCOL_ERROR", words), text);
    }
  });

  it("bounds the number of values", () => {
    const four = encode([1, 2, 3]);
    assert.deepStrictEqual(decode(four, { ...stored, maxValues: 4 }), [1, 2, 3]);
    assert.throws(() => decode(four, { ...stored, maxValues: 3 }), refusal("CORRUPT", /3 values/));
  });

  it("never fails otherwise on mutated bytes, and what it accepts it can write again", () => {
    const random = seeded(seed + 7);
    const samples = fc.sample(values(), { numRuns: 100 }).map((value) => encode(value));
    for (let round = 0; round < 5_000; round++) {
      const mutant = random.mutate(samples[round % samples.length]);
      let value: unknown;
      try {
        value = decode(mutant, stored);
      } catch (error) {
        assert.ok(error instanceof AhnlichError && error.code === "CORRUPT", hex(mutant));
        assert.equal(error.cause, undefined, `the scan let ${hex(mutant)} through`);
        continue;
      }
      assert.deepStrictEqual(again(value), value);
    }
  });
});
