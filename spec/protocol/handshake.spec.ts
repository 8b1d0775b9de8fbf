import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  checkServerHello,
  clientHello,
  HelloReader,
  helloBytes,
  judgeClientHello,
  protocolVersion,
  readHello,
  serverHello,
  verdicts,
  writeHello,
} from "../../lib/protocol/handshake.js";

const other = { major: protocolVersion.major + 1, minor: 7, flags: 0, maxFrameBytes: 65_536 };
const welcome = { ...protocolVersion, flags: 0, maxFrameBytes: 65_536 };

describe("handshake", () => {
  it("has the package's major", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    assert.equal(Number(version.split(".")[0]), protocolVersion.major);
  });

  it("reads what it writes, however it is cut", () => {
    const bytes = clientHello(65_536);
    assert.equal(bytes.length, helloBytes);
    for (let cut = 0; cut <= helloBytes; cut++) {
      const reader = new HelloReader();
      const first = reader.push(bytes.subarray(0, cut));
      const rest = Buffer.concat([bytes.subarray(cut), Buffer.from("rest")]);
      if (cut === helloBytes) {
        assert.deepStrictEqual(first?.hello, welcome);
        continue;
      }
      assert.equal(first, undefined);
      const second = reader.push(rest);
      assert.deepStrictEqual(second?.hello, welcome);
      assert.equal(Buffer.from(second?.rest ?? []).toString(), "rest");
    }
  });

  it("takes an equal major with any minor, in both directions", () => {
    const newer = { ...welcome, minor: protocolVersion.minor + 1 };
    assert.equal(judgeClientHello(newer), undefined);
    assert.deepStrictEqual(checkServerHello(newer), newer);
  });

  it("refuses another major, naming both, in both directions", () => {
    const details = { theirs: "1.7", ours: `${protocolVersion.major}.${protocolVersion.minor}` };
    const error = judgeClientHello(other);
    assert.equal(error?.code, "VERSION_MISMATCH");
    assert.deepStrictEqual(error?.details, details);
    assert.match(error?.message ?? "", /client.*1\.7.*server/);
    assert.throws(() => checkServerHello(other), {
      code: "VERSION_MISMATCH",
      details,
      message: /server.*1\.7.*client/,
    });
    const refusal = readHello(writeHello({ ...other, flags: verdicts.otherMajor }));
    assert.throws(() => checkServerHello(refusal), { code: "VERSION_MISMATCH" });
  });

  it("tells a client that its hello was malformed", () => {
    const answer = readHello(serverHello(verdicts.malformed, 65_536));
    assert.throws(() => checkServerHello(answer), { code: "PROTOCOL_ERROR" });
    assert.equal(readHello(serverHello(verdicts.accepted, 65_536)).flags, verdicts.accepted);
  });

  it("refuses other protocols with their first bytes", () => {
    assert.throws(() => new HelloReader().push(Buffer.from("GET / HTTP/1.1")), {
      code: "PROTOCOL_ERROR",
      message: /47 45 54 20/,
    });
    assert.throws(() => new HelloReader().push(Uint8Array.of(0x16)), { code: "PROTOCOL_ERROR" });
    assert.throws(() => readHello(new Uint8Array(15)), { code: "PROTOCOL_ERROR" });
  });

  it("refuses impossible frame sizes", () => {
    for (const maxFrameBytes of [0, 16_383, 2 ** 30 + 1]) {
      const bytes = writeHello({ ...welcome, maxFrameBytes });
      assert.throws(() => readHello(bytes), { code: "PROTOCOL_ERROR" });
    }
    assert.equal(readHello(clientHello(16_384)).maxFrameBytes, 16_384);
    assert.equal(readHello(clientHello(2 ** 30)).maxFrameBytes, 2 ** 30);
  });
});
