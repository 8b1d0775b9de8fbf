import assert from "node:assert/strict";
import { connect } from "../../lib/client/connect.js";
import type { RemoteEngine } from "../../lib/client/remote-engine.js";
import { AhnlichError } from "../../lib/model/errors.js";
import { query } from "../../lib/model/query.js";
import { encodeAnswer } from "../../lib/protocol/answer-codec.js";
import { encodeFrames } from "../../lib/protocol/frame-writer.js";
import { protocolVersion, verdicts } from "../../lib/protocol/handshake.js";
import { hello, RawServer, type RawServerPeer } from "../support/raw-server.js";
import { rejects } from "../support/rejects.js";
import { Serving } from "../support/serving.js";
import { until } from "../support/until.js";

const pong = encodeAnswer(query.ping({}), null);
const turn = () => new Promise((resolve) => setImmediate(resolve));
async function turns(count = 20) {
  for (let i = 0; i < count; i++) await turn();
}

describe("connect", () => {
  let serving: Serving;
  let raw: RawServer;
  const clients: RemoteEngine[] = [];
  beforeEach(() => {
    serving = new Serving();
    raw = new RawServer();
  });
  afterEach(async () => {
    await serving.close();
    await raw.listener.close();
    await Promise.all(clients.splice(0).map((client) => client.close({ timeoutMs: 0 })));
  });
  const connectRaw = async (...given: Parameters<RawServer["connect"]>) => {
    const connected = await raw.connect(...given);
    clients.push(connected.client);
    return connected;
  };

  describe("opening", () => {
    it("gives the engine's answers through memory and TCP alike", async () => {
      for (const server of [await serving.listenInMemory(), await serving.listen({ port: 0 })]) {
        const client = await serving.connect(server);
        const store = client.store("s");
        const vector = new Float32Array([0.1, -0]);
        await store.set([
          { id: "a", vector, metadata: { at: new Date(5), b: new Uint8Array([1]) } },
        ]);
        assert.deepEqual(await store.get("a"), {
          id: "a",
          version: 1,
          vector,
          metadata: { at: new Date(5), b: new Uint8Array([1]) },
        });
        assert.equal(await store.get("absent"), undefined);
        assert.equal(await store.count(), 1);
        assert.equal((await store.find()).entries.length, 1);
        await rejects(store.set({ id: "bad", vector: [1] }), "ENTRY_EXISTS");
        const outcomes = await client.pipeline([
          query.count({ store: "s" }),
          query.set({ store: "s", entries: [{ id: "bad", vector: [1] }] }),
          query.ping({}),
        ]);
        assert.deepEqual(outcomes[0], { ok: true, response: 1 });
        assert.ok(!outcomes[1].ok && outcomes[1].error instanceof AhnlichError);
        assert.equal(outcomes[1].error.code, "ENTRY_EXISTS");
        assert.deepEqual(outcomes[2], { ok: true, response: null });
        assert.equal(await store.delete("a"), 1);
      }
    });

    it("refuses targets and options that are none", async () => {
      for (const target of [
        "",
        "localhost:1369",
        "http://localhost",
        [],
        3 as never,
        [null as never],
      ]) {
        await rejects(connect(target), "INVALID_ARGUMENT");
      }
      await rejects(connect(new Array(65).fill("ahnlich://localhost")), "INVALID_ARGUMENT");
      for (const options of [
        { connections: 0 },
        { connections: 65 },
        { connections: 1.5 },
        { name: "x".repeat(101) },
        { name: "\ud800" },
        { connectTimeoutMs: 0 },
        { dial: 3 as never },
        { password: "x" } as object,
        null as never,
      ]) {
        await rejects(connect("ahnlich://127.0.0.1", options), "INVALID_ARGUMENT");
      }
    });

    it("tries several targets in their order", async () => {
      const gone = await serving.listen({ port: 0 });
      await gone.close();
      const server = await serving.listen({ port: 0 });
      const client = await connect([gone.url, server.url]);
      clients.push(client);
      await client.ping();
      assert.equal(server.clients().length, 1);
    });

    it("is CONNECTION_LOST where nobody listens", async () => {
      const gone = await serving.listen({ port: 0 });
      await gone.close();
      await rejects(connect(gone.url), "CONNECTION_LOST");
    });

    it("is TIMEOUT where a server says nothing, at whatever step", async () => {
      const options = { dial: raw.dial, connectTimeoutMs: 20 };
      await rejects(connect("raw", options), "TIMEOUT");
      await raw.next();
      const connecting = connect("raw", options);
      const peer = await raw.next();
      peer.bytes(hello());
      await rejects(connecting, "TIMEOUT");
      await peer.transport.closed;
      const never = () => new Promise<never>(() => {});
      await rejects(connect("raw", { dial: never, connectTimeoutMs: 20 }), "TIMEOUT");
    });

    it("refuses a server of another major, naming both", async () => {
      const theirs = protocolVersion.major + 1;
      for (const flags of [verdicts.accepted, verdicts.otherMajor]) {
        const connecting = connect("raw", { dial: raw.dial });
        const peer = await raw.next();
        peer.bytes(hello({ major: theirs, flags }));
        const error = await rejects(connecting, "VERSION_MISMATCH");
        assert.match(error.message, new RegExp(`\\b${theirs}\\.`));
        assert.match(error.message, new RegExp(`\\b${protocolVersion.major}\\.`));
        await peer.transport.closed;
      }
    });

    it("refuses a server that speaks something else", async () => {
      const connecting = connect("raw", { dial: raw.dial });
      const peer = await raw.next();
      peer.bytes(Buffer.from("HTTP/1.1 400 Bad Request\r\n"));
      await rejects(connecting, "PROTOCOL_ERROR");
      await peer.transport.closed;
    });

    it("rejects with what the server refuses it with", async () => {
      const connecting = connect("raw", { dial: raw.dial });
      const peer = await raw.next();
      await peer.hello();
      peer.bytes(hello());
      await peer.next("connect");
      peer.send({ kind: "refuse", error: new AhnlichError("BUSY", "too many") });
      const error = await rejects(connecting, "BUSY");
      assert.equal(error.message, "too many");
    });

    it("is CONNECTION_LOST where the server closes instead of accepting", async () => {
      const connecting = connect("raw", { dial: raw.dial });
      const peer = await raw.next();
      await peer.transport.close();
      await rejects(connecting, "CONNECTION_LOST");
    });

    it("introduces all connections of a client as one", async () => {
      const { client, peer } = await connectRaw({ connections: 2 }, 1);
      void client.ping().catch(() => {});
      void client.ping().catch(() => {});
      const second = await raw.accept();
      assert.equal(second.clientId, peer.clientId);
      const other = await connectRaw();
      assert.notEqual(other.peer.clientId, peer.clientId);
    });
  });

  describe("calls", () => {
    it("are copied when they are made", async () => {
      const { client, peer } = await connectRaw();
      const where = { a: 1 };
      void client
        .store("s")
        .count({ where })
        .catch(() => {});
      where.a = 2;
      assert.deepEqual((await peer.request()).asked, {
        kind: "count",
        store: "s",
        where: { a: 1 },
      });
    });

    it("of one turn leave in one frame", async () => {
      const { client, peer } = await connectRaw();
      const pings = [client.ping(), client.ping(), client.ping()];
      const before = peer.peer.frames;
      const ids: number[] = [];
      for (const _ of pings) ids.push((await peer.request()).id);
      assert.equal(peer.peer.frames, before + 1);
      assert.deepEqual(ids, [1, 2, 3]);
      for (const id of ids.reverse()) peer.peer.send({ kind: "response", id, answer: pong });
      for (const took of await Promise.all(pings)) assert.ok(took >= 0);
    });

    it("are refused alone when they cannot travel or are too long for the server", async () => {
      const { client, peer } = await connectRaw();
      const where = { f: (() => 1) as never };
      await rejects(client.store("s").count({ where }), "INVALID_ARGUMENT");
      const long = { text: "x".repeat(1 << 20) };
      await rejects(client.store("s").count({ where: long }), "LIMIT_EXCEEDED");
      const pinging = client.ping();
      const { id } = await peer.request();
      peer.peer.send({ kind: "response", id, answer: pong });
      await pinging;
    });

    it("fail alone when their answer is none", async () => {
      const { client, peer } = await connectRaw();
      const counting = client.store("s").count();
      const pinging = client.ping();
      peer.peer.send({
        kind: "response",
        id: (await peer.request()).id,
        answer: Uint8Array.of(0xa1, 0x78),
      });
      await rejects(counting, "PROTOCOL_ERROR");
      peer.peer.send({ kind: "response", id: (await peer.request()).id, answer: pong });
      await pinging;
    });

    it("take answers in parts", async () => {
      const server = await serving.listenInMemory();
      const client = await serving.connect(server);
      const searching = client.store("s").search([1], { include: { metadata: true } });
      const bytes = new Uint8Array(40 * 1024 * 1024).fill(7);
      const [held] = await serving.engine.held(1);
      held.answer([{ id: "a", distance: 0, metadata: { bytes } }]);
      const [match] = await searching;
      assert.ok(Buffer.compare(match.metadata.bytes as Uint8Array, bytes) === 0);
    });

    it("drop the connection whose server answers what nobody asked", async () => {
      const { client, peer } = await connectRaw();
      const pinging = client.ping();
      const { id } = await peer.request();
      peer.peer.send({ kind: "response", id: id + 1, answer: pong });
      await peer.peer.transport.closed;
      const again = await raw.accept();
      const repeated = await again.request();
      again.peer.send({ kind: "response", id: repeated.id, answer: pong });
      await pinging;
    });

    it("drop the connection whose server sends garbage", async () => {
      const { client, peer } = await connectRaw();
      const setting = client.store("s").set({ vector: [1] });
      await peer.request();
      peer.peer.bytes(Uint8Array.of(1, 0, 0, 0, 0xc1));
      await rejects(setting, "OUTCOME_UNKNOWN");
      await peer.peer.transport.closed;
    });
  });

  describe("giving up", () => {
    it("aborts the engine's signal through the server, and rejects at once", async () => {
      const client = await serving.connect(await serving.listenInMemory());
      const controller = new AbortController();
      const searching = client.store("s").search([1], { signal: controller.signal });
      const [held] = await serving.engine.held(1);
      controller.abort(new Error("no longer"));
      const error = await rejects(searching, "ABORTED");
      assert.equal(error.name, "AbortError");
      assert.match(String(error.cause), /no longer/);
      await serving.engine.executor.until(() => held.aborted);
      await client.ping();
    });

    it("takes one signal for any number of calls, all of which it aborts, without a warning", async () => {
      const server = await serving.listenInMemory();
      const client = await serving.connect(server);
      const warnings: Error[] = [];
      const warned = (warning: Error) => void warnings.push(warning);
      process.on("warning", warned);
      const controller = new AbortController();
      const options = { signal: controller.signal };
      const store = client.store("s");
      const searches = Array.from({ length: 50 }, () => store.search([1], options));
      await serving.engine.held(50);
      controller.abort();
      for (const search of searches) await rejects(search, "ABORTED");
      await turns();
      process.off("warning", warned);
      assert.deepEqual(warnings, []);
    });

    it("sends nothing for a signal that is aborted already", async () => {
      const { client, peer } = await connectRaw();
      const aborted = AbortSignal.abort();
      await rejects(client.ping({ signal: aborted }), "ABORTED");
      await rejects(client.store("s").set({ vector: [1] }, { signal: aborted }), "ABORTED");
      void client.ping().catch(() => {});
      assert.equal((await peer.request()).id, 1);
    });

    it("sends the deadline with the request, and rejects when it passes", async () => {
      const { client, peer } = await connectRaw();
      const counting = client.store("s").count({ timeoutMs: 30 });
      const { id, timeoutMs } = await peer.request();
      assert.ok(timeoutMs !== undefined && timeoutMs >= 1 && timeoutMs <= 30);
      const error = await rejects(counting, "TIMEOUT");
      assert.equal(error.name, "TimeoutError");
      assert.equal((await peer.peer.next("cancel")).id, id);
    });

    it("is OUTCOME_UNKNOWN for a write that was sent", async () => {
      const { client, peer } = await connectRaw();
      const controller = new AbortController();
      const { signal } = controller;
      const writes = [
        client.store("s").set({ vector: [1] }, { signal }),
        client.store("s").delete("a", { signal }),
        client.pipeline([query.ping({}), query.delete({ store: "s", target: "a" })], { signal }),
      ];
      const read = client.pipeline([query.ping({})], { signal });
      for (let i = 0; i < 4; i++) await peer.request();
      controller.abort();
      for (const write of writes) await rejects(write, "OUTCOME_UNKNOWN");
      await rejects(read, "ABORTED");
      await rejects(client.store("s").set({ vector: [1] }, { timeoutMs: 5 }), "OUTCOME_UNKNOWN");
    });

    it("is the server's answer where that comes first", async () => {
      const { client, peer } = await connectRaw();
      const setting = client.store("s").set({ vector: [1] }, { timeoutMs: 10_000 });
      const { id } = await peer.request();
      peer.peer.send({ kind: "failure", id, error: new AhnlichError("TIMEOUT", "not applied") });
      const error = await rejects(setting, "TIMEOUT");
      assert.equal(error.message, "not applied");
    });

    it("is ABORTED for a write that waits for its turn, which is then not sent", async () => {
      const { client, peer } = await connectRaw({ connections: 1 }, 1);
      const pinging = client.ping();
      const controller = new AbortController();
      const setting = client.store("s").set({ vector: [1] }, { signal: controller.signal });
      const { id } = await peer.request();
      controller.abort();
      await rejects(setting, "ABORTED");
      peer.peer.send({ kind: "response", id, answer: pong });
      await pinging;
      void client
        .store("s")
        .count()
        .catch(() => {});
      assert.equal((await peer.request()).asked.kind, "count");
    });

    it("keeps the request's place until the server has answered", async () => {
      const { client, peer } = await connectRaw({ connections: 1 }, 1);
      await rejects(client.ping({ timeoutMs: 5 }), "TIMEOUT");
      const { id } = await peer.request();
      assert.equal((await peer.peer.next("cancel")).id, id);
      const pinging = client.ping();
      peer.peer.send({ kind: "failure", id, error: new AhnlichError("ABORTED", "gone") });
      const second = await peer.request();
      peer.peer.send({ kind: "response", id: second.id, answer: pong });
      await pinging;
    });
  });

  describe("losing a connection", () => {
    it("repeats reads on another, and says OUTCOME_UNKNOWN of writes that were sent", async () => {
      const { client, peer } = await connectRaw();
      const reads = [client.ping(), client.store("s").count(), client.pipeline([query.ping({})])];
      const writes = [
        client.store("s").set({ vector: [1] }),
        client.pipeline([query.delete({ store: "s", target: "a" })]),
        client.shutdown(),
        client.dropNamespace("n"),
      ];
      for (let i = 0; i < 7; i++) await peer.request();
      peer.break();
      for (const write of writes) await rejects(write, "OUTCOME_UNKNOWN");
      const next = await raw.accept();
      const kinds: string[] = [];
      for (let i = 0; i < 3; i++) {
        const { id, asked } = await next.request();
        kinds.push(asked.kind);
        const error = new AhnlichError("FORBIDDEN", "but it came");
        next.peer.send({ kind: "failure", id, error });
      }
      assert.deepEqual(kinds.sort(), ["count", "ping", "pipeline"]);
      for (const read of reads) await rejects(read, "FORBIDDEN");
    });

    it("sends a write that was surely not sent on the next", async () => {
      const { client, peer } = await connectRaw();
      const setting = client.store("s").set({ id: "a", vector: [1] });
      peer.break();
      const next = await raw.accept();
      assert.equal((await next.request()).asked.kind, "set");
      next.break();
      await rejects(setting, "OUTCOME_UNKNOWN");
    });

    for (const [what, last] of [
      ["lost", Uint8Array.of(1, 0, 0, 0, 0xc1)],
      ["told to go", Buffer.concat(encodeFrames([{ kind: "goaway", reason: "x" }], 20_000))],
    ] as const) {
      it(`goes on to another where one is ${what} in the moment it is accepted`, async () => {
        const { client, peer } = await connectRaw({ connections: 1 });
        peer.break();
        const doomed = await raw.next();
        await doomed.hello();
        doomed.bytes(hello());
        await doomed.next("connect");
        const accept = { kind: "accept", version: "9", inFlight: 1 } as const;
        doomed.bytes(Buffer.concat([...encodeFrames([accept], 20_000), last]));
        const pinging = client.ping();
        const next = await raw.accept();
        next.peer.send({ kind: "response", id: (await next.request()).id, answer: pong });
        await pinging;
      });
    }

    it("gives a read up that lost three connections", async () => {
      const { client, peer } = await connectRaw();
      const counting = client.store("s").count();
      let at: RawServerPeer = peer;
      for (let losses = 1; losses <= 3; losses++) {
        await at.request();
        at.break();
        if (losses < 3) at = await raw.accept();
      }
      await rejects(counting, "CONNECTION_LOST");
    });

    it("reconnects and tells so", async () => {
      const { client, peer } = await connectRaw();
      const statuses = client.status();
      peer.break();
      const next = await raw.accept();
      const pinging = client.ping();
      const { id } = await next.request();
      next.peer.send({ kind: "response", id, answer: pong });
      await pinging;
      await client.close();
      const kinds: string[] = [];
      for await (const status of statuses) {
        if (kinds.length === 0) assert.ok("reason" in status && status.reason !== undefined);
        kinds.push(status.kind);
      }
      assert.deepEqual(kinds, [
        "disconnected",
        "reconnecting",
        "connected",
        "disconnected",
        "closed",
      ]);
    });

    it("fails calls that waited too long for another, writes too: they were not sent", async () => {
      const { client, peer } = await connectRaw({ connectTimeoutMs: 300 });
      await raw.listener.close();
      peer.break();
      await rejects(client.ping(), "CONNECTION_LOST");
      await rejects(client.store("s").set({ vector: [1] }), "CONNECTION_LOST");
    });

    it("fails calls at once where the server came back with another major", async () => {
      const { client, peer } = await connectRaw();
      peer.break();
      const pinging = client.ping();
      const next = await raw.next();
      next.bytes(hello({ major: protocolVersion.major + 1 }));
      await rejects(pinging, "VERSION_MISMATCH");
    });

    it("goes to the next target when the first is gone", async () => {
      const first = await serving.listen({ port: 0 });
      const second = await serving.listen({ port: 0 });
      const client = await connect([first.url, second.url]);
      clients.push(client);
      await client.ping();
      assert.equal(second.clients().length, 0);
      await first.close();
      await client.ping();
      assert.equal(second.clients().length, 1);
    });

    it("finishes what is in flight where the server says goaway, and goes elsewhere", async () => {
      const { client, peer } = await connectRaw();
      const first = client.ping();
      const { id } = await peer.request();
      peer.peer.send({ kind: "goaway", reason: "maintenance" });
      const next = await raw.accept();
      const second = client.ping();
      const { id: other } = await next.request();
      next.peer.send({ kind: "response", id: other, answer: pong });
      await second;
      const statuses = client.status();
      peer.peer.send({ kind: "response", id, answer: pong });
      await first;
      const { value } = await statuses.next();
      assert.match(value.reason.message, /maintenance/);
      await peer.peer.next("disconnect");
      assert.equal(await peer.peer.any(), undefined);
    });

    it("passes SHUTTING_DOWN on, which may be tried again", async () => {
      const { client, peer } = await connectRaw();
      const setting = client.store("s").set({ vector: [1] });
      const { id } = await peer.request();
      const error = new AhnlichError("SHUTTING_DOWN", "closing");
      peer.peer.send({ kind: "goaway", reason: "closing" }, { kind: "failure", id, error });
      assert.equal((await rejects(setting, "SHUTTING_DOWN")).retryable, true);
    });
  });

  describe("the pool", () => {
    it("opens no more connections than are needed, nor than it may", async () => {
      const { client, peer } = await connectRaw({ connections: 2 }, 2);
      const open = [client.ping(), client.ping()];
      for (const _ of open) await peer.request();
      await turns();
      assert.equal(raw.dialled, 1);
      open.push(client.ping());
      const second = await raw.accept(1);
      const { id } = await second.request();
      const waiting = client.ping();
      await turns();
      assert.equal(raw.dialled, 2);
      second.peer.send({ kind: "response", id, answer: pong });
      const { id: last } = await second.request();
      second.peer.send({ kind: "response", id: last, answer: pong });
      await waiting;
      for (const each of [1, 2]) peer.peer.send({ kind: "response", id: each, answer: pong });
      await Promise.all(open);
    });

    it("sends to the least loaded first", async () => {
      const { client, peer } = await connectRaw({ connections: 2 }, 3);
      const open = [1, 2, 3, 4].map(() => client.ping());
      for (let i = 0; i < 3; i++) await peer.request();
      const second = await raw.accept(3);
      await second.request();
      for (let i = 0; i < 2; i++) open.push(client.ping());
      for (let i = 0; i < 2; i++) await second.request();
      peer.peer.send({ kind: "response", id: 1, answer: pong });
      peer.peer.send({ kind: "response", id: 2, answer: pong });
      await Promise.race(open);
      await turns();
      open.push(client.ping());
      await peer.request();
      peer.break();
      second.break();
      for (const ping of open) ping.catch(() => {});
    });

    it("makes calls wait while as many as may are in flight", async () => {
      const { client, peer } = await connectRaw({ connections: 1 }, 2);
      const open = [1, 2, 3, 4, 5].map(() => client.ping());
      const ids: number[] = [];
      for (let i = 0; i < 5; i++) {
        if (ids.length === 2) {
          peer.peer.send({ kind: "response", id: ids.shift() as number, answer: pong });
        }
        ids.push((await peer.request()).id);
        assert.ok(ids.length <= 2);
      }
      for (const id of ids) peer.peer.send({ kind: "response", id, answer: pong });
      await Promise.all(open);
    });

    it("is BUSY when too many wait", async () => {
      const { client, peer } = await connectRaw({ connections: 1 }, 1);
      const open: Promise<unknown>[] = [];
      for (let i = 0; i < 65_537; i++) open.push(client.ping());
      for (const ping of open) ping.catch(() => {});
      await rejects(client.ping(), "BUSY");
      await client.close({ timeoutMs: 0 });
      await rejects(open[65_536], "CLOSED");
      await peer.peer.transport.closed;
    });

    it("goes on with the connections it has when another cannot be opened", async () => {
      const { client, peer } = await connectRaw({ connections: 4 }, 1);
      await raw.listener.close();
      const open = [client.ping(), client.ping(), client.ping()];
      for (const _ of open) {
        const { id } = await peer.request();
        peer.peer.send({ kind: "response", id, answer: pong });
      }
      await Promise.all(open);
    });
  });

  describe("closing", () => {
    it("finishes what is in flight, says goodbye, refuses what comes, once", async () => {
      const { client, peer } = await connectRaw();
      const pinging = client.ping();
      const { id } = await peer.request();
      const closings = [client.close(), client.close(), client[Symbol.asyncDispose]()];
      await rejects(client.ping(), "CLOSED");
      peer.peer.send({ kind: "response", id, answer: pong });
      await pinging;
      await peer.peer.next("disconnect");
      await Promise.all(closings);
      assert.equal(await client.closed, undefined);
      await client.close();
      await rejects(client.store("s").set({ vector: [1] }), "CLOSED");
    });

    it("waits no longer than it may", async () => {
      const { client, peer } = await connectRaw();
      const counting = client.store("s").count();
      const setting = client.store("s").set({ vector: [1] });
      await peer.request();
      await client.close({ timeoutMs: 5 });
      await rejects(counting, "CLOSED");
      await rejects(setting, "OUTCOME_UNKNOWN");
      await peer.peer.transport.closed;
    });

    it("fails what waits for a connection that is gone", async () => {
      const { client, peer } = await connectRaw();
      await raw.listener.close();
      peer.break();
      const pinging = client.ping();
      const failed = rejects(pinging, "CLOSED");
      await turns();
      await client.close();
      await failed;
    });

    it("ends an opening that is under way", async () => {
      const { client, peer } = await connectRaw();
      peer.break();
      const next = await raw.next();
      await client.close();
      await next.transport.closed;
    });

    it("leaves nothing of the client on the server", async () => {
      const server = await serving.listen({ port: 0 });
      const client = await serving.connect(server);
      await client.ping();
      await client.close();
      await until(() => server.clients().length === 0);
    });
  });
});
