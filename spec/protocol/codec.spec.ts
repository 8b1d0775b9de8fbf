import assert from "node:assert/strict";
import fc from "fast-check";
import { encode } from "../../lib/encoding/encode.js";
import { AhnlichError, type ErrorCode, errorCodes } from "../../lib/model/errors.js";
import { type Query, queryKinds } from "../../lib/model/query.js";
import { decodeAnswer, encodeAnswer } from "../../lib/protocol/answer-codec.js";
import { errorFromWire, errorToWire } from "../../lib/protocol/error-codec.js";
import { decodeQuery, encodeQuery, type Refusals } from "../../lib/protocol/query-codec.js";
import { answersTo, queriesOf } from "../support/arbitrary-queries.js";
import { seed } from "../support/seed.js";
import { seeded } from "../support/seeded.js";

const asked = (query: unknown): Query => decodeQuery(encodeQuery(query as Query));
const answered = (query: Query, answer: unknown): unknown =>
  decodeAnswer(query.kind, encodeAnswer(query, answer as never));
const facts = (value: unknown): unknown =>
  value instanceof AhnlichError
    ? [value.code, value.message, value.details, value.retryable, value.name]
    : value;
const withFacts = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map((item) =>
        typeof item === "object" && item !== null && "error" in item
          ? { ...item, error: facts(item.error) }
          : item !== null && typeof item === "object" && "response" in item
            ? { ...item, response: withFacts(item.response) }
            : item,
      )
    : value;

describe("codec", () => {
  for (const kind of queryKinds) {
    it(`gives every query of kind ${kind} back as it was`, () => {
      fc.assert(
        fc.property(queriesOf[kind], (query) => assert.deepStrictEqual(asked(query), query)),
        { numRuns: 60 },
      );
    });

    it(`gives every answer to ${kind} back as it was`, () => {
      const cases = queriesOf[kind].chain((query) =>
        fc.tuple(fc.constant(query), answersTo(query)),
      );
      fc.assert(
        fc.property(cases, ([query, answer]) =>
          assert.deepStrictEqual(withFacts(answered(query, answer)), withFacts(answer)),
        ),
        { numRuns: 60 },
      );
    });
  }

  it("rounds vectors given as numbers to float32", () => {
    const vector = Float32Array.of(0.1, -0, 3);
    const entries = [{ vector: [0.1, -0, 3] }];
    assert.deepStrictEqual(asked({ kind: "set", store: "a", entries }), {
      kind: "set",
      store: "a",
      entries: [{ vector }],
    });
    assert.deepStrictEqual(asked({ kind: "search", target: [0.1, -0, 3] }), {
      kind: "search",
      target: vector,
    });
    const near = [[0.1, -0, 3], "id"];
    assert.deepStrictEqual(asked({ kind: "search", target: { near } }), {
      kind: "search",
      target: { near: [vector, "id"] },
    });
  });

  it("keeps bytes in metadata bytes, whatever their field is called", () => {
    const metadata = { vector: Uint8Array.of(1, 2, 3, 4), deep: { vector: Uint8Array.of(1) } };
    const query = { kind: "set", store: "a", entries: [{ vector: Float32Array.of(1), metadata }] };
    assert.deepStrictEqual(asked(query), query);
    const get = { kind: "get", store: "a", keys: ["a"] } as const;
    assert.deepStrictEqual(answered(get, [{ id: "a", metadata }]), [{ id: "a", metadata }]);
  });

  it("copies: neither side is a view on the other", () => {
    const vector = Float32Array.of(1, 2);
    const bytes = encodeQuery({ kind: "search", store: "a", target: vector });
    vector.fill(0);
    const query = decodeQuery(bytes) as Query<"search">;
    bytes.fill(0);
    assert.deepStrictEqual(query.target, Float32Array.of(1, 2));
  });

  it("leaves out what is undefined, but not in a predicate", () => {
    const query = { kind: "count", store: "a", where: undefined } as const;
    assert.deepStrictEqual(asked(query), { kind: "count", store: "a" });
    for (const kind of ["find", "count", "search", "searchMany"]) {
      const where = { $and: [{ year: undefined }] };
      assert.throws(() => asked({ kind, store: "a", where }), {
        code: "INVALID_ARGUMENT",
        message: /query\.where\.\$and\[0\]\.year/,
      });
    }
    assert.throws(() => asked({ kind: "delete", target: { where: { a: undefined } } }), {
      code: "INVALID_ARGUMENT",
    });
  });

  it("passes on unknown kinds, unknown fields and wrong values for the engine to judge", () => {
    for (const query of [
      { kind: "fly", to: "the moon" },
      { kind: "get", store: 5, colour: "red", keys: [1, null] },
      { kind: "search", target: "text" },
      { kind: "search", target: null },
      { kind: "set", entries: "none" },
      { kind: "pipeline", queries: [{ kind: "fly" }] },
      { kind: "delete", target: 5 },
    ]) {
      assert.deepStrictEqual(asked(query), query);
    }
  });

  it("sends a pipeline within a pipeline without its members: the engine refuses it unread", () => {
    const inner = { kind: "pipeline", queries: [] as unknown[] };
    inner.queries.push(inner);
    assert.deepStrictEqual(asked({ kind: "pipeline", queries: [inner] }), {
      kind: "pipeline",
      queries: [{ kind: "pipeline" }],
    });
  });

  it("refuses the members of a pipeline that cannot travel, each alone where that is asked for", () => {
    const queries = [{ kind: "ping" }, { kind: "get", keys: [1n] }, { kind: "count" }];
    const refusals: Refusals = new Map();
    const bytes = encodeQuery({ kind: "pipeline", queries } as never, refusals);
    assert.deepStrictEqual(decodeQuery(bytes), {
      kind: "pipeline",
      queries: [{ kind: "ping" }, null, { kind: "count" }],
    });
    assert.deepStrictEqual([...refusals.keys()], [1]);
    assert.match(String(refusals.get(1)), /query\.queries\[1\]\[1\]\.keys/);
    assert.throws(() => encodeQuery({ kind: "pipeline", queries } as never), /keys/);
  });

  it("reads pipelines of pings that are not quite of pings like all other values", () => {
    const queries = Array.from({ length: 20 }, () => ({ kind: "ping" }) as const);
    const bytes = encodeQuery({ kind: "pipeline", queries });
    const outcomes = queries.map(() => ({ ok: true, response: null }) as const);
    const answers = encodeAnswer({ kind: "pipeline", queries }, outcomes);
    for (let at = 0; at < bytes.length; at++) {
      assert.throws(() => decodeQuery(bytes.subarray(0, at)), { code: "PROTOCOL_ERROR" });
    }
    for (let at = 0; at < answers.length; at++) {
      const cut = answers.subarray(0, at);
      assert.throws(() => decodeAnswer("pipeline", cut), { code: "PROTOCOL_ERROR" });
    }
    const other = queries.with(19, { kind: "pong" } as never);
    assert.deepStrictEqual(asked({ kind: "pipeline", queries: other }), {
      kind: "pipeline",
      queries: other,
    });
    assert.throws(() => decodeQuery(Buffer.concat([bytes, bytes])), { code: "PROTOCOL_ERROR" });
  });

  it("writes pipelines of any length like all other values", () => {
    for (const length of [0, 1, 15, 16, 65_535, 65_536]) {
      const queries = Array.from({ length }, () => ({ kind: "ping" }) as const);
      const wire = queries.map(() => ["ping"]);
      assert.deepEqual(
        encodeQuery({ kind: "pipeline", queries }),
        encode(["pipeline", { queries: wire }]),
      );
      const outcomes = queries.map(() => ({ ok: true, response: null }) as const);
      const bytes = encodeAnswer({ kind: "pipeline", queries }, outcomes);
      assert.deepEqual(bytes, encode(wire.map(([kind]) => [kind, null])));
    }
  });

  it("sends nil for what is no query within a pipeline, for the engine to refuse alone", () => {
    for (const inner of [null, "ping", ["ping"], {}, { store: "a" }, { kind: 5 }]) {
      assert.deepStrictEqual(asked({ kind: "pipeline", queries: [inner] }), {
        kind: "pipeline",
        queries: [null],
      });
    }
  });

  it("refuses with its path what would arrive as something else", () => {
    const cases: [unknown, RegExp][] = [
      [{ kind: "set", entries: [{ vector: Uint8Array.of(1) }] }, /entries\[0\]\.vector.*bytes/],
      [{ kind: "set", entries: [{ metadata: { a: new Float32Array(1) } }] }, /Float32Array/],
      [{ kind: "search", target: new Float64Array(1) }, /Float64Array/],
      [{ kind: "count", where: { a: 1n } }, /bigint/],
      [{ kind: "count", store: () => 1 }, /function/],
      [{ kind: "count", where: { a: undefined, b: 1n } }, /where\.b.*bigint/],
      [null, /query: expected an object/],
      [{ store: "a" }, /query\.kind: expected a text/],
    ];
    for (const [query, words] of cases) {
      assert.throws(() => asked(query), { code: "INVALID_ARGUMENT", message: words });
    }
  });

  it("refuses more values than a server takes in a query, and takes as many", () => {
    const keys = (count: number) =>
      encodeQuery({ kind: "get", store: "s", keys: Array.from({ length: count }, () => "") });
    assert.ok(keys(1_000_000 - 7).length > 1_000_000);
    assert.throws(() => keys(1_000_001 - 7), { code: "LIMIT_EXCEEDED" });
  });

  it("does not lose itself in a predicate that holds itself", () => {
    const where: Record<string, unknown> = { a: undefined };
    where.$and = [where, where];
    where.$or = [where, where];
    assert.throws(() => asked({ kind: "count", where }), { code: "LIMIT_EXCEEDED" });
  });

  it("calls bytes that are no query an error of their own request", () => {
    for (const value of [
      null,
      1,
      "ping",
      [],
      [1],
      ["ping", null],
      ["ping", []],
      { kind: "ping" },
    ]) {
      assert.throws(() => decodeQuery(encode(value)), { code: "PROTOCOL_ERROR" });
    }
    const odd = encode(["search", { store: "a", target: Uint8Array.of(1, 2, 3) }]);
    assert.throws(() => decodeQuery(odd), { code: "INVALID_ARGUMENT", message: /multiple of 4/ });
    const nested = encode(["pipeline", { queries: [["ping", 1]] }]);
    assert.throws(() => decodeQuery(nested), { code: "PROTOCOL_ERROR", message: /queries\[0\]/ });
  });

  it("calls bytes that are no answer a fault of the server", () => {
    for (const kind of queryKinds) {
      assert.throws(() => decodeAnswer(kind, encode("text")), { code: "PROTOCOL_ERROR" }, kind);
    }
    const odd = encode([{ id: "a", vector: Uint8Array.of(1) }]);
    assert.throws(() => decodeAnswer("search", odd), { code: "PROTOCOL_ERROR" });
  });

  it("carries every error code", () => {
    for (const code of Object.keys(errorCodes) as ErrorCode[]) {
      const error = new AhnlichError(code, "a sentence", {
        details: { a: 1, b: "c", d: null, e: ["f"] },
        retryable: code.length % 2 === 0,
        cause: new Error("stays here"),
      });
      const arrived = errorFromWire(errorToWire(error));
      assert.deepStrictEqual(facts(arrived), facts(error));
      assert.equal(arrived.cause, undefined);
    }
  });

  it("takes a code of a newer minor as INTERNAL, keeping its name", () => {
    const arrived = errorFromWire(["TOO_MODERN", "a sentence", { a: 1 }, true]);
    assert.deepStrictEqual(
      [arrived.code, arrived.details, arrived.retryable],
      ["INTERNAL", { a: 1, code: "TOO_MODERN" }, true],
    );
  });

  it("cuts an error's sentence, mends its text, and drops details that are too long", () => {
    const long = new AhnlichError("INTERNAL", `\ud800${"x".repeat(10_000)}`, {
      details: { a: "y".repeat(10_000) },
    });
    const arrived = errorFromWire(errorToWire(long));
    assert.ok(arrived.message.startsWith("\ufffdx") && arrived.message.length === 2_000);
    assert.deepStrictEqual(arrived.details, {});
  });

  it("answers mutated bytes with a value or a typed error", () => {
    const random = seeded(seed + 11);
    const arbitraries = queryKinds.map((kind) => queriesOf[kind]);
    const queries = fc.sample(fc.oneof(...arbitraries), { numRuns: 200 });
    for (let round = 0; round < 4_000; round++) {
      const query = queries[round % queries.length];
      const mutant = random.mutate(encodeQuery(query));
      try {
        decodeQuery(mutant);
      } catch (error) {
        assert.ok(error instanceof AhnlichError, String(error));
        assert.ok(["PROTOCOL_ERROR", "INVALID_ARGUMENT"].includes(error.code), error.code);
      }
      try {
        decodeAnswer(query.kind, mutant);
      } catch (error) {
        assert.ok(error instanceof AhnlichError && error.code === "PROTOCOL_ERROR", String(error));
      }
    }
  });
});
