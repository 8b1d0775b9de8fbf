import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import type { ErrorCode } from "../../lib/model/errors.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

/** Each gives a typed error, changes nothing, and leaves the engine usable. */
export function badInputContract(reach: Reach): void {
  describe("bad input", () => {
    const suite = duringSuite(reach);
    let store: Store;
    before(async () => {
      store = await suite.newStore({ dimension: 2 });
      await store.set({ id: "there", vector: [1, 2], metadata: { n: 1 } });
    });
    afterEach(async () => {
      const { entries } = await store.find();
      const seen = entries.map(({ id, vector, metadata }) => [id, [...vector], metadata]);
      assert.deepEqual(seen, [["there", [1, 2], { n: 1 }]], "something was changed");
    });

    for (const [what, vector, code = "INVALID_ARGUMENT"] of vectors) {
      it(`${what} is no vector of an entry, a target or an example`, async () => {
        const given = vector as never;
        await rejects(store.set({ id: "new", vector: given }), code);
        await rejects(store.set({ vector: given }), code);
        await rejects(store.searchMany([[1, 2], given]), code);
        await rejects(store.search({ near: [given] }), code);
        await rejects(store.search(given), code);
      });
    }

    for (const [what, id, code = "INVALID_ARGUMENT"] of ids) {
      it(`${what} is no id`, async () => {
        const given = id as never;
        const entries = [
          { id: "new", vector: [1, 2] },
          { id: given, vector: [1, 2] },
        ];
        await rejects(store.set(entries), code);
        await rejects(store.get([given]), code);
        await rejects(store.delete(["there", given]), code);
        await rejects(store.search({ near: [given] }), code);
      });
    }

    for (const [what, name] of names) {
      it(`${what} is no name of a store`, async () => {
        const given = name as never;
        const { engine } = suite;
        const made = engine.createStore(given, { dimension: 2 });
        await rejects(made, "INVALID_ARGUMENT");
        await rejects(engine.dropStore(given, { ifExists: true }), "INVALID_ARGUMENT");
        await rejects(engine.execute({ kind: "count", store: given }), "INVALID_ARGUMENT");
      });
    }

    for (const namespace of ["", "a/b", "a/", "a b", "n".repeat(129), "é"]) {
      it(`${JSON.stringify(namespace.slice(0, 10))} is no namespace`, async () => {
        await rejects(suite.engine.dropNamespace(namespace), "INVALID_ARGUMENT");
        await rejects(suite.engine.listStores({ namespace }), "INVALID_ARGUMENT");
      });
    }

    for (const [what, options] of storeOptions) {
      it(`${what} makes no store`, async () => {
        const name = suite.newName();
        const made = suite.engine.createStore(name, options as never);
        await rejects(made, "INVALID_ARGUMENT");
        await rejects(suite.engine.store(name).info(), "STORE_NOT_FOUND");
      });
    }

    for (const [what, metadata, code = "INVALID_ARGUMENT"] of metadatas) {
      it(`${what} is no metadata`, async () => {
        const entries = [
          { id: "new", vector: [1, 2] },
          { id: "there", vector: [5, 5], metadata: metadata as never },
        ];
        await rejects(store.set(entries), code);
      });
    }

    for (const [what, where, code = "INVALID_ARGUMENT"] of wheres) {
      it(`${what} is no predicate`, async () => {
        const given = where as never;
        await rejects(store.count({ where: given }), code);
        await rejects(store.find({ where: given }), code);
        await rejects(store.search([1, 2], { where: given }), code);
        await rejects(store.searchMany([[1, 2]], { where: given }), code);
        await rejects(store.delete({ where: given }), code);
      });
    }

    it("names the path of what is wrong in a predicate", async () => {
      const where = { $or: [{ a: 1 }, { "b.c": undefined }] };
      const error = await rejects(store.count({ where }), "INVALID_ARGUMENT");
      assert.match(error.message, /b\.c/);
    });

    it("names what was expected and what came", async () => {
      const error = await rejects(store.set({ vector: [1, 2, 3] }), "DIMENSION_MISMATCH");
      assert.match(error.message, /2.*3/);
      assert.deepEqual(error.details, { expected: 2, got: 3 });
      assert.equal(error.retryable, false);
      assert.equal(error.name, "AhnlichError");
    });
  });
}

type Wrong = readonly [what: string, value: unknown, code?: ErrorCode | readonly ErrorCode[]];

const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = { a: value };
  return value;
};
const circular: { self?: unknown } = {};
circular.self = circular;

const vectors: readonly Wrong[] = [
  ["a vector too short", [1], "DIMENSION_MISMATCH"],
  ["a vector too long", Float32Array.of(1, 2, 3), "DIMENSION_MISMATCH"],
  ["an empty list", []],
  ["an empty vector", new Float32Array()],
  ["a vector whose buffer was given away", givenAway()],
  ["NaN", [1, Number.NaN]],
  ["NaN in float32", Float32Array.of(1, Number.NaN)],
  ["infinity", [1, Number.POSITIVE_INFINITY]],
  ["minus infinity in float32", Float32Array.of(Number.NEGATIVE_INFINITY, 1)],
  ["what overflows float32", [1, 1e39]],
  ["a norm above 1e18", [1.001e18, 0]],
  ["a norm above 1e18 of smaller elements", [7.2e17, 7.2e17]],
  ["a list of texts", ["1", "2"]],
  ["a list with a hole", [1, null]],
  ["a number", 5],
  ["null", null],
  ["true", true],
];

function givenAway(): Float32Array {
  const vector = Float32Array.of(1, 2);
  structuredClone(vector.buffer, { transfer: [vector.buffer] });
  return vector;
}

const ids: readonly Wrong[] = [
  ["the empty text", ""],
  ["a lone surrogate", "a\ud800"],
  ["a surrogate the wrong way round", "\udc00\ud800"],
  ["513 bytes", "x".repeat(513), "LIMIT_EXCEEDED"],
  ["513 bytes of few characters", `${"\u{1f680}".repeat(128)}x`, "LIMIT_EXCEEDED"],
  ["a number", 5],
  ["null", null],
  ["an object", {}],
];

const names: readonly Wrong[] = [
  ["the empty text", ""],
  ["a space", "a b"],
  ["a slash alone", "/"],
  ["a slash at the end", "a/"],
  ["a slash at the beginning", "/a"],
  ["two slashes", "a/b/c"],
  ["a letter with a mark", "é"],
  ["129 characters", "n".repeat(129)],
  ["129 characters in a namespace", `a/${"n".repeat(129)}`],
  ["a line break", "a\n"],
  ["a number", 5],
  ["null", null],
  ["nothing", undefined],
  ["a list", ["a"]],
];

const storeOptions: readonly Wrong[] = [
  ["nothing", {}],
  ["a dimension of 0", { dimension: 0 }],
  ["a negative dimension", { dimension: -1 }],
  ["a fractional dimension", { dimension: 1.5 }],
  ["a dimension in words", { dimension: "3" }],
  ["NaN as the dimension", { dimension: Number.NaN }],
  ["an unknown metric", { dimension: 2, metric: "manhattan" }],
  ["a metric that every object has", { dimension: 2, metric: "toString" }],
  ["ifNotExists in words", { dimension: 2, ifNotExists: "yes" }],
  ["an unknown option", { dimension: 2, shards: 5 }],
];

const metadatas: readonly Wrong[] = [
  ["NaN", { a: Number.NaN }],
  ["infinity in a list", { a: [Number.POSITIVE_INFINITY] }],
  ["a BigInt", { a: 1n }],
  ["an invalid date", { a: { b: new Date(Number.NaN) } }],
  ["a function", { a: () => 1 }],
  ["a symbol", { a: Symbol("a") }],
  ["a Map", { a: new Map([["b", 1]]) }],
  ["a Set", { a: new Set([1]) }],
  ["an object of a class", { a: new (class Point {})() }],
  ["a RegExp", { a: /a/ }],
  ["a promise", { a: Promise.resolve(1) }],
  ["a field with an empty name", { "": 1 }],
  ["a nested field with an empty name", { a: { "": 1 } }],
  ["a field beginning with $", { $a: 1 }],
  ["a nested field beginning with $", { a: [{ $in: 1 }] }],
  ["ill-formed text", { a: "\ud800" }],
  ["a field with an ill-formed name", { "\udc00": 1 }],
  ["a list", [1]],
  ["a text", "a"],
  ["null", null],
  ["a date", new Date(0)],
  ["bytes", new Uint8Array(1)],
  ["what is nested too deeply", nested(17), "LIMIT_EXCEEDED"],
  ["what is nested far too deeply", nested(5_000), "LIMIT_EXCEEDED"],
  ["what holds itself", circular, ["LIMIT_EXCEEDED", "INVALID_ARGUMENT"]],
  ["what is too large", { a: "x".repeat(64 * 1024) }, "LIMIT_EXCEEDED"],
];

const wheres: readonly Wrong[] = [
  ["null", null],
  ["a list", [{ a: 1 }]],
  ["a text", "a = 1"],
  ["undefined for a field", { a: undefined }],
  ["undefined for an operand", { a: { $eq: undefined } }],
  ["undefined in a list", { a: { $in: [1, undefined] } }],
  ["undefined for a combination", { $and: undefined }],
  ["undefined in a combination", { $or: [undefined] }],
  ["an unknown operator", { a: { $like: "x" } }],
  ["an unknown combination", { $nor: [] }],
  ["an operator that every object has", { a: { $toString: 1 } }],
  ["a field in value position", { a: { b: 1 } }],
  ["a field beside operators", { a: { $gt: 1, b: 1 } }],
  ["$and of one", { $and: { a: 1 } }],
  ["$or of a list in a list", { $or: [[{ a: 1 }]] }],
  ["$not of a list", { $not: [{ a: 1 }] }],
  ["$not of a value", { a: { $not: 5 } }],
  ["$in of a value", { a: { $in: 1 } }],
  ["$nin of a text", { a: { $nin: "abc" } }],
  ["$exists of a number", { a: { $exists: 1 } }],
  ["$startsWith of a number", { a: { $startsWith: 1 } }],
  ["$gt of a boolean", { a: { $gt: true } }],
  ["$lt of null", { a: { $lt: null } }],
  ["$gte of a list", { a: { $gte: [1] } }],
  ["an empty name", { "": 1 }],
  ["NaN", { a: Number.NaN }],
  ["infinity", { a: { $lt: Number.POSITIVE_INFINITY } }],
  ["an invalid date", { a: new Date(Number.NaN) }],
  ["a function", { a: () => true }],
  ["a BigInt", { a: 1n }],
  ["a Map", { a: new Map() }],
  ["ill-formed text", { a: "\ud800" }],
  ["what holds itself", { $not: circularWhere() }, ["LIMIT_EXCEEDED", "INVALID_ARGUMENT"]],
  ["what is nested too deeply", deepWhere(40), "LIMIT_EXCEEDED"],
  ["what is nested far too deeply", deepWhere(5_000), "LIMIT_EXCEEDED"],
  [
    "too many operands",
    { a: { $in: Array.from({ length: 10_001 }, (_, n) => n) } },
    "LIMIT_EXCEEDED",
  ],
];

function circularWhere(): object {
  const where: { $not?: unknown } = {};
  where.$not = where;
  return where;
}

function deepWhere(levels: number): unknown {
  let where: unknown = { a: 1 };
  for (let level = 0; level < levels; level++) where = { $not: where };
  return where;
}
