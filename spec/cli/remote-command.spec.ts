import assert from "node:assert/strict";
import { type EmbeddedEngine, open } from "ahnlich";
import { connect } from "ahnlich/client";
import { listen, type Server } from "ahnlich/server";
import { runNode } from "../support/run-node.js";

const ahnlich = (...args: string[]) => runNode(["build/lib/cli/main.js", ...args]);

describe("the commands that ask a server", function () {
  this.timeout(120_000);
  let engine: EmbeddedEngine;
  let server: Server;

  before(async () => {
    engine = await open();
    server = await listen(engine, { port: 0 });
    const films = await engine.createStore("films/old", { dimension: 3, metric: "dot" });
    await films.set([{ vector: [1, 2, 3] }, { vector: [3, 2, 1] }]);
  });

  after(() => engine.close());

  it("ping says that it answers", async () => {
    const { code, stdout, stderr } = await ahnlich("ping", server.url);
    assert.match(stdout, /^ahnlich:\/\/127\.0\.0\.1:\d+ answers in \d+\.\d\d ms\n$/);
    assert.equal(stderr, "");
    assert.equal(code, 0);
  });

  it("info shows the engine and its stores", async () => {
    const { code, stdout, stderr } = await ahnlich("info", server.url);
    assert.match(stdout, /^version +\d+\.\d+\.\d+, protocol \d+\.\d+$/m);
    assert.match(stdout, /^entries +2 in 1 stores$/m);
    assert.match(stdout, /^store +entries +dimension +metric +memory$/m);
    assert.match(stdout, /^films\/old +2 +3 +dot +\d/m);
    assert.equal(stderr, "");
    assert.equal(code, 0);
  });

  it("clients lists who is connected, and itself", async () => {
    await using client = await connect(server.url, { name: "somebody else" });
    await client.ping();
    const { code, stdout, stderr } = await ahnlich("clients", server.url);
    const [header, ...rows] = stdout.trimEnd().split("\n");
    assert.match(header, /^id +name +version +address +connections/);
    assert.equal(rows.length, 2);
    assert.ok(rows.some((row) => row.includes("somebody else")));
    assert.ok(rows.some((row) => row.includes("ahnlich-cli")));
    assert.equal(stderr, "");
    assert.equal(code, 0);
  });

  it("shutdown says that it is not allowed", async () => {
    const { code, stdout, stderr } = await ahnlich("shutdown", server.url);
    assert.match(stderr, /^ahnlich: [^\n]+\n$/);
    assert.equal(stdout, "");
    assert.equal(code, 1);
  });

  for (const command of ["ping", "info", "clients", "shutdown"]) {
    it(`${command} says in one line that nobody listens there`, async () => {
      await using other = await listen(engine, { port: 0 });
      const { url } = other;
      await other.close();
      const { code, stdout, stderr } = await ahnlich(command, url);
      assert.ok(stderr.startsWith(`ahnlich: cannot reach ${url}: `), stderr);
      assert.equal(stderr.split("\n").length, 2);
      assert.equal(stdout, "");
      assert.equal(code, 1);
    });
  }
});
