import assert from "node:assert/strict";
import type { Query } from "../../lib/model/query.js";
import { decodeAnswer } from "../../lib/protocol/answer-codec.js";
import { encodeFrames } from "../../lib/protocol/frame-writer.js";
import {
  clientHello,
  protocolVersion,
  serverHello,
  verdicts,
  writeHello,
} from "../../lib/protocol/handshake.js";
import { encodeQuery } from "../../lib/protocol/query-codec.js";
import type { Server } from "../../lib/server/server.js";
import type { SessionSettings } from "../../lib/server/session-settings.js";
import { parseUrl } from "../../lib/transport/address.js";
import { dial } from "../../lib/transport/tcp.js";
import { introduction, RawPeer } from "../support/raw-peer.js";
import { Serving } from "../support/serving.js";
import { until } from "../support/until.js";

const search: Query = { kind: "search", store: "s", target: [1] };
const ping: Query = { kind: "ping" };

describe("a session", () => {
  let serving: Serving;
  beforeEach(() => {
    serving = new Serving();
  });
  afterEach(() => serving.close());

  const listen = (settings: Partial<SessionSettings> = {}) => serving.listenInMemory({}, settings);
  const stranger = async (server: Server) => new RawPeer(await serving.dial(server));
  const peerOf = async (server: Server, clientId = "raw") =>
    RawPeer.connect(await serving.dial(server), { clientId });

  describe("greeting", () => {
    it("accepts a client of the same major and tells how much it takes", async () => {
      const peer = await stranger(await listen({ inFlightMax: 7 }));
      peer.bytes(clientHello(64 * 1024));
      const hello = await peer.hello();
      assert.equal(hello.major, protocolVersion.major);
      assert.equal(hello.flags, verdicts.accepted);
      assert.equal(hello.maxFrameBytes, 32 * 1024 * 1024);
      peer.send(introduction());
      assert.equal((await peer.next("accept")).inFlight, 7);
    });

    it("accepts another minor", async () => {
      const peer = await stranger(await listen());
      const { major, minor } = protocolVersion;
      peer.bytes(writeHello({ major, minor: minor + 1, flags: 0, maxFrameBytes: 64 * 1024 }));
      assert.equal((await peer.hello()).flags, verdicts.accepted);
    });

    it("refuses another major, naming its own, and closes", async () => {
      const peer = await stranger(await listen());
      const major = protocolVersion.major + 1;
      peer.bytes(writeHello({ major, minor: 0, flags: 0, maxFrameBytes: 64 * 1024 }));
      const hello = await peer.hello();
      assert.equal(hello.major, protocolVersion.major);
      assert.equal(hello.flags, verdicts.otherMajor);
      assert.equal(await peer.any(), undefined);
      await peer.transport.closed;
    });

    it("refuses what is not of the protocol with the same bytes, whatever it was", async () => {
      const server = await listen();
      for (const garbage of ["GET / HTTP/1.1\r\n", "\0\0\0\0", "AHNX"]) {
        const transport = await serving.dial(server);
        void transport.send([Buffer.from(garbage)]);
        const chunks: Uint8Array[] = [];
        for await (const chunk of transport) chunks.push(chunk);
        const expected = serverHello(verdicts.malformed, 32 * 1024 * 1024);
        assert.deepEqual(new Uint8Array(Buffer.concat(chunks)), expected);
      }
    });

    it("takes a hello byte by byte", async () => {
      const peer = await stranger(await listen());
      for (const byte of clientHello(64 * 1024)) peer.bytes(Uint8Array.of(byte));
      assert.equal((await peer.hello()).flags, verdicts.accepted);
      for (const frame of encodeFrames([introduction()], 4_096)) {
        for (const byte of frame) peer.bytes(Uint8Array.of(byte));
      }
      await peer.next("accept");
    });

    it("closes a connection that says nothing, or not enough, in time", async () => {
      const server = await listen({ handshakeTimeoutMs: 25 });
      const silent = await stranger(server);
      const halting = await stranger(server);
      halting.bytes(clientHello(64 * 1024).subarray(0, 9));
      const nameless = await stranger(server);
      nameless.bytes(clientHello(64 * 1024));
      for (const peer of [silent, halting, nameless]) await peer.transport.closed;
      assert.deepEqual(server.clients(), []);
    });

    it("refuses a request before the introduction", async () => {
      const peer = await stranger(await listen());
      peer.bytes(clientHello(64 * 1024));
      await peer.hello();
      peer.request(1, ping);
      assert.equal((await peer.next("refuse")).error.code, "PROTOCOL_ERROR");
      assert.equal(await peer.any(), undefined);
    });

    it("takes no more than 16 KiB in a frame of a stranger", async () => {
      const peer = await stranger(await listen());
      peer.bytes(clientHello(64 * 1024));
      await peer.hello();
      peer.bytes(header(16 * 1024 + 1));
      assert.equal((await peer.next("refuse")).error.code, "LIMIT_EXCEEDED");
      assert.equal(await peer.any(), undefined);
    });

    it("drops the oldest stranger when there are more than 256", async () => {
      const server = await listen();
      const first = await serving.dial(server);
      for (let i = 0; i < 256; i++) await serving.dial(server);
      await first.closed;
      const peer = await peerOf(server);
      peer.request(1, ping);
      await peer.next("response");
    });
  });

  describe("requests", () => {
    it("are answered as they finish, not as they came", async () => {
      const peer = await peerOf(await listen());
      peer.request(1, search);
      peer.request(2, ping);
      assert.equal((await peer.next("response")).id, 2);
      const [held] = await serving.engine.held(1);
      held.answer([{ id: "a", distance: 0.5 }]);
      const { id, answer } = await peer.next("response");
      assert.equal(id, 1);
      assert.deepEqual(decodeAnswer("search", answer), [{ id: "a", distance: 0.5 }]);
    });

    it("may share a frame", async () => {
      const peer = await peerOf(await listen());
      const query = encodeQuery(ping);
      peer.send({ kind: "request", id: 1, query }, { kind: "request", id: 2, query });
      assert.deepEqual(
        [(await peer.any())?.kind, (await peer.any())?.kind],
        ["response", "response"],
      );
    });

    it("that cannot be read fail alone", async () => {
      const peer = await peerOf(await listen());
      peer.send({ kind: "request", id: 1, query: Uint8Array.of(1) });
      assert.equal((await peer.next("failure")).id, 1);
      peer.send({ kind: "request", id: 2, query: encodeQuery({ kind: "nonsense" } as never) });
      const { id, error } = await peer.next("failure");
      assert.equal(id, 2);
      assert.equal(error.code, "INVALID_ARGUMENT");
      peer.request(1, ping);
      await peer.next("response");
    });

    it("fail with the engine's error, its code and details, or INTERNAL for a fault", async () => {
      const peer = await peerOf(await listen());
      peer.request(1, search);
      peer.request(2, search);
      const [first, second] = await serving.engine.held(2);
      first.fail(new TypeError("a fault"));
      assert.equal((await peer.next("failure")).error.code, "INTERNAL");
      second.answer(() => "no answer that could be encoded");
      assert.equal((await peer.next("failure")).id, 2);
      peer.request(3, ping);
      await peer.next("response");
    });

    it("hand their remaining time to the engine", async () => {
      const peer = await peerOf(await listen());
      peer.request(1, search, 1_234);
      const [held] = await serving.engine.held(1);
      assert.equal(held.options?.timeoutMs, 1_234);
    });

    it("are cancelled by their id, and answered all the same", async () => {
      const peer = await peerOf(await listen());
      peer.request(1, search);
      peer.request(2, search);
      const [first, second] = await serving.engine.held(2);
      peer.send({ kind: "cancel", id: 2 });
      const { id, error } = await peer.next("failure");
      assert.equal(id, 2);
      assert.equal(error.code, "ABORTED");
      assert.equal(first.aborted, false);
      assert.equal(second.aborted, true);
    });

    it("cancel nothing when they are over", async () => {
      const peer = await peerOf(await listen());
      peer.send({ kind: "cancel", id: 77 });
      peer.request(1, ping);
      await peer.next("response");
    });

    it("of many values hold up nobody else, and are answered in the end", async () => {
      const server = await listen();
      const [long, short] = [await peerOf(server, "long"), await peerOf(server, "short")];
      const order: string[] = [];
      long.request(1, { kind: "get", store: "s", keys: new Array(300_000).fill("a") });
      long.request(2, ping);
      short.request(1, ping);
      await Promise.all([
        short.next("response").then(() => order.push("short")),
        long.any().then((message) => order.push(`long ${message?.kind}`)),
      ]);
      assert.equal(order[0], "short");
      assert.deepEqual((await long.next("response")).id, 2);
    });

    it("of many values come to nothing when their client goes meanwhile", async () => {
      const server = await listen();
      const [long, other] = [await peerOf(server, "long"), await peerOf(server, "other")];
      const before = serving.engine.executor.queries.length;
      long.request(1, { kind: "get", store: "s", keys: new Array(100_000).fill("a") });
      long.request(2, { kind: "get", store: "s", keys: new Array(100_000).fill("a") });
      await long.transport.close();
      other.request(1, { kind: "get", store: "s", keys: new Array(30_000).fill("b") });
      await other.any();
      const asked = serving.engine.executor.queries.slice(before);
      assert.deepEqual(
        asked.map((query) => (query as Query<"get">).keys[0]),
        ["b"],
      );
    });

    it("of an id in flight end the session", async () => {
      const peer = await peerOf(await listen());
      peer.request(1, search);
      const [held] = await serving.engine.held(1);
      peer.request(1, search);
      await peer.next("refuse");
      assert.equal(await peer.any(), undefined);
      assert.equal(held.aborted, true);
    });

    it("wait unread while as many as may are in flight", async () => {
      const peer = await peerOf(await listen({ inFlightMax: 2 }));
      for (const id of [1, 2, 3]) peer.request(id, search);
      peer.request(4, ping);
      const held = await serving.engine.held(2);
      for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
      assert.equal(held.length, 2);
      held[1].answer([]);
      assert.equal((await peer.next("response")).id, 2);
      await serving.engine.held(3);
      held[0].answer([]);
      assert.equal((await peer.next("response")).id, 1);
      assert.equal((await peer.next("response")).id, 4);
    });

    it("wait unread while too much of their answers is not taken", async () => {
      const server = await listen({ queuedBytesMax: 100_000 });
      const peer = await peerOf(server);
      const bytes = new Uint8Array(200_000);
      for (const id of [1, 2, 3]) peer.request(id, search);
      const held = await serving.engine.held(3);
      for (const each of held) each.answer([{ id: "a", distance: 0, metadata: { bytes } }]);
      for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
      peer.request(4, ping);
      for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
      assert.equal(serving.engine.executor.queries.length, 3);
      const ids: unknown[] = [];
      while (ids.length < 4) {
        const message = await peer.any();
        assert.ok(message !== undefined && "id" in message);
        ids.push(message.id);
      }
      assert.equal(ids.at(-1), 4);
    });
  });

  describe("framing", () => {
    it("lost, it is told in one constant sentence, and the session is closed", async () => {
      const server = await listen();
      const reasons = new Set<string>();
      for (const garbage of [
        header(0),
        Buffer.concat([header(3), Buffer.from([0xc1, 0xc1, 0xc1])]),
        Buffer.concat([header(2), Buffer.from([0x91, 0x7f])]),
      ]) {
        const peer = await peerOf(server);
        peer.request(1, search);
        await serving.engine.held(1);
        peer.bytes(garbage);
        reasons.add((await peer.next("refuse")).error.message);
        assert.equal(await peer.any(), undefined);
        await peer.transport.closed;
      }
      assert.equal(reasons.size, 1);
      await until(() => server.clients().length === 0);
      for (const held of await serving.engine.held(3)) assert.equal(held.aborted, true);
    });

    it("takes a frame of the limit and none longer by one", async () => {
      const server = await serving.listenInMemory({ maxFrameBytes: 20_000 });
      const peer = await peerOf(server);
      const query = (length: number) =>
        encodeQuery({ kind: "nonsense", text: "x".repeat(length) } as never);
      const length = fitting(query);
      peer.send({ kind: "request", id: 1, query: query(length) });
      assert.equal((await peer.next("failure")).error.code, "INVALID_ARGUMENT");
      peer.send({ kind: "request", id: 2, query: query(length + 1) });
      const { error } = await peer.next("refuse");
      assert.equal(error.code, "LIMIT_EXCEEDED");
      assert.match(error.message, /20000|20,000/);
      assert.equal(await peer.any(), undefined);
    });

    it("closes a peer whose frame does not arrive in time", async () => {
      const server = await listen({ frameTimeoutMs: 25 });
      const peer = await peerOf(server);
      peer.bytes(header(100));
      peer.bytes(new Uint8Array(50));
      await peer.next("refuse");
      await peer.transport.closed;
    });

    it("lets a session that is idle between frames be", async () => {
      const server = await listen({ frameTimeoutMs: 100, handshakeTimeoutMs: 150, lingerMs: 100 });
      const peer = await peerOf(server);
      peer.request(1, search);
      const [held] = await serving.engine.held(1);
      await new Promise((resolve) => setTimeout(resolve, 400));
      held.answer([]);
      await peer.next("response");
    });

    it("frees everything of a peer that vanishes in mid-frame", async () => {
      const server = await listen();
      const transport = await serving.dial(server);
      const peer = await RawPeer.connect(transport);
      peer.request(1, search);
      const [held] = await serving.engine.held(1);
      peer.bytes(header(1_000));
      transport.break();
      await until(() => held.aborted && server.clients().length === 0);
    });

    it("drops a peer that takes no answer for too long", async () => {
      const server = await listen({ stallTimeoutMs: 25 });
      const peer = await peerOf(server);
      peer.request(1, search);
      peer.request(2, search);
      const [first, second] = await serving.engine.held(2);
      first.answer([{ id: "a", distance: 0, metadata: { bytes: new Uint8Array(500_000) } }]);
      await peer.transport.closed;
      await until(() => second.aborted && server.clients().length === 0);
    });

    it("takes messages only from the side they belong to", async () => {
      const server = await listen();
      for (const kind of ["accept", "goaway", "response", "connect"] as const) {
        const peer = await peerOf(server);
        if (kind === "accept") peer.send({ kind, version: "1", inFlight: 1 });
        if (kind === "goaway") peer.send({ kind, reason: "x" });
        if (kind === "response") peer.send({ kind, id: 1, answer: Uint8Array.of(0xc0) });
        if (kind === "connect") peer.send(introduction());
        await peer.next("refuse");
        assert.equal(await peer.any(), undefined);
      }
    });
  });

  describe("goodbye", () => {
    it("answers what is in flight after a disconnect, then closes", async () => {
      const server = await listen();
      const peer = await peerOf(server);
      peer.request(1, search);
      peer.send({ kind: "disconnect" });
      const [held] = await serving.engine.held(1);
      held.answer([]);
      assert.equal((await peer.next("response")).id, 1);
      assert.equal(await peer.any(), undefined);
      await until(() => server.clients().length === 0);
    });

    it("takes no request after a disconnect", async () => {
      const server = await listen();
      const peer = await peerOf(server);
      peer.request(1, search);
      peer.send({ kind: "disconnect" });
      peer.request(2, ping);
      await peer.next("refuse");
      assert.equal(await peer.any(), undefined);
    });

    it("tells the client to go when the server closes, refuses what comes, answers what is there", async () => {
      const server = await listen();
      const peer = await peerOf(server);
      peer.request(1, search);
      const [held] = await serving.engine.held(1);
      const closing = server.close();
      await peer.next("goaway");
      peer.request(2, ping);
      const { id, error } = await peer.next("failure");
      assert.equal(id, 2);
      assert.equal(error.code, "SHUTTING_DOWN");
      held.answer([]);
      assert.equal((await peer.next("response")).id, 1);
      peer.send({ kind: "disconnect" });
      assert.equal(await peer.any(), undefined);
      await closing;
    });

    it("closes a client that was told to go and does not", async () => {
      const server = await listen({ lingerMs: 25 });
      const peer = await peerOf(server);
      await Promise.all([server.close(), peer.transport.closed]);
    });

    it("closes on time over peers that neither read nor close", async () => {
      const server = await serving.listen({ port: 0 });
      const peers = await Promise.all(
        ["a", "b"].map(async (clientId) => {
          const transport = await dial(parseUrl(server.url));
          serving.transports.push(transport);
          return RawPeer.connect(transport, { clientId });
        }),
      );
      for (const [at, peer] of peers.entries()) peer.request(at + 1, search);
      await serving.engine.held(2);
      await server.close({ timeoutMs: 10 });
      assert.deepEqual(server.clients(), []);
    });

    it("says nothing to a stranger when the server closes", async () => {
      const server = await listen();
      const peer = await stranger(server);
      await until(() => peer.transport.bytesIn === 0);
      await server.close();
      assert.equal(await peer.any(), undefined);
    });

    it("lets go of what is in flight when the time to close is over", async () => {
      const server = await listen();
      const peer = await peerOf(server);
      peer.request(1, search);
      const [held] = await serving.engine.held(1);
      await server.close({ timeoutMs: 10 });
      assert.equal(held.aborted, true);
      await peer.transport.closed;
    });
  });
});

function header(length: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, length, true);
  return bytes;
}

/** How long the text must be for a frame body of 20,000 bytes. */
function fitting(query: (length: number) => Uint8Array): number {
  for (let length = 19_900; length < 20_000; length++) {
    const message = { kind: "request", id: 1, query: query(length) } as const;
    const bytes = encodeFrames([message], 1 << 20).reduce((sum, chunk) => sum + chunk.length, 0);
    if (bytes - 4 === 20_000) return length;
  }
  throw new Error("no text fits");
}
