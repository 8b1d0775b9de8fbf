import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { type Address, parseUrl } from "../../lib/transport/address.js";
import { answers, dial, hang, listenTcp } from "../../lib/transport/tcp.js";
import { transportContract } from "../contracts/transport.contract.js";

const open = async (address: Address) => {
  const listener = await listenTcp(address);
  const reached = parseUrl(listener.url);
  return {
    listener,
    dial: () => dial(reached),
    dialDoomed: () =>
      new Promise<() => void>((resolve) => {
        const socket = connect("path" in reached ? { path: reached.path } : { ...reached });
        socket.on("connect", () =>
          resolve(() => ("path" in reached ? socket.destroy() : socket.resetAndDestroy())),
        );
      }),
  };
};

describe("tcp transport", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "ahnlich-tcp-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  describe("over a port", () => {
    transportContract(() => open({ host: "127.0.0.1", port: 0 }));
  });

  describe("over a unix socket", () => {
    transportContract(() => open({ path: join(folder, "contract.sock") }));
  });

  it("says that a port is taken", async () => {
    const listener = await listenTcp({ host: "127.0.0.1", port: 0 });
    await assert.rejects(listenTcp(parseUrl(listener.url)), { code: "ADDRESS_IN_USE" });
    await listener.close();
  });

  it("says that an address is not this machine's", async () => {
    await assert.rejects(listenTcp({ host: "192.0.2.1", port: 0 }), { code: "IO_ERROR" });
  });

  it("says that nobody answers", async () => {
    const listener = await listenTcp({ host: "127.0.0.1", port: 0 });
    const address = parseUrl(listener.url);
    await listener.close();
    await assert.rejects(dial(address), { code: "CONNECTION_LOST", retryable: true });
    await assert.rejects(dial({ path: join(folder, "none.sock") }), { code: "CONNECTION_LOST" });
  });

  it("gives up dialling when told to, and in time", async () => {
    await assert.rejects(dial({ host: "127.0.0.1", port: 1 }, { signal: AbortSignal.abort() }), {
      code: "ABORTED",
    });
    // 192.0.2.1 is set aside for documentation: nobody is there, or the network says so at once.
    await assert.rejects(dial({ host: "192.0.2.1", port: 9 }, { timeoutMs: 50 }), (error) =>
      ["TIMEOUT", "CONNECTION_LOST"].includes((error as { code: string }).code),
    );
  });

  it("sends what one turn sends with few writes", async () => {
    const listener = await listenTcp({ host: "127.0.0.1", port: 0 });
    const near = await dial(parseUrl(listener.url));
    const { value: far } = await listener[Symbol.asyncIterator]().next();
    for (let i = 0; i < 500; i++) void near.send([Uint8Array.of(1, 2)]);
    let chunks = 0;
    let bytes = 0;
    for await (const chunk of far) {
      chunks += 1;
      bytes += chunk.length;
      if (bytes === 1_000) break;
    }
    assert.ok(chunks < 10, `${chunks} chunks`);
    await near.close();
    await listener.close();
  });

  describe("a unix socket's file", () => {
    it("is removed on close", async () => {
      const path = join(folder, "removed.sock");
      const listener = await listenTcp({ path });
      assert.ok(existsSync(path));
      await listener.close();
      assert.ok(!existsSync(path));
    });

    it("is replaced when its server is dead", async () => {
      const path = join(folder, "stale.sock");
      await leaveStale(path);
      assert.ok(existsSync(path));
      const listener = await listenTcp({ path });
      const transport = await dial({ path });
      await transport.close();
      await listener.close();
    });

    it("goes to one of several that find it dead, and is left to that one", async () => {
      const path = join(folder, "raced.sock");
      await leaveStale(path);
      const racing = await Promise.allSettled([1, 2, 3].map(() => listenTcp({ path })));
      const codes = racing.map((each) =>
        each.status === "fulfilled" ? "listens" : each.reason.code,
      );
      assert.deepEqual(codes.sort(), ["ADDRESS_IN_USE", "ADDRESS_IN_USE", "listens"]);
      assert.equal(await answers(path), true);
      for (const each of racing) if (each.status === "fulfilled") await each.value.close();
    });

    it("is let be when it is another's by the time of the close", async () => {
      const path = join(folder, "taken-over.sock");
      const first = await listenTcp({ path });
      rmSync(path);
      const second = await listenTcp({ path });
      await first.close();
      assert.equal(await answers(path), true);
      rmSync(path);
      await second.close();
      assert.ok(!existsSync(path));
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.startsWith("taken-over")),
        [],
      );
    });

    it("is not replaced when its server lives, nor when it is no socket", async () => {
      const path = join(folder, "live.sock");
      const listener = await listenTcp({ path });
      await assert.rejects(listenTcp({ path }), { code: "ADDRESS_IN_USE" });
      assert.equal(await answers(path), true);
      await listener.close();
      const file = join(folder, "file");
      writeFileSync(file, "kept");
      await assert.rejects(listenTcp({ path: file }), { code: "ADDRESS_IN_USE" });
      assert.ok(existsSync(file));
    });
  });

  describe("hang", () => {
    it("is there before it returns, and gone when closed", async () => {
      const path = join(folder, "hang.sock");
      const held = hang(path);
      assert.ok(existsSync(path));
      assert.equal(await answers(path), true);
      assert.throws(() => hang(path), { code: "ADDRESS_IN_USE" });
      await held.close();
      await held.close();
      assert.equal(await answers(path), false);
      assert.ok(!existsSync(path));
    });

    it("lets go of whoever connects", async () => {
      const path = join(folder, "letgo.sock");
      const held = hang(path);
      const transport = await dial({ path });
      await transport.closed;
      await transport.close();
      await held.close();
    });

    it("hangs though somebody removes its file at once", async () => {
      const path = join(folder, "swept.sock");
      const sweeper = new Worker(sweeping, { eval: true, workerData: path });
      await once(sweeper, "online");
      for (let i = 0; i < 300; i++) await hang(path).close();
      await sweeper.terminate();
    });

    it("cannot hang where there is no folder", () => {
      assert.throws(() => hang(join(folder, "none", "a.sock")), { code: "IO_ERROR" });
    });

    it("does not answer for a dead process", async () => {
      const path = join(folder, "dead.sock");
      await leaveStale(path);
      assert.equal(await answers(path), false);
    });
  });
});

/** Removes a file again and again, in a thread. */
const sweeping = `
  const { rmSync } = require("node:fs");
  const { workerData } = require("node:worker_threads");
  for (;;) rmSync(workerData, { force: true });
`;

/** Leaves the file of a server that is gone: closing moves it aside, so that it is not removed. */
async function leaveStale(path: string): Promise<void> {
  const { renameSync } = await import("node:fs");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(`${path}.first`, resolve));
  renameSync(`${path}.first`, path);
  await new Promise((resolve) => server.close(resolve));
}
