import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { decode } from "../../lib/encoding/decode.js";
import { encode } from "../../lib/encoding/encode.js";
import { scan } from "../../lib/encoding/scan.js";
import { isQueryKind, type Query, type QueryKind, queryKinds } from "../../lib/model/query.js";
import { decodeAnswer, encodeAnswer } from "../../lib/protocol/answer-codec.js";
import { decodeFrame } from "../../lib/protocol/decode-frame.js";
import { FrameReader } from "../../lib/protocol/frame-reader.js";
import { encodeFrames } from "../../lib/protocol/frame-writer.js";
import { protocolVersion, readHello, writeHello } from "../../lib/protocol/handshake.js";
import type { Message } from "../../lib/protocol/message.js";
import { messageTypes } from "../../lib/protocol/message-types.js";
import { decodeQuery, encodeQuery } from "../../lib/protocol/query-codec.js";

interface Golden {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly json: unknown[];
  readonly answers: string | undefined;
  readonly hello: string | undefined;
}

const page = readFileSync("docs/protocol.md", "utf8");
const goldens = [...page.matchAll(/^```golden\n(.*?)^```$/gms)].map(([, block]) =>
  readGolden(block),
);
const frames = goldens.filter((golden) => golden.hello === undefined);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const stored = { code: "PROTOCOL_ERROR" } as const;

describe("docs/protocol.md", () => {
  for (const golden of goldens) {
    if (golden.hello !== undefined) {
      it(`shows a ${golden.name} as it is read and written`, () => {
        const hello = readHello(golden.bytes);
        const { major, minor, flags, maxFrameBytes } = hello;
        assert.equal(`${major}.${minor} flags ${flags} frame ${maxFrameBytes}`, golden.hello);
        assert.equal(hex(writeHello(hello)), hex(golden.bytes));
      });
      continue;
    }
    it(`shows ${golden.name} as it is read and written`, () => {
      const body = bodyOf(golden);
      assert.deepStrictEqual(valuesIn(body), golden.json);
      assert.equal(hex(Buffer.concat(golden.json.map((value) => encode(value)))), hex(body));
      const again = decodeFrame(body).map((message) => throughCodec(message, golden.answers));
      assert.equal(hex(Buffer.concat(encodeFrames(again, 2 ** 20))), hex(golden.bytes));
    });
  }

  it("has a request and a response of every kind", () => {
    const asked = new Set<string>();
    const answered = new Set<string | undefined>();
    for (const golden of frames) {
      for (const message of decodeFrame(bodyOf(golden))) {
        if (message.kind === "request") asked.add(decodeQuery(message.query).kind);
        if (message.kind === "response") answered.add(golden.answers);
      }
    }
    for (const kind of queryKinds) {
      assert.ok(asked.has(kind), `no request of kind ${kind}`);
      assert.ok(answered.has(kind), `no response to ${kind}`);
      assert.ok(page.includes(`\n### ${kind}\n`), `no heading for ${kind}`);
    }
  });

  it("has a message of every type", () => {
    const shown = new Set(
      frames.flatMap((golden) => decodeFrame(bodyOf(golden))).map((m) => m.kind),
    );
    assert.deepStrictEqual([...shown].sort(), Object.keys(messageTypes).sort());
  });

  it("names the version that is spoken", () => {
    assert.ok(page.includes(`protocol **${protocolVersion.major}.${protocolVersion.minor}**`));
  });

  it("shows parts that hold what the text says", () => {
    const golden = frames.find(({ name }) => name === "two parts");
    assert.ok(golden !== undefined);
    const parts = decodeFrame(bodyOf(golden)).map((part) => ("bytes" in part ? part.bytes : []));
    assert.equal(decode(Uint8Array.from(parts.flatMap((bytes) => [...bytes])), stored), "hello");
  });
});

function readGolden(block: string): Golden {
  const lines = block.replace(/\n +/g, " ").trim().split("\n");
  const fields = lines.map((line) => /^(\w+): (.*)$/.exec(line)?.slice(1) ?? assert.fail(line));
  const field = (name: string): string | undefined => fields.find(([key]) => key === name)?.[1];
  return {
    name: field("name") ?? assert.fail(block),
    bytes: fromHex(field("hex") ?? assert.fail(block)),
    json: fields.filter(([key]) => key === "json").map(([, text]) => revive(JSON.parse(text))),
    answers: field("answers"),
    hello: field("hello"),
  };
}

/** JSON cannot say bytes and dates: texts stand for them. */
function revive(value: unknown): unknown {
  if (typeof value === "string") {
    if (value.startsWith("bytes:")) return fromHex(value.slice(6));
    return value.startsWith("date:") ? new Date(value.slice(5)) : value;
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(revive);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, revive(item)]));
}

function bodyOf(golden: Golden): Uint8Array {
  const bodies = new FrameReader(2 ** 20).push(golden.bytes);
  assert.equal(bodies.length, 1);
  return bodies[0];
}

function valuesIn(body: Uint8Array): unknown[] {
  const values: unknown[] = [];
  for (let at = 0; at < body.length; ) {
    const { end } = scan(body, at, stored);
    values.push(decode(body.subarray(at, end), stored));
    at = end;
  }
  return values;
}

/** The message with its query or answer read and written once. */
function throughCodec(message: Message, answers: string | undefined): Message {
  if (message.kind === "request") {
    return { ...message, query: encodeQuery(decodeQuery(message.query)) };
  }
  if (message.kind !== "response") return message;
  assert.ok(isQueryKind(answers), "the page says what a response answers");
  const answer = decodeAnswer(answers, message.answer);
  return { ...message, answer: encodeAnswer(queryAnsweredBy(answers, answer), answer) };
}

/** A query of this kind; for pipelines it matters which outcomes are expected. */
function queryAnsweredBy(kind: QueryKind, answer: unknown): Query {
  const queries = Array.isArray(answer) ? answer.map(() => ({ kind: "ping" })) : [];
  return { kind, queries } as unknown as Query;
}

function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replace(/ /g, ""), "hex"));
}
