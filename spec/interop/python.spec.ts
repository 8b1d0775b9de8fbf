import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import { listen } from "../../lib/server.js";
import { parseUrl } from "../../lib/transport/address.js";
import { runProgram } from "../support/run-program.js";

/** The first that has MessagePack. */
const python = ["/usr/bin/python3", "python3"].find(
  (program) => spawnSync(program, ["-c", "import msgpack"], { stdio: "ignore" }).status === 0,
);

if (python === undefined) {
  process.stderr.write("not registered: the client in Python, there is no python3 with msgpack\n");
} else {
  describe("a client in Python that knows docs/protocol.md alone", () => {
    let engine: EmbeddedEngine;
    before(async () => {
      engine = await open({ threads: 0 });
    });
    after(() => engine.close());

    it("reads every golden frame as we do, and writes the same bytes", async () => {
      const { code, stdout, stderr } = await run("golden.py", "docs/protocol.md");
      assert.equal(code, 0, stdout + stderr);
      assert.ok(Number.parseInt(stdout, 10) >= 72, stdout);
    });

    it("runs the verbs against a server, which then has what the client has written", async () => {
      await using server = await listen(engine, { port: 0 });
      const address = parseUrl(server.url);
      assert.ok("port" in address);
      const { code, stdout, stderr } = await run("verbs.py", address.host, `${address.port}`);
      assert.equal(code, 0, stdout + stderr);
      assert.equal(stdout.match(/^ok: /gm)?.length, 21, stdout);
      assert.deepEqual(server.clients(), []);
      const { entries } = await engine.store("films").find();
      assert.deepEqual(
        entries.map(({ id, vector, metadata }) => ({ id, vector, metadata })),
        [
          { id: "alien", vector: Float32Array.of(1, 0.5, -2), metadata: alien },
          { id: "brazil", vector: Float32Array.of(0, 1, 0), metadata: { year: 1985 } },
        ],
      );
    });
  });
}

/** As verbs.py has set and then updated it. */
const alien = {
  year: 1980,
  seen: new Date("1979-09-06"),
  poster: Uint8Array.of(0xff, 0xd8),
  cast: ["a", null],
};

function run(script: string, ...args: readonly string[]) {
  return runProgram(python ?? "python3", ["-B", `spec/interop/${script}`, ...args], {});
}
