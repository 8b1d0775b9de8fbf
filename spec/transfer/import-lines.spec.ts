import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { importStore } from "../../lib/transfer.js";
import { duringSuite } from "../support/reach.js";
import { rejects } from "../support/rejects.js";
import { TemporaryFolder } from "../support/temporary-folder.js";
import { reaches } from "./reaches.js";

const good = `{"id":"good","vector":[1,2]}`;
const wrong: readonly (readonly [string, string | Uint8Array, RegExp, string?])[] = [
  ["what is no JSON", `{"id":"b","vec`, /what is no JSON/],
  ["what is no object", "[1,2]", /expected one JSON object, got an array/],
  ["two objects", "{} {}", /what is no JSON/],
  [
    "a field that entries do not have",
    `{"id":"b","vector":[1,2],"text":"x"}`,
    /unknown field "text"/,
  ],
  ["a missing vector", `{"id":"b"}`, /vector: expected a Float32Array or an array/],
  ["a vector of text", `{"id":"b","vector":["1",2]}`, /vector\[0\]: expected a finite float32/],
  [
    "a vector with a hole",
    `{"id":"b","vector":[1,null]}`,
    /vector\[1\]: expected a finite float32/,
  ],
  ["a vector too large for float32", `{"id":"b","vector":[1,1e39]}`, /vector\[1\]/],
  [
    "another dimension",
    `{"id":"b","vector":[1,2,3]}`,
    /expected 2 dimensions, got 3/,
    "DIMENSION_MISMATCH",
  ],
  ["an id that is no text", `{"id":7,"vector":[1,2]}`, /id: expected an id/],
  ["an empty id", `{"id":"","vector":[1,2]}`, /id: an id is not empty/],
  [
    "an id that is too long",
    `{"id":"${"x".repeat(513)}","vector":[1,2]}`,
    /id: 513/,
    "LIMIT_EXCEEDED",
  ],
  [
    "metadata that is a list",
    `{"id":"b","vector":[1,2],"metadata":[]}`,
    /metadata: expected a plain object/,
  ],
  [
    "a field name with a dollar",
    `{"id":"b","vector":[1,2],"metadata":{"$x":1}}`,
    /metadata: expected \{"\$date"/,
  ],
  [
    "a date that is none",
    `{"id":"b","vector":[1,2],"metadata":{"a":{"$date":"soon"}}}`,
    /metadata\.a: expected/,
  ],
  [
    "a date and more",
    `{"id":"b","vector":[1,2],"metadata":{"a":{"$date":"2024-01-01","b":1}}}`,
    /metadata\.a/,
  ],
  [
    "bytes that are no base64",
    `{"id":"b","vector":[1,2],"metadata":{"a":[{"$bytes":"?"}]}}`,
    /metadata\.a\[0\]/,
  ],
  [
    "metadata that is too deep",
    `{"id":"b","vector":[1,2],"metadata":${nested(17)}}`,
    /16/,
    "LIMIT_EXCEEDED",
  ],
  [
    "metadata beyond all depth",
    `{"id":"b","vector":[1,2],"metadata":${nested(9_999)}}`,
    /16/,
    "LIMIT_EXCEEDED",
  ],
  [
    "metadata that is too large",
    `{"id":"b","vector":[1,2],"metadata":{"a":[${"1.5,".repeat(9e3)}1]}}`,
    /metadataBytes/,
    "LIMIT_EXCEEDED",
  ],
  ["a time that is none", `{"id":"b","vector":[1,2],"expiresAt":"soon"}`, /expiresAt: expected/],
  ["a time before all", `{"id":"b","vector":[1,2],"expiresAt":-1}`, /expiresAt: expected/],
  ["a time that is none", `{"id":"b","vector":[1,2],"expiresAt":"soon"}`, /expiresAt: expected/],
  ["a time before all", `{"id":"b","vector":[1,2],"expiresAt":-1}`, /expiresAt: expected/],
  ["bytes that are no UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), /expected UTF-8/],
  ["a line without an end", `{"id":"${"x".repeat(2_000_000)}"`, /longer than/, "LIMIT_EXCEEDED"],
];

const badHeads = [
  `{"id":"a","vector":"x"}`,
  `{"$store":7}`,
  `{"$store":{}}`,
  `{"$store":{"dimension":0}}`,
  `{"$store":{"dimension":2,"metric":"l1"}}`,
  `{"$store":{"dimension":2,"ttlMs":0}}`,
  `{"$store":{"dimension":2,"vectors":"tape"}}`,
  `{"$store":{"dimension":2,"indexes":"year"}}`,
  `{"$store":{"dimension":2,"indexes":[1]}}`,
];

for (const reach of reaches) {
  describe(`importStore names the line of, ${reach.name}`, () => {
    const suite = duringSuite(reach);
    const folder = new TemporaryFolder();
    after(() => folder.remove());

    const fileOf = (...lines: readonly (string | Uint8Array)[]): string => {
      const path = folder.at("lines.jsonl");
      writeFileSync(path, Buffer.concat(lines.flatMap((line) => [Buffer.from(line), newline])));
      return path;
    };

    for (const [what, line, sentence, code = "INVALID_ARGUMENT"] of wrong) {
      it(what, async () => {
        const store = await suite.newStore({ dimension: 2 });
        const path = fileOf(good, "", line, `{"id":"later","vector":[5,6]}`);
        const error = await rejects(
          importStore(suite.engine, store.name, path),
          code as "INTERNAL",
        );
        assert.match(error.message, sentence);
        assert.ok(error.message.startsWith(`${path}, line 3: `), error.message);
        assert.deepEqual([error.details.file, error.details.line], [path, 3]);
        const { entries } = await store.find();
        assert.deepEqual(
          entries.map(({ id }) => id),
          ["good"],
        );
      });
    }

    it("a first line that is wrong, and makes no store", async () => {
      const name = suite.newName();
      for (const line of badHeads) {
        const importing = importStore(suite.engine, name, fileOf(line));
        assert.equal((await rejects(importing, "INVALID_ARGUMENT")).details.line, 1);
      }
      await rejects(suite.engine.store(name).info(), "STORE_NOT_FOUND");
    });
  });
}

const newline = Buffer.from("\n");

function nested(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
}
