import assert from "node:assert/strict";
import vm from "node:vm";
import fc from "fast-check";
import { checkMetadata } from "../../lib/model/check-metadata.js";
import { defaultLimits, makeLimits } from "../../lib/model/limits.js";
import type { Metadata } from "../../lib/model/metadata.js";
import { refuses } from "../support/refuses.js";
import { metadata as anyMetadata } from "./arbitrary-metadata.js";

const check = (value: unknown, limits = defaultLimits): Metadata =>
  checkMetadata(value, limits, "metadata");

describe("checkMetadata", () => {
  it("returns an equal copy of whatever is metadata", () => {
    fc.assert(
      fc.property(anyMetadata, (given) => {
        assert.deepEqual(check(given), given);
      }),
    );
  });

  it("returns a copy that shares no object with what was given", () => {
    fc.assert(
      fc.property(anyMetadata, (given) => {
        const before = objectsIn(given);
        for (const object of objectsIn(check(given))) assert.equal(before.has(object), false);
      }),
    );
  });

  it("keeps its copy when the caller changes everything", () => {
    const given = { list: [1, { a: 1 }], at: new Date(5), bytes: new Uint8Array([1, 2]) };
    const copy = check(given);
    (given.list[1] as { a: number }).a = 9;
    given.list.push(3);
    given.at.setTime(9);
    given.bytes[0] = 9;
    const expected = { list: [1, { a: 1 }], at: new Date(5), bytes: new Uint8Array([1, 2]) };
    assert.deepEqual(copy, expected);
  });

  it("drops undefined properties at every level, whatever their name", () => {
    const given = { a: undefined, b: { c: undefined, d: 1 }, e: [{ f: undefined }], $g: undefined };
    assert.deepEqual(check(given), { b: { d: 1 }, e: [{}] });
  });

  it("makes -0 a 0", () => {
    const copy = check({ a: -0, b: [-0] });
    assert.ok(Object.is(copy.a, 0));
    assert.ok(Object.is((copy.b as number[])[0], 0));
  });

  it("makes a Buffer a plain Uint8Array of its own bytes", () => {
    const copy = check({ bytes: Buffer.from("abc") }).bytes;
    assert.deepEqual(copy, new Uint8Array([97, 98, 99]));
    assert.equal(Object.getPrototypeOf(copy), Uint8Array.prototype);
    assert.equal((copy as Uint8Array).buffer.byteLength, 3);
  });

  it("takes objects without a prototype, and values of another realm", () => {
    const bare = Object.assign(Object.create(null), { a: 1 });
    assert.deepEqual(check(bare), { a: 1 });
    const code = "({ a: [1, { b: 'c' }], at: new Date(5), bytes: new Uint8Array([1]) })";
    const copy = check(vm.runInNewContext(code));
    assert.deepEqual(copy, { a: [1, { b: "c" }], at: new Date(5), bytes: new Uint8Array([1]) });
    assert.ok(copy.at instanceof Date && copy.bytes instanceof Uint8Array);
  });

  it("keeps names of Object.prototype as fields, and lets none of them reach a prototype", () => {
    const given = JSON.parse(
      '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "toString": 2}',
    );
    const copy = check(given);
    assert.deepEqual(Object.keys(copy), ["__proto__", "constructor", "toString"]);
    assert.equal(Object.getPrototypeOf(copy), Object.prototype);
    assert.deepEqual(Object.getOwnPropertyDescriptor(copy, "__proto__")?.value, { polluted: 1 });
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  });

  it("refuses what is no plain object", () => {
    const others = [
      null,
      undefined,
      1,
      "a",
      [],
      new Date(),
      new Map(),
      () => 1,
      new (class A {})(),
    ];
    for (const other of others) {
      refuses(() => check(other), "INVALID_ARGUMENT", /^metadata: expected a plain object, got /);
    }
  });

  it("refuses values that are no metadata, with their path", () => {
    class Point {
      x = 1;
    }
    const values = [
      ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1n, new Date(Number.NaN)],
      ...[() => 1, Symbol("x"), new Point(), new Map(), new Set(), new Error("x"), /x/],
      ...[new Int8Array(1), new Float32Array(1), new Uint8ClampedArray(1), new ArrayBuffer(1)],
      ...[new String("a"), Promise.resolve(), Object.create({ inherited: 1 })],
      ...[Object.create(Date.prototype), { [Symbol.toStringTag]: "Date" }, "\ud800"],
    ];
    for (const value of values) {
      const given = { a: { list: [0, { b: value }] } };
      const error = refuses(() => check(given), "INVALID_ARGUMENT", /^metadata\.a\.list\[1\]\.b: /);
      if (error.details.path !== undefined) {
        assert.equal(error.details.path, "metadata.a.list[1].b");
      }
    }
  });

  it("says what came", () => {
    refuses(() => check({ a: 1n }), "INVALID_ARGUMENT", /got a BigInt/);
    refuses(() => check({ a: Number.NaN }), "INVALID_ARGUMENT", /finite number, got NaN/);
    refuses(() => check({ a: new Map() }), "INVALID_ARGUMENT", /got a Map/);
    refuses(() => check({ a: new Int8Array() }), "INVALID_ARGUMENT", /got an Int8Array/);
    refuses(() => check({ a: new Date(Number.NaN) }), "INVALID_ARGUMENT", /valid Date/);
  });

  it("refuses undefined and holes in an array", () => {
    refuses(
      () => check({ a: [1, undefined] }),
      "INVALID_ARGUMENT",
      /^metadata\.a\[1\]: .*undefined/,
    );
    refuses(() => check({ a: new Array(2) }), "INVALID_ARGUMENT", /^metadata\.a\[0\]: .*undefined/);
  });

  it("refuses field names that are empty, begin with $ or are ill-formed, at every level", () => {
    refuses(() => check({ "": 1 }), "INVALID_ARGUMENT", /^metadata\.: .*not empty/);
    refuses(
      () => check({ a: { $b: 1 } }),
      "INVALID_ARGUMENT",
      /^metadata\.a\.\$b: .*begin with \$/,
    );
    refuses(() => check({ "\udc00": 1 }), "INVALID_ARGUMENT", /field name is not well-formed/);
    refuses(() => check({ [Symbol("s")]: 1 }), "INVALID_ARGUMENT", /named by a symbol/);
    assert.deepEqual(check({ a$: 1, ".": 2, "a.b": 3 }), { a$: 1, ".": 2, "a.b": 3 });
  });

  it("refuses values that contain themselves", () => {
    const self: { [name: string]: unknown } = { a: 1 };
    self.me = { list: [self] };
    refuses(() => check(self), "INVALID_ARGUMENT", /^metadata\.me\.list\[0\]: .*contains itself/);
  });

  it("takes the same object in two places, twice", () => {
    const shared = { a: 1 };
    const copy = check({ x: shared, y: shared });
    assert.deepEqual(copy, { x: { a: 1 }, y: { a: 1 } });
    assert.notEqual(copy.x, copy.y);
  });

  it("takes as many levels as the limit, of objects and arrays, and refuses one more", () => {
    const nest = (levels: number): unknown => {
      let value: unknown = 1;
      for (let i = 1; i < levels; i++) value = i % 2 === 0 ? { a: value } : [value];
      return { a: value };
    };
    const given = nest(defaultLimits.metadataDepth);
    assert.deepEqual(check(given), given);
    const deeper = nest(defaultLimits.metadataDepth + 1);
    refuses(() => check(deeper), "LIMIT_EXCEEDED", /17 is above .*metadataDepth/);
    const flat = makeLimits({ metadataDepth: 1 });
    assert.deepEqual(check({ a: 1 }, flat), { a: 1 });
    refuses(() => check({ a: [] }, flat), "LIMIT_EXCEEDED", /^metadata\.a: 2 is above/);
  });

  it("takes values up to what the limit of bytes surely allows, and refuses one more", () => {
    const limits = makeLimits({ metadataBytes: 20 });
    const least = { a: "x".repeat(18) };
    assert.deepEqual(check(least, limits), least);
    refuses(() => check({ a: "x".repeat(19) }, limits), "LIMIT_EXCEEDED", /21 .*metadataBytes/);
    refuses(() => check({ a: new Uint8Array(19) }, limits), "LIMIT_EXCEEDED", /metadataBytes/);
    refuses(() => check({ a: new Array(19).fill(0) }, limits), "LIMIT_EXCEEDED", /metadataBytes/);
  });

  it("ends soon on a value that would be endless though it is small", () => {
    let value: unknown = "x";
    for (let i = 0; i < 12; i++) value = new Array(100).fill(value);
    refuses(() => check({ a: value }), "LIMIT_EXCEEDED", /metadataBytes/);
  });

  it("reads a property once, so that a getter cannot say two things", () => {
    let reads = 0;
    const given = Object.defineProperty({}, "a", { enumerable: true, get: () => ++reads });
    assert.deepEqual(check(given), { a: 1 });
    assert.equal(reads, 1);
  });
});

function objectsIn(value: unknown, found: Set<object> = new Set()): Set<object> {
  if (typeof value !== "object" || value === null) return found;
  found.add(value);
  for (const element of Object.values(value)) objectsIn(element, found);
  return found;
}
