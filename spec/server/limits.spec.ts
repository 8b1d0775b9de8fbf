import assert from "node:assert/strict";
import { LateCallOptions } from "../../lib/handles/late-call-options.js";
import { encodeFrames } from "../../lib/protocol/frame-writer.js";
import { clientHello, protocolVersion, writeHello } from "../../lib/protocol/handshake.js";
import type { Server } from "../../lib/server/server.js";
import {
  checkServerLimits,
  type ServerLimits,
  serverLimits,
} from "../../lib/server/server-limits.js";
import type { Trouble } from "../../lib/server/trouble.js";
import { introduction, RawPeer } from "../support/raw-peer.js";
import { Serving } from "../support/serving.js";
import { until } from "../support/until.js";

describe("a limit of the server", () => {
  let serving: Serving;
  let troubles: Trouble["kind"][];
  beforeEach(() => {
    serving = new Serving();
    troubles = [];
  });
  afterEach(() => serving.close());

  const listen = (limits: Partial<ServerLimits>) =>
    serving.listenInMemory({ limits, onTrouble: ({ kind }) => void troubles.push(kind) });
  const peerOf = async (server: Server, clientId = "raw") =>
    RawPeer.connect(await serving.dial(server), { clientId });
  const search = { kind: "search", store: "s", target: [1] } as const;
  const changes = { kind: "changes", store: "s", since: "x", waitMs: 60_000 } as const;
  const turns = async () => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  const asked = (kind: string) =>
    serving.engine.executor.queries.filter((query) => query.kind === kind).length;

  /** What happens where it is crossed by one. */
  const crossings: { readonly [K in keyof ServerLimits]: () => Promise<void> } = {
    strangersMax: async () => {
      const server = await listen({ strangersMax: 2 });
      const [first, second, third] = await Promise.all([1, 2, 3].map(() => serving.dial(server)));
      await first.closed;
      assert.deepEqual(troubles, ["strangers"]);
      await RawPeer.connect(second);
      await RawPeer.connect(third);
    },
    connectionsMax: async () => {
      const server = await listen({ connectionsMax: 2 });
      await peerOf(server);
      await peerOf(server);
      await assert.rejects(peerOf(server), /LIMIT_EXCEEDED|at most 2 connections|refuse/);
      await peerOf(server, "another client");
    },
    inFlightMax: async () => {
      const peer = await peerOf(await listen({ inFlightMax: 2 }));
      for (const id of [1, 2, 3]) peer.request(id, search);
      const [first] = await serving.engine.held(2);
      await turns();
      assert.equal(asked("search"), 2);
      first.answer([]);
      await serving.engine.held(3);
    },
    inFlightBytesMax: async () => {
      serving.engine.executor.holding.add("delete");
      const peer = await peerOf(await listen({ inFlightBytesMax: 40_000 }));
      const target = ["x".repeat(20_000)];
      for (const id of [1, 2, 3]) peer.request(id, { kind: "delete", store: "s", target });
      const [first] = await serving.engine.held(2);
      await turns();
      assert.equal(asked("delete"), 2);
      first.answer(0);
      await serving.engine.held(3);
    },
    waitingMax: async () => {
      serving.engine.executor.holding.add("changes");
      const peer = await peerOf(await listen({ waitingMax: 1 }));
      peer.request(1, changes);
      peer.request(2, changes);
      const { id, error } = await peer.next("failure");
      assert.deepEqual([id, error.code], [2, "BUSY"]);
    },
    queuedBytesMax: async () => {
      const peer = await peerOf(await listen({ queuedBytesMax: 1_000 }));
      peer.request(1, search);
      const [held] = await serving.engine.held(1);
      held.answer([{ id: "a", distance: 0, metadata: { bytes: new Uint8Array(300_000) } }]);
      await turns();
      peer.request(2, { kind: "count", store: "s" });
      await turns();
      assert.equal(asked("count"), 0);
      for (let message = await peer.any(); message !== undefined; message = await peer.any()) {
        if ("id" in message && message.id === 2) break;
      }
      assert.equal(asked("count"), 1);
    },
    answerBytesMax: async () => {
      const peer = await peerOf(await listen({ answerBytesMax: 1_024 }));
      peer.request(1, search);
      const [{ options }] = await serving.engine.held(1);
      assert(options instanceof LateCallOptions);
      options.takeRoom(1_000);
      options.takeRoom(24);
      assert.throws(() => options.takeRoom(1), /more than 1024 bytes/);
    },
    searchesAtOnceMax: async () => {
      const server = await listen({ searchesAtOnceMax: 1 });
      const [one, other] = [await peerOf(server), await peerOf(server, "other")];
      one.request(1, search);
      await serving.engine.held(1);
      other.request(1, search);
      await turns();
      assert.equal(asked("search"), 1);
      (await serving.engine.held(1))[0].answer([]);
      await serving.engine.held(2);
    },
    scansAtOnceMax: async () => {
      serving.engine.executor.holding.add("count");
      const peer = await peerOf(await listen({ scansAtOnceMax: 1 }));
      peer.request(1, { kind: "count", store: "s" });
      peer.request(2, { kind: "count", store: "s" });
      peer.request(3, search);
      peer.request(4, { kind: "find", store: "s" });
      peer.request(5, { ...search, where: { n: 1 } });
      peer.request(6, { kind: "explain", query: search });
      peer.request(7, { kind: "measureRecall", store: "s" });
      peer.request(8, { kind: "facets", store: "s", field: "n" });
      await serving.engine.held(2);
      await turns();
      const begun = ["count", "search", "find", "explain", "measureRecall", "facets"].map(asked);
      assert.deepEqual(begun, [1, 1, 0, 0, 0, 0]);
    },
    largeWritesAtOnceMax: async () => {
      serving.engine.executor.holding.add("delete");
      const peer = await peerOf(await listen({ largeWritesAtOnceMax: 1 }));
      const target = Array.from({ length: 201 }, (_, i) => `e${i}`);
      const large = { kind: "delete", store: "s", target } as const;
      for (const id of [1, 2]) peer.request(id, large);
      peer.request(3, { ...large, target: target.slice(1) });
      await serving.engine.held(2);
      await turns();
      const lengths = serving.engine.executor.queries.map((query) => Object(query).target?.length);
      assert.deepEqual(lengths, [201, 200]);
    },
    queuedMax: async () => {
      const peer = await peerOf(await listen({ searchesAtOnceMax: 1, queuedMax: 1 }));
      for (const id of [1, 2, 3]) peer.request(id, search);
      const { id, error } = await peer.next("failure");
      assert.deepEqual([id, error.code, error.retryable], [3, "BUSY", true]);
    },
    handshakeTimeoutMs: async () => {
      const server = await listen({ handshakeTimeoutMs: 30 });
      const transport = await serving.dial(server);
      void transport.send([Buffer.from("AHNL")]);
      await transport.closed;
      assert.deepEqual(troubles, ["slow_sender"]);
    },
    frameTimeoutMs: async () => {
      const peer = await peerOf(await listen({ frameTimeoutMs: 30 }));
      const [bytes] = encodeFrames([{ kind: "cancel", id: 1 }], 2 ** 14);
      peer.bytes(bytes.subarray(0, 5));
      await peer.next("refuse");
      assert.deepEqual(troubles, ["slow_sender"]);
    },
    stallTimeoutMs: async () => {
      const server = await listen({ stallTimeoutMs: 30 });
      const peer = await peerOf(server);
      peer.request(1, search);
      const [held] = await serving.engine.held(1);
      held.answer([{ id: "a", distance: 0, metadata: { bytes: new Uint8Array(500_000) } }]);
      await peer.transport.closed;
      assert.deepEqual(troubles, ["slow_consumer"]);
    },
    idleTimeoutMs: async () => {
      const server = await listen({ idleTimeoutMs: 40 });
      const [idle, busy] = [await peerOf(server), await peerOf(server, "busy")];
      busy.request(1, search);
      const [held] = await serving.engine.held(1);
      assert.match((await idle.next("goaway")).reason, /idle/);
      await idle.transport.closed;
      assert.equal(server.clients().length, 1);
      held.answer([]);
      await busy.next("response");
      await busy.next("goaway");
    },
    keepAliveMs: async () => {
      const server = await listen({ keepAliveMs: 20 });
      const [silent, alive] = [await peerOf(server), await peerOf(server, "alive")];
      const speaking = setInterval(() => alive.send({ kind: "alive" }), 3);
      await silent.next("alive");
      await silent.transport.closed;
      assert.deepEqual(troubles, ["silent"]);
      assert.equal(server.clients().length, 1);
      alive.request(1, { kind: "ping" });
      let heard = await alive.any();
      while (heard?.kind === "alive") heard = await alive.any();
      assert.equal(heard?.kind, "response");
      clearInterval(speaking);
    },
  };

  for (const [name, cross] of Object.entries(crossings)) {
    it(`holds where ${name} is crossed by one`, cross);
  }

  it("of silence holds only for clients that know of it, and where it is set", async () => {
    const listener = await listen({ keepAliveMs: 20 });
    const older = new RawPeer(await serving.dial(listener));
    const { major } = protocolVersion;
    older.bytes(writeHello({ major, minor: 2, flags: 0, maxFrameBytes: 2 ** 20 }));
    await older.hello();
    older.send(introduction());
    assert.equal((await older.next("accept")).aliveMs, undefined);
    const without = await listen({ keepAliveMs: 0 });
    const peer = new RawPeer(await serving.dial(without));
    peer.bytes(clientHello(2 ** 20));
    await peer.hello();
    peer.send(introduction());
    assert.equal((await peer.next("accept")).aliveMs, undefined);
  });

  it("of bytes holds for what waits for changes by itself", async () => {
    const peer = await peerOf(await listen({ inFlightBytesMax: 20_000 }));
    const where = { text: "x".repeat(30_000) };
    serving.engine.executor.holding.add("changes");
    peer.request(1, { ...changes, where });
    peer.request(2, { ...changes, where });
    const { id, error } = await peer.next("failure");
    assert.deepEqual([id, error.code], [2, "BUSY"]);
    peer.request(3, { kind: "ping" });
    assert.equal((await peer.next("response")).id, 3);
  });

  it("of disuse is crossed by who says no more than that they are there", async () => {
    const peer = await peerOf(await listen({ idleTimeoutMs: 40, keepAliveMs: 10_000 }));
    const speaking = setInterval(() => peer.send({ kind: "alive" }), 3);
    assert.match((await peer.next("goaway")).reason, /idle/);
    clearInterval(speaking);
  });

  it("is refused outside of its bounds, and by any other name", () => {
    for (const [name, { standard, least, most }] of Object.entries(serverLimits)) {
      assert.ok(standard >= least && standard <= most, name);
      for (const value of [least, most])
        assert.doesNotThrow(() => checkServerLimits({ [name]: value }));
      for (const value of [least - 1, most + 1, 1.5, "1", Number.NaN, null]) {
        assert.throws(() => checkServerLimits({ [name]: value }), { code: "INVALID_ARGUMENT" });
      }
    }
    for (const given of [{ many: 1 }, { constructor: 1 }, 5, null, []]) {
      assert.throws(() => checkServerLimits(given), { code: "INVALID_ARGUMENT" });
    }
  });

  it("is no matter of a callback that throws", async () => {
    const warned = new Promise((resolve) => process.once("warning", resolve));
    const limits = { strangersMax: 1 };
    const onTrouble = () => {
      throw new Error("the callback's own");
    };
    const server = await serving.listenInMemory({ limits, onTrouble });
    const first = await serving.dial(server);
    await serving.dial(server);
    await first.closed;
    assert.match(String(await warned), /the callback's own/);
  });

  it("lets go of a thousand connections that send a byte now and then, and answers the honest", async () => {
    const server = await listen({ handshakeTimeoutMs: 150, strangersMax: 2_000 });
    const honest = await serving.connect(server);
    const slow = await Promise.all(Array.from({ length: 1_000 }, () => serving.dial(server)));
    const hello = Buffer.from("AHNL");
    for (const at of [0, 1, 2]) {
      for (const transport of slow) void transport.send([hello.subarray(at, at + 1)]);
      assert.ok((await honest.ping()) >= 0);
    }
    await Promise.all(slow.map(({ closed }) => closed));
    await until(() => server.clients().length === 1);
    assert.ok((await honest.ping()) >= 0);
    assert.equal(troubles.length, 1_000);
  });
});
