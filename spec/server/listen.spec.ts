import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { query } from "../../lib/model/query.js";
import { packageVersion } from "../../lib/model/version.js";
import { listen } from "../../lib/server/listen.js";
import { MemoryListener, memoryPair } from "../../lib/transport/memory.js";
import { FakeEngine } from "../support/fake-engine.js";
import { RawPeer } from "../support/raw-peer.js";
import { rejects } from "../support/rejects.js";
import { Serving } from "../support/serving.js";
import { until } from "../support/until.js";

describe("listen", () => {
  let serving: Serving;
  beforeEach(() => {
    serving = new Serving();
  });
  afterEach(() => serving.close());

  it("listens on a free port of 127.0.0.1 and says which", async () => {
    const server = await serving.listen({ port: 0 });
    assert.match(server.url, /^ahnlich:\/\/127\.0\.0\.1:\d+$/);
    const client = await serving.connect(server);
    assert.ok((await client.ping()) >= 0);
  });

  it("listens on a unix socket", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ahnlich-"));
    try {
      const server = await serving.listen({ socket: join(folder, "a b#?.sock") });
      const client = await serving.connect(server);
      assert.ok((await client.ping()) >= 0);
      await server.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("refuses a port in use, and leaves the engine as it was", async () => {
    const server = await serving.listen({ port: 0 });
    const port = Number(new URL(server.url).port);
    await rejects(listen(serving.engine, { port }), "ADDRESS_IN_USE");
    assert.equal(serving.engine.executor.attachments.size, 1);
    const client = await serving.connect(server);
    await client.ping();
  });

  it("refuses options that are none", async () => {
    const listener = new MemoryListener();
    for (const options of [
      { port: -1 },
      { port: 65_536 },
      { port: 1.5 },
      { host: "" },
      { socket: "" },
      { socket: "a\0b" },
      { socket: "/tmp/x", port: 3 },
      { listener, host: "127.0.0.1" },
      { listener: {} as never },
      { maxClients: 0 },
      { maxFrameBytes: 16 * 1024 - 1 },
      { maxFrameBytes: 2 ** 30 + 1 },
      { onShutdown: 3 as never },
      { backups: "" },
      { backups: "a\0b" },
      { tls: {} } as object,
      null as never,
    ]) {
      await rejects(listen(serving.engine, options), "INVALID_ARGUMENT");
    }
    assert.equal(serving.engine.executor.attachments.size, 0);
  });

  it("closes its listener when the engine is closed already", async () => {
    const engine = new FakeEngine();
    await engine.close();
    const listener = new MemoryListener();
    await rejects(listen(engine, { listener }), "CLOSED");
    await rejects(listener.dial(), "CONNECTION_LOST");
  });

  it("counts clients, not connections, against maxClients, and refuses one more", async () => {
    const server = await serving.listenInMemory({ maxClients: 2 });
    const first = await RawPeer.connect(await serving.dial(server), { clientId: "a" });
    await RawPeer.connect(await serving.dial(server), { clientId: "a" });
    await RawPeer.connect(await serving.dial(server), { clientId: "b" });
    await rejects(serving.connect(server), "BUSY");
    await RawPeer.connect(await serving.dial(server), { clientId: "b" });
    assert.deepEqual(
      server.clients().map((client) => client.connections),
      [2, 2],
    );
    await first.transport.close();
  });

  it("refuses a client's 65th connection", async () => {
    const server = await serving.listenInMemory();
    for (let i = 0; i < 64; i++) await RawPeer.connect(await serving.dial(server));
    await assert.rejects(RawPeer.connect(await serving.dial(server)), /LIMIT_EXCEEDED|refuse/);
    assert.equal(server.clients()[0].connections, 64);
  });

  it("lists each client once, with what is known of it", async () => {
    const server = await serving.listen({ port: 0 });
    const before = Date.now();
    const client = await serving.connect(server, { name: "lister\u001b[31m" });
    const [info, ...others] = await client.clients();
    assert.equal(others.length, 0);
    assert.match(info.id, /^[0-9a-f]{16}$/);
    assert.equal(info.name, "lister?[31m");
    assert.equal(info.version, packageVersion);
    assert.match(info.address, /^127\.0\.0\.1:\d+$/);
    assert.equal(info.connections, 1);
    assert.equal(info.inFlight, 1);
    assert.ok(info.since >= before && info.since <= Date.now());
    assert.ok(info.idleMs >= 0 && info.idleMs < 10_000);
    await client.close();
    await until(() => server.clients().length === 0);
  });

  it("counts the bytes that the peer counts", async () => {
    const server = await serving.listenInMemory();
    const peer = await RawPeer.connect(await serving.dial(server));
    const second = await RawPeer.connect(await serving.dial(server));
    for (let id = 1; id <= 10; id++) {
      peer.request(id, query.ping({}));
      await peer.next("response");
    }
    const sum = (direction: "bytesIn" | "bytesOut") =>
      peer.transport[direction] + second.transport[direction];
    const [info] = server.clients();
    assert.equal(info.connections, 2);
    assert.equal(info.bytesIn, sum("bytesOut"));
    assert.equal(info.bytesOut, sum("bytesIn"));
    await second.transport.close();
    await until(() => server.clients()[0].connections === 1);
    assert.equal(server.clients()[0].bytesIn, sum("bytesOut"));
    assert.equal(server.clients()[0].bytesOut, sum("bytesIn"));
  });

  it("counts the bytes of its sockets", async () => {
    const server = await serving.listen({ port: 0 });
    const socket = createConnection(Number(new URL(server.url).port), "127.0.0.1");
    const transport = socketTransport(socket);
    const peer = await RawPeer.connect(transport);
    peer.request(1, query.ping({}));
    await peer.next("response");
    const [info] = server.clients();
    assert.equal(info.bytesIn, socket.bytesWritten);
    assert.equal(info.bytesOut, socket.bytesRead);
    socket.destroy();
  });

  it("reports to the engine, beside other servers of the same engine", async () => {
    const first = await serving.listenInMemory();
    const second = await serving.listenInMemory();
    const one = await serving.connect(first, { name: "one" });
    const two = await serving.connect(second, { name: "two" });
    const names = (list: { name: string }[]) => list.map(({ name }) => name);
    assert.deepEqual(names(await serving.engine.clients()), ["one", "two"]);
    assert.deepEqual(names(await two.clients()), ["one", "two"]);
    assert.deepEqual(names(first.clients()), ["one"]);
    await first.close();
    assert.deepEqual(names(await two.clients()), ["two"]);
    await rejects(one.ping({ timeoutMs: 20 }), "TIMEOUT");
  });

  it("is closed by its engine, after what is in flight was answered", async () => {
    const server = await serving.listenInMemory();
    const client = await serving.connect(server);
    const searching = client.store("s").search([1]);
    const [held] = await serving.engine.held(1);
    const closing = serving.engine.close();
    held.answer([]);
    assert.deepEqual(await searching, []);
    await closing;
    assert.equal(await server.closed, undefined);
  });

  it("closes once, however often it is asked to, and leaves the engine running", async () => {
    const server = await serving.listen({ port: 0 });
    await serving.connect(server);
    await Promise.all([server.close(), server.close(), server[Symbol.asyncDispose]()]);
    await server.close();
    assert.equal(await server.closed, undefined);
    assert.equal(serving.engine.executor.attachments.size, 0);
    assert.ok((await serving.engine.ping()) >= 0);
  });

  it("tells why it closed when its listener failed", async () => {
    const failure = new Error("the listener failed");
    const listener = {
      url: "failing",
      close: () => Promise.resolve(),
      async *[Symbol.asyncIterator](): AsyncGenerator<never> {
        await Promise.reject(failure);
        yield* [];
      },
    };
    const server = await listen(serving.engine, { listener });
    assert.equal(await server.closed, failure);
  });

  it("closes over a listener and a transport that throw when they are closed", async () => {
    const [near, far] = memoryPair();
    far.close = () => {
      throw new Error("no");
    };
    const listener = {
      url: "bad",
      close(): Promise<void> {
        throw new Error("no");
      },
      async *[Symbol.asyncIterator]() {
        yield far;
        await near.closed;
      },
    };
    const server = await serving.listen({ listener });
    const peer = await RawPeer.connect(near);
    const closing = server.close({ timeoutMs: 20 });
    await peer.next("goaway");
    await closing;
    assert.equal(await server.closed, undefined);
    near.break();
  });

  it("keeps one client's fault from the others", async () => {
    const server = await serving.listen({ port: 0 });
    const client = await serving.connect(server);
    for (let i = 0; i < 20; i++) {
      const socket = createConnection(Number(new URL(server.url).port), "127.0.0.1");
      socket.on("error", () => {});
      socket.write(Buffer.alloc(100 + i, i));
      await client.ping();
      if (i % 2 === 0) socket.resetAndDestroy();
      else socket.destroy();
    }
    await client.ping();
    assert.equal(server.clients().length, 1);
  });

  describe("shutdown", () => {
    it("is FORBIDDEN without onShutdown", async () => {
      const client = await serving.connect(await serving.listenInMemory());
      await rejects(client.shutdown("please"), "FORBIDDEN");
      await client.ping();
    });

    it("is answered, then told to the program with reason and client", async () => {
      const told: [string, string][] = [];
      const server = await serving.listenInMemory({
        onShutdown: (reason, client) => told.push([reason, client.name]),
      });
      const client = await serving.connect(server, { name: "operator" });
      await client.shutdown("maintenance");
      await client.shutdown();
      await until(() => told.length === 2);
      assert.deepEqual(told, [
        ["maintenance", "operator"],
        ["", "operator"],
      ]);
      await client.ping();
    });

    it("refuses fields it does not know and reasons that are none", async () => {
      const server = await serving.listenInMemory({ onShutdown: () => assert.fail("called") });
      const client = await serving.connect(server);
      for (const wrong of [{ when: "now" }, { reason: 3 }, { reason: "x".repeat(1_001) }]) {
        const asked = { kind: "shutdown", ...wrong } as never;
        await rejects(client.execute(asked), "INVALID_ARGUMENT");
      }
    });

    it("may close the server from within, whose client is answered first", async () => {
      const server = await serving.listenInMemory({ onShutdown: () => void server.close() });
      const client = await serving.connect(server);
      const searching = client.store("s").search([1]);
      const [held] = await serving.engine.held(1);
      await client.shutdown("bye");
      held.answer([]);
      assert.deepEqual(await searching, []);
      assert.equal(await server.closed, undefined);
    });

    it("outlives a callback that throws", async () => {
      const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
      const server = await serving.listenInMemory({
        onShutdown: () => {
          throw new Error("from the program");
        },
      });
      const client = await serving.connect(server);
      await client.shutdown();
      assert.match((await warned).message, /from the program/);
      await client.ping();
    });
  });
});

/** A socket as the peer's end of a spec, without our own transport in between. */
function socketTransport(socket: import("node:net").Socket) {
  return {
    send(chunks: readonly Uint8Array[]) {
      for (const chunk of chunks) socket.write(chunk);
      return undefined;
    },
    close: () => Promise.resolve(),
    closed: new Promise<undefined>(() => {}),
    peer: "socket",
    get bytesIn() {
      return socket.bytesRead;
    },
    get bytesOut() {
      return socket.bytesWritten;
    },
    [Symbol.asyncIterator]: () => socket[Symbol.asyncIterator](),
  };
}
