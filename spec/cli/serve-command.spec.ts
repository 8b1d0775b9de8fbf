import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { connect, type RemoteEngine } from "ahnlich/client";
import { serverLimits } from "ahnlich/server";
import { clientHello } from "../../lib/protocol/handshake.js";
import { parseUrl } from "../../lib/transport/address.js";
import { connectionRoom } from "../../lib/transport/descriptors.js";
import { dial } from "../../lib/transport/tcp.js";
import { introduction, RawPeer } from "../support/raw-peer.js";
import { runNode } from "../support/run-node.js";
import { ServeProcess } from "../support/serve-process.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

describe("ahnlich serve", function () {
  this.timeout(60_000);
  const folder = new TemporaryFolder();

  after(() => folder.remove());

  it("says in one line where it listens, and that nothing is kept without a path", async () => {
    await using serve = await ServeProcess.start();
    const line =
      /^ahnlich listens on ahnlich:\/\/127\.0\.0\.1:\d+, nothing is kept \(no --path\)\n$/;
    assert.match(serve.stdout, line);
    await using client = await connect(serve.url);
    const { path, limits } = await client.info();
    assert.equal(path, undefined);
    assert.equal(limits.dimension, 4_096);
  });

  it("bounds its clients as its flags and their variables say, each by its own", async () => {
    const flags = Object.keys(serverLimits).map((name) =>
      name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    );
    const { stdout } = await runNode(["build/lib/cli/main.js", "serve", "--help"]);
    for (const flag of flags) assert.match(stdout, new RegExp(`^ {2}--${flag} <number>`, "m"));
    const env = { AHNLICH_PORT: "0", AHNLICH_WAITING_MAX: "9" };
    await using serve = await ServeProcess.start(["--in-flight-max", "7"], env);
    const peer = new RawPeer(await dial(parseUrl(serve.url)));
    peer.bytes(clientHello(2 ** 20));
    await peer.hello();
    peer.send(introduction());
    const { inFlight, waiting } = await peer.next("accept");
    assert.deepEqual([inFlight, waiting], [7, 9]);
    await peer.transport.close();
  });

  it("says when it runs out of descriptors, and goes on when there are some", async function () {
    if (!existsSync("/proc/self/limits")) return assert.ok(connectionRoom() === undefined);
    this.timeout(60_000);
    const env = { AHNLICH_PORT: "0" };
    await using serve = await ServeProcess.start(["--strangers-max", "1000"], env, 160);
    await using client = await connect(serve.url);
    const address = parseUrl(serve.url);
    const many = await Promise.all(Array.from({ length: 200 }, () => dial(address)));
    await serve.logged('"kind":"descriptors"');
    assert.match(serve.stderr, /can open hardly any file more/);
    const store = await client.createStore("s", { dimension: 1 });
    await store.set({ id: "a", vector: [1] });
    await Promise.all(many.map((transport) => transport.close()));
    for (let tries = 0; tries < 100; tries++) {
      await using other = await connect(serve.url, { name: "other" });
      if ((await other.store("s").count()) === 1) return;
    }
    assert.fail("nobody can connect any more");
  });

  it("keeps what is written in the folder of --path", async () => {
    const path = folder.at("kept");
    {
      await using serve = await ServeProcess.start(["--path", path]);
      assert.ok(serve.stdout.endsWith(`, data in ${path}\n`), serve.stdout);
      await using client = await connect(serve.url);
      const store = await client.createStore("s", { dimension: 2 });
      await store.set({ id: "a", vector: [1, 2] });
      serve.signal("SIGTERM");
      assert.equal(await serve.ended, 0);
    }
    {
      await using serve = await ServeProcess.start(["--path", path, "--read-only"]);
      await using client = await connect(serve.url);
      assert.equal(await client.store("s").count(), 1);
      await assert.rejects(client.store("s").delete("a"), { code: "READ_ONLY" });
    }
    await using serve = await ServeProcess.start([], { AHNLICH_PATH: path, AHNLICH_PORT: "0" });
    await using client = await connect(serve.url);
    const entry = await client.store("s").get("a");
    assert.deepEqual([...(entry?.vector ?? [])], [1, 2]);
  });

  it("keeps an awaited write even when it is killed", async () => {
    const path = folder.at("killed");
    {
      await using serve = await ServeProcess.start(["--path", path]);
      await using client = await connect(serve.url);
      const store = await client.createStore("s", { dimension: 2 });
      await store.set({ id: "a", vector: [1, 2] });
      serve.signal("SIGKILL");
      assert.equal(await serve.ended, "SIGKILL");
    }
    await using serve = await ServeProcess.start(["--path", path]);
    await using client = await connect(serve.url);
    assert.equal(await client.store("s").count(), 1);
  });

  for (const [flags, env] of [
    [["--host", "localhost", "--port", "0"], {}],
    [[], { AHNLICH_HOST: "localhost", AHNLICH_PORT: "0" }],
  ] as const) {
    it(`listens at the host that ${flags.length > 0 ? "the flag" : "the variable"} says`, async () => {
      await using serve = await ServeProcess.start(flags, env);
      await using client = await connect(serve.url);
      assert.ok((await client.ping()) >= 0);
    });
  }

  it("listens on a unix socket", async () => {
    for (const [name, flags, env] of [
      ["a.sock", ["--socket", folder.at("a.sock")], {}],
      ["b.sock", [], { AHNLICH_SOCKET: folder.at("b.sock") }],
    ] as const) {
      await using serve = await ServeProcess.start(flags, env);
      assert.equal(serve.url, `ahnlich+unix://${folder.at(name)}`);
      await using client = await connect(serve.url);
      assert.ok((await client.ping()) >= 0);
      serve.signal("SIGINT");
      assert.equal(await serve.ended, 0);
    }
  });

  it("has as many threads as it is told", async () => {
    await using flagged = await ServeProcess.start(["--threads", "2"]);
    await using client = await connect(flagged.url);
    assert.equal((await client.info()).threads, 2);
    await using named = await ServeProcess.start([], { AHNLICH_PORT: "0", AHNLICH_THREADS: "0" });
    await using other = await connect(named.url);
    assert.equal((await other.info()).threads, 0);
  });

  it("refuses more clients than it is told", async () => {
    for (const [flags, env] of [
      [["--max-clients", "1"], {}],
      [[], { AHNLICH_MAX_CLIENTS: "1" }],
    ] as const) {
      await using serve = await ServeProcess.start(flags, { AHNLICH_PORT: "0", ...env });
      await using client = await connect(serve.url);
      await client.ping();
      await assert.rejects(connect(serve.url), { code: "BUSY" });
    }
  });

  it("refuses larger frames than it is told", async () => {
    for (const [flags, env] of [
      [["--max-frame-bytes", "16384"], {}],
      [[], { AHNLICH_MAX_FRAME_BYTES: "16384" }],
    ] as const) {
      await using serve = await ServeProcess.start(flags, { AHNLICH_PORT: "0", ...env });
      await using client = await connect(serve.url);
      const store = await client.createStore("s", { dimension: 4_096 });
      await assert.rejects(store.set({ vector: new Array(4_096).fill(1) }));
      assert.equal(await store.count(), 0);
    }
  });

  it("logs to stderr as much as it is told", async () => {
    for (const [flags, level, lines] of [
      [["--log-level", "info"], undefined, 2],
      [["--log-level", "silent"], undefined, 0],
      [[], "silent", 0],
    ] as const) {
      await using serve = await ServeProcess.start(flags, {
        AHNLICH_PORT: "0",
        ...(level && { AHNLICH_LOG_LEVEL: level }),
      });
      serve.signal("SIGTERM");
      assert.equal(await serve.ended, 0);
      const logged = serve.stderr
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line));
      assert.equal(logged.length, lines);
    }
  });

  it("prefers a flag to its variable", async () => {
    await using serve = await ServeProcess.start(["--port", "0"], { AHNLICH_PORT: "1" });
    assert.doesNotMatch(serve.url, /:1$/);
    assert.notEqual(serve.url, "");
  });

  it("says in one line that the port is in use, and ends with 1", async () => {
    await using first = await ServeProcess.start();
    const { port } = new URL(first.url);
    await using second = await ServeProcess.start(["--port", port]);
    assert.equal(await second.ended, 1);
    assert.match(second.stderr, new RegExp(`^ahnlich: [^\\n]*${port}[^\\n]*\\n$`));
    assert.equal(second.stdout, "");
  });

  it("says in one line that the folder is in use, and ends with 1", async () => {
    const path = folder.at("used");
    await using first = await ServeProcess.start(["--path", path]);
    await using second = await ServeProcess.start(["--path", path]);
    assert.equal(await second.ended, 1);
    assert.match(second.stderr, /^ahnlich: [^\n]+\n$/);
    assert.notEqual(first.url, "");
  });

  it("answers what is in flight when a signal comes, then ends with 0", async () => {
    await using serve = await ServeProcess.start();
    await using client = await connect(serve.url, { connections: 1 });
    const store = await client.createStore("s", { dimension: 256 });
    const vector = (i: number) => Float32Array.from({ length: 256 }, (_, at) => Math.sin(i + at));
    await store.load(Array.from({ length: 5_000 }, (_, i) => ({ id: `${i}`, vector: vector(i) })));
    const first = store.search(vector(0));
    const others = Array.from({ length: 200 }, (_, i) => store.search(vector(i)));
    await first;
    serve.signal("SIGTERM");
    const outcomes = await Promise.allSettled(others);
    assert.equal(await serve.ended, 0);
    for (const outcome of outcomes) {
      if (outcome.status === "fulfilled") assert.equal(outcome.value.length, 10);
      else assert.match(outcome.reason.code, /^(SHUTTING_DOWN|CONNECTION_LOST)$/);
    }
  });

  for (const [name, number] of [
    ["SIGTERM", 15],
    ["SIGINT", 2],
  ] as const) {
    it(`exits at once when ${name} comes a second time`, async () => {
      await using serve = await ServeProcess.start();
      await using client = await connect(serve.url, { connectTimeoutMs: 200 });
      const busy = await keepBusy(client);
      serve.signal(name);
      await serve.logged("closing");
      serve.signal(name);
      assert.equal(await serve.ended, 128 + number);
      const outcomes = await busy.outcomes;
      assert.ok(outcomes.some(({ status }) => status === "rejected"));
    });
  }

  it("lets a client on this machine shut it down, and ends with 0", async () => {
    for (const flags of [[], ["--socket", folder.at("c.sock")]]) {
      const env = flags.length === 0 ? { AHNLICH_PORT: "0" } : {};
      await using serve = await ServeProcess.start(flags, env);
      const { code, stdout } = await runNode(["build/lib/cli/main.js", "shutdown", serve.url]);
      assert.equal(stdout, `${serve.url} shuts down\n`);
      assert.equal(code, 0);
      assert.equal(await serve.ended, 0);
    }
  });

  it("does not let clients shut it down where it listens to other machines", async () => {
    await using serve = await ServeProcess.start(["--host", "0.0.0.0", "--insecure-listen"]);
    const line =
      /, nothing is kept \(no --path\), INSECURE: whoever reaches it meets no users and no TLS\n$/;
    assert.match(serve.stdout, line);
    const url = serve.url.replace("0.0.0.0", "127.0.0.1");
    const { code, stderr } = await runNode(["build/lib/cli/main.js", "shutdown", url]);
    assert.match(stderr, /^ahnlich: [^\n]+\n$/);
    assert.equal(code, 1);
    await using client = await connect(url);
    assert.ok((await client.ping()) >= 0);
  });
});

/** Gives the server some seconds of work, which an orderly end would have to wait for. */
async function keepBusy(
  client: RemoteEngine,
): Promise<{ outcomes: Promise<PromiseSettledResult<unknown>[]> }> {
  const store = await client.createStore("busy", { dimension: 64 });
  const vector = (i: number) => Float32Array.from({ length: 64 }, (_, at) => Math.sin(i + at));
  await store.load(Array.from({ length: 5_000 }, (_, i) => ({ id: `${i}`, vector: vector(i) })));
  const targets = Array.from({ length: 5_000 }, (_, i) => vector(i));
  const calls = Array.from({ length: 10 }, () => store.searchMany(targets, { limit: 1 }));
  return { outcomes: Promise.allSettled(calls) };
}
