import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { runNode } from "../support/run-node.js";

const ahnlich = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  runNode(["build/lib/cli/main.js", ...args], { env });

/** Command lines that are wrong, with what the one line about them says. */
const wrong: readonly (readonly [string, RegExp])[] = [
  ["serve --colour red", /unknown option '--colour'/],
  ["serve --prot 1", /unknown option '--prot' \(Did you mean --port\?\)/],
  ["serve --port", /'--port <number>' argument missing/],
  ["serve --port http", /'--port <number>' argument 'http' is invalid.*from 0 to 65535/],
  ["serve --port 65536", /'65536' is invalid.*from 0 to 65535/],
  ["serve --port -1", /'-1' is invalid/],
  ["serve --port 1.5", /'1.5' is invalid/],
  ["serve --threads many", /'--threads <number>' argument 'many' is invalid/],
  ["serve --threads 257", /'257' is invalid.*from 0 to 256/],
  ["serve --max-clients 0", /'--max-clients <number>' argument '0' is invalid/],
  ["serve --max-frame-bytes 16383", /'16383' is invalid.*from 16384 to 1073741824/],
  ["serve --max-frame-bytes 10e6", /'10e6' is invalid/],
  ["serve --log-level loud", /'loud' is invalid.*fatal, error, warn, info, debug, trace, silent/],
  ["serve --socket s --port 1", /'--socket <file>' cannot be used with option '--port <number>'/],
  ["serve elsewhere", /too many arguments/],
  ["dance", /unknown command 'dance'/],
  ["ping", /missing required argument 'url'/],
  ["ping http://127.0.0.1", /ahnlich:\/\//],
  ["ping ahnlich://127.0.0.1:99999", /ahnlich:\/\//],
];

describe("the command line", function () {
  this.timeout(120_000);

  for (const [line, sentence] of wrong) {
    it(`answers "ahnlich ${line}" with one line and 2`, async () => {
      const { code, stdout, stderr } = await ahnlich(line.split(" "));
      assert.match(stderr, /^ahnlich: [^\n]+\n$/);
      assert.match(stderr, sentence);
      assert.equal(stdout, "");
      assert.equal(code, 2);
    });
  }

  for (const [variable, value] of [
    ["AHNLICH_PORT", "http"],
    ["AHNLICH_PATH", ""],
    ["AHNLICH_HOST", ""],
    ["AHNLICH_THREADS", "-1"],
    ["AHNLICH_MAX_CLIENTS", "none"],
    ["AHNLICH_MAX_FRAME_BYTES", "16M"],
    ["AHNLICH_LOG_LEVEL", "LOUD"],
  ]) {
    it(`answers ${variable}="${value}" with one line and 2`, async () => {
      const { code, stdout, stderr } = await ahnlich(["serve"], { [variable]: value });
      assert.match(stderr, /^ahnlich: [^\n]+\n$/);
      assert.ok(stderr.includes(`from env '${variable}' is invalid`), stderr);
      assert.equal(stdout, "");
      assert.equal(code, 2);
    });
  }

  for (const command of ["", "serve", "export", "import", "ping", "info", "clients", "shutdown"]) {
    it(`explains "ahnlich ${command}" with an example`, async () => {
      const { code, stdout, stderr } = await ahnlich(
        [...command.split(" "), "--help"].filter(Boolean),
      );
      assert.match(stdout, new RegExp(`^Usage: ahnlich ${command}`));
      assert.match(stdout, /\nExample:\n {2}ahnlich \w+ /);
      assert.equal(stderr, "");
      assert.equal(code, 0);
    });
  }

  it("prints help to stderr and ends with 2 where no command is named", async () => {
    const { code, stdout, stderr } = await ahnlich([]);
    assert.match(stderr, /^Usage: ahnlich /);
    assert.equal(stdout, "");
    assert.equal(code, 2);
  });

  it("prints the version of the package", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8"));
    const { code, stdout } = await ahnlich(["--version"]);
    assert.equal(stdout, `${version}\n`);
    assert.equal(code, 0);
  });
});
