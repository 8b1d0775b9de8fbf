import assert from "node:assert/strict";
import fc from "fast-check";
import { encode } from "../../lib/encoding/encode.js";
import { AhnlichError } from "../../lib/model/errors.js";
import { decodeFrame, FrameMessages } from "../../lib/protocol/decode-frame.js";
import { FrameReader } from "../../lib/protocol/frame-reader.js";
import { encodeFrames, FrameWriter } from "../../lib/protocol/frame-writer.js";
import type { Message, PartMessage } from "../../lib/protocol/message.js";
import { messagesPerFrame } from "../../lib/protocol/message-types.js";
import { PartJoiner } from "../../lib/protocol/part-joiner.js";
import { encodeQuery } from "../../lib/protocol/query-codec.js";
import { errors } from "../support/arbitrary-queries.js";
import { values } from "../support/arbitrary-values.js";
import { seed } from "../support/seed.js";
import { seeded } from "../support/seeded.js";

const largest = 1024 * 1024;
const ids = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2 ** 32 - 1 }));
const encoded = values().map((value) => encode(value));
const keys = fc.string({ unit: "binary", minLength: 1, maxLength: 64 });
const numbers = fc.integer({ min: 1, max: 2 ** 48 - 1 });
const noNullPrototype = { noNullPrototype: true };
const kinds: { readonly [K in Message["kind"]]: fc.Arbitrary<Message> } = {
  connect: fc.record(
    {
      kind: fc.constant("connect" as const),
      name: fc.string(),
      version: fc.string(),
      clientId: fc.string({ minLength: 1, maxLength: 64 }),
    },
    noNullPrototype,
  ),
  accept: fc.record(
    {
      kind: fc.constant("accept" as const),
      version: fc.string(),
      inFlight: fc.nat().map((n) => n + 1),
    },
    noNullPrototype,
  ),
  refuse: errors().map((error) => ({ kind: "refuse", error })),
  request: fc.oneof(
    fc.tuple(ids, encoded).map(([id, query]): Message => ({ kind: "request", id, query })),
    fc.tuple(ids, fc.integer({ min: 1, max: 2 ** 31 - 1 })).map(([id, timeoutMs]): Message => {
      return { kind: "request", id, query: encodeQuery({ kind: "ping" }), timeoutMs };
    }),
    fc.tuple(ids, encoded, keys).map(([id, query, idempotencyKey]): Message => {
      return { kind: "request", id, query, idempotencyKey };
    }),
    fc.tuple(ids, encoded, keys, numbers).map(([id, query, idempotencyKey, number]): Message => {
      const write = { number, settled: 1 };
      return { kind: "request", id, query, timeoutMs: 2 ** 31 - 1, idempotencyKey, write };
    }),
  ),
  response: fc.tuple(ids, encoded).map(([id, answer]) => ({ kind: "response", id, answer })),
  failure: fc.tuple(ids, errors()).map(([id, error]) => ({ kind: "failure", id, error })),
  part: fc
    .tuple(ids, fc.boolean(), fc.uint8Array())
    .map(([id, last, bytes]) => ({ kind: "part", id, last, bytes })),
  cancel: ids.map((id) => ({ kind: "cancel", id })),
  goaway: fc.string().map((reason) => ({ kind: "goaway", reason })),
  disconnect: fc.constant({ kind: "disconnect" }),
  alive: fc.constant({ kind: "alive" }),
};
const messages = fc.array(fc.oneof(...Object.values(kinds)), { maxLength: 30 });

const read = (chunks: readonly Uint8Array[], reader = new FrameReader(largest)): Message[] =>
  chunks.flatMap((chunk) => reader.push(chunk).flatMap((body) => decodeFrame(body.slice())));
const comparable = (message: Message): unknown =>
  "error" in message ? { ...message, error: errorFacts(message.error) } : message;
const errorFacts = (error: AhnlichError): unknown => [error.code, error.message, error.details];
const framed = (body: Uint8Array): Uint8Array => {
  const frame = Buffer.alloc(4 + body.length);
  frame.writeUInt32LE(body.length);
  frame.set(body, 4);
  return frame;
};
const joined = (chunks: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(chunks));

describe("frames", () => {
  it("give the messages back, however they are cut", () => {
    fc.assert(
      fc.property(messages, fc.nat(), fc.integer({ min: 1, max: 50 }), (sent, from, longest) => {
        const chunks = seeded(from).cut(joined(encodeFrames(sent, largest)), longest);
        assert.deepStrictEqual(read(chunks).map(comparable), sent.map(comparable));
      }),
      { numRuns: 200 },
    );
  });

  it("hold each message alone where they are cut after it", () => {
    const writer = new FrameWriter(largest);
    for (let id = 1; id <= 3; id++) {
      writer.write({ kind: "cancel", id });
      writer.cut();
    }
    const bytes = joined(writer.take());
    assert.equal(new FrameReader(largest).push(bytes).length, 3);
    assert.equal(writer.length, 0);
    assert.deepStrictEqual(writer.take(), []);
  });

  it("share a frame otherwise, up to its length and to its number of messages", () => {
    const many: Message[] = Array.from({ length: messagesPerFrame + 1 }, (_, i) => ({
      kind: "cancel",
      id: i + 1,
    }));
    const reader = new FrameReader(largest);
    const bodies = reader.push(joined(encodeFrames(many, largest)));
    assert.equal(bodies.length, 2);
    assert.deepStrictEqual(bodies.flatMap(decodeFrame), many);
    const answer = encode(new Uint8Array(7_000));
    const long: Message[] = [1, 2, 3, 4, 5].map((id) => ({ kind: "response", id, answer }));
    const small = new FrameReader(16_384).push(joined(encodeFrames(long, 16_384)));
    assert.equal(small.length, 3);
    assert.deepStrictEqual(small.flatMap(decodeFrame), long);
  });

  it("do not copy what is long, and may be written while earlier ones are being sent", () => {
    const writer = new FrameWriter(largest);
    const answer = encode(new Uint8Array(100_000));
    writer.write({ kind: "response", id: 1, answer });
    const first = writer.take();
    assert.ok(first.includes(answer));
    const copy = first.map((chunk) => chunk.slice());
    for (let id = 1; id < 30_000; id++) writer.write({ kind: "cancel", id });
    const second = writer.take();
    assert.deepStrictEqual(first, copy);
    assert.equal(read(second).length, 29_999);
  });

  it("say how many bytes wait to be taken", () => {
    const writer = new FrameWriter(largest);
    writer.write({ kind: "response", id: 1, answer: encode(new Uint8Array(50_000)) });
    writer.write({ kind: "cancel", id: 1 });
    const { length } = writer;
    assert.equal(joined(writer.take()).length, length);
  });

  it("refuse a length above the limit before anything is kept of it, and a length of none", () => {
    const reader = new FrameReader(1_000);
    assert.equal(reader.push(framed(new Uint8Array(1_000))).length, 1);
    assert.throws(() => reader.push(framed(new Uint8Array(1_001))), { code: "LIMIT_EXCEEDED" });
    assert.throws(() => new FrameReader(1_000).push(Uint8Array.of(0xff, 0xff, 0xff, 0xff)), {
      code: "LIMIT_EXCEEDED",
    });
    const slow = new FrameReader(1_000);
    for (const byte of [0xe9, 0x03, 0]) slow.push(Uint8Array.of(byte));
    assert.throws(() => slow.push(Uint8Array.of(0)), { code: "LIMIT_EXCEEDED" });
    assert.throws(() => new FrameReader(9).push(new Uint8Array(4)), { code: "PROTOCOL_ERROR" });
  });

  it("know whether one has begun", () => {
    const reader = new FrameReader(largest);
    assert.equal(reader.partial, false);
    reader.push(Uint8Array.of(2));
    assert.equal(reader.partial, true);
    reader.push(Uint8Array.of(0, 0, 0, 0x91));
    assert.equal(reader.partial, true);
    assert.equal(reader.push(Uint8Array.of(0x0a)).length, 1);
    assert.equal(reader.partial, false);
  });

  it("collect a long frame of small chunks in time proportional to its length", () => {
    const reader = new FrameReader(largest * 4);
    const frame = framed(new Uint8Array(largest * 4));
    let bodies = 0;
    for (let at = 0; at < frame.length; at += 7) {
      bodies += reader.push(frame.subarray(at, at + 7)).length;
    }
    assert.equal(bodies, 1);
  });

  it("refuse to write a query above the limit, writing nothing", () => {
    const writer = new FrameWriter(16_384);
    const query = encode(new Uint8Array(16_384 - 7 - 3));
    writer.write({ kind: "request", id: 1, query });
    const { length } = writer;
    const longer = encode(new Uint8Array(16_384 - 7 - 2));
    assert.throws(() => writer.write({ kind: "request", id: 2, query: longer }), {
      code: "LIMIT_EXCEEDED",
    });
    assert.equal(writer.length, length);
    assert.equal(read(writer.take()).length, 1);
  });
});

describe("envelopes", () => {
  const decoded = (value: unknown): Message[] => decodeFrame(encode(value));

  it("pass over what a newer minor puts behind the positions known here", () => {
    const [request] = decoded([4, 1, ["ping"], { timeoutMs: 5, trace: "x" }, [1, { a: 2 }]]);
    assert.deepStrictEqual(request, {
      kind: "request",
      id: 1,
      query: encodeQuery({ kind: "ping" }),
      timeoutMs: 5,
    });
    assert.deepStrictEqual(decoded([8, 1, "later"]), [{ kind: "cancel", id: 1 }]);
    assert.deepStrictEqual(decoded([2, { version: "1", inFlight: 2, more: 3 }]), [
      { kind: "accept", version: "1", inFlight: 2 },
    ]);
  });

  it("take wider integers than needed", () => {
    const body = Buffer.from("93cf0000000000000005cf0000000000000001c0", "hex");
    assert.equal(decodeFrame(body)[0].kind, "response");
    for (const head of ["dc0002", "dd00000002"]) {
      const cancel = Buffer.from(`${head}0809`, "hex");
      assert.deepStrictEqual(decodeFrame(cancel), [{ kind: "cancel", id: 9 }]);
    }
    for (const head of ["dc0010", "dd00000010", "dc00", "dd", "90"]) {
      const ill = Buffer.from(head.padEnd(40, head.length > 4 ? "01" : ""), "hex");
      assert.throws(() => decodeFrame(ill), { code: "PROTOCOL_ERROR" });
    }
  });

  it("end the session where they cannot be read", () => {
    const ill: unknown[] = [
      null,
      [],
      {},
      [0],
      [11],
      [255],
      ["request"],
      [4],
      [4, 0, ["ping"]],
      [4, -1, ["ping"]],
      [4, 2 ** 32, ["ping"]],
      [4, 1.5, ["ping"]],
      [4, 1],
      [4, 1, ["ping"], { timeoutMs: 0 }],
      [4, 1, ["ping"], { timeoutMs: 2 ** 31 }],
      [4, 1, ["ping"], { timeoutMs: "5" }],
      [5, 1],
      [6, 1, null],
      [6, 1, ["INTERNAL"]],
      [7, 1, true, "text"],
      [7, 1, 1, new Uint8Array(1)],
      [1, "name", "version", ""],
      [1, "name", "version", "x".repeat(65)],
      [1, "name"],
      [2, {}],
      [2, null],
      [3, "no"],
      [9],
      [9, 5],
    ];
    for (const value of ill) {
      assert.throws(() => decoded(value), { code: "PROTOCOL_ERROR" }, JSON.stringify(value));
    }
  });

  it("cost little, whatever is where something small belongs", () => {
    const much = Array.from({ length: 20_000 }, () => ({}));
    for (const value of [
      [4, 1, ["ping"], { trace: much }],
      [4, much, ["ping"]],
      [8, "x".repeat(20_000)],
      [1, much, "version", "id"],
      [1, "x".repeat(20_000), "version", "id"],
      [6, 1, ["INTERNAL", "sentence", { much }, false]],
      [3, much],
    ]) {
      assert.throws(() => decoded(value), { code: "PROTOCOL_ERROR" });
    }
  });

  it("hold no query of more than 1,000,000 values", () => {
    const query = (values: number) => ["set", Array.from({ length: values - 3 }, () => 0)];
    assert.equal(decoded([4, 1, query(1_000_000)])[0].kind, "request");
    assert.throws(() => decoded([4, 1, query(1_000_001)]), { code: "PROTOCOL_ERROR" });
  });

  it("are read message by message, up to one that is none", () => {
    const bytes = [[8, 1], [8, 2], [4]].map((value) => encode(value));
    const frame = new FrameMessages(joined(bytes));
    assert.deepStrictEqual(frame.next(), { kind: "cancel", id: 1 });
    assert.deepStrictEqual(frame.next(), { kind: "cancel", id: 2 });
    assert.throws(() => frame.next(), { code: "PROTOCOL_ERROR" });
    assert.equal(new FrameMessages(new Uint8Array()).next(), undefined);
  });

  it("do not care what a query says, so long as it is a value", () => {
    assert.equal(decoded([4, 1, "nonsense"])[0].kind, "request");
  });

  it("answer mutated frames with messages or a typed error", () => {
    const random = seeded(seed + 12);
    const samples = fc
      .sample(messages, { numRuns: 100 })
      .map((sent) => joined(encodeFrames(sent, largest)));
    for (let round = 0; round < 5_000; round++) {
      const mutant = random.mutate(samples[round % samples.length]);
      try {
        read([mutant]);
      } catch (error) {
        assert.ok(error instanceof AhnlichError, String(error));
        assert.ok(["PROTOCOL_ERROR", "LIMIT_EXCEEDED"].includes(error.code), error.code);
      }
    }
  });
});

describe("parts", () => {
  const parts = (id: number, answer: Uint8Array): PartMessage[] =>
    read(encodeFrames([{ kind: "response", id, answer }], 16_384)) as PartMessage[];

  it("carry an answer longer than a frame, several at a time", () => {
    const first = encode(Uint8Array.from({ length: 50_000 }, (_, i) => i & 0xff));
    const second = encode(Uint8Array.from({ length: 40_000 }, (_, i) => (i * 7) & 0xff));
    const joiner = new PartJoiner(100_000);
    const [left, right] = [parts(1, first), parts(2, second)];
    assert.ok(left.length === 4 && left.every((part) => part.kind === "part"));
    const whole: (Uint8Array | undefined)[] = [];
    for (let i = 0; i < left.length; i++) {
      whole.push(joiner.add(left[i]));
      if (i < right.length) whole.push(joiner.add(right[i]));
    }
    const complete = whole.filter((answer) => answer !== undefined);
    assert.deepStrictEqual(complete, [second, first]);
  });

  it("are not used for an answer that just fits", () => {
    const answer = encode(new Uint8Array(16_384 - 7 - 3));
    assert.deepStrictEqual(
      read(encodeFrames([{ kind: "response", id: 1, answer }], 16_384), new FrameReader(16_384)),
      [{ kind: "response", id: 1, answer }],
    );
    const longer = encode(new Uint8Array(16_384 - 7 - 2));
    assert.equal(parts(1, longer).length, 2);
  });

  it("are bounded, each answer and all together", () => {
    const part = (id: number, length: number, last = false): PartMessage => {
      return { kind: "part", id, last, bytes: new Uint8Array(length) };
    };
    const joiner = new PartJoiner(100);
    assert.equal(joiner.add(part(1, 100)), undefined);
    assert.throws(() => joiner.add(part(1, 1)), { code: "LIMIT_EXCEEDED" });
    assert.equal(joiner.add(part(1, 100)), undefined);
    assert.equal(joiner.add(part(2, 100)), undefined);
    assert.throws(() => joiner.add(part(3, 1)), { code: "LIMIT_EXCEEDED" });
    joiner.drop(2);
    assert.equal(joiner.add(part(3, 1, true))?.length, 1);
    assert.throws(() => joiner.add(part(4, 0)), { code: "PROTOCOL_ERROR" });
  });
});
