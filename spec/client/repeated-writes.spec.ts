import assert from "node:assert/strict";
import { checkConnectOptions } from "../../lib/client/connect-options.js";
import { ConnectionPool } from "../../lib/client/connection-pool.js";
import { AhnlichError } from "../../lib/model/errors.js";
import { type Query, query } from "../../lib/model/query.js";
import { encodeAnswer } from "../../lib/protocol/answer-codec.js";
import { RawServer, type RawServerPeer } from "../support/raw-server.js";
import { rejects } from "../support/rejects.js";

describe("a client whose connection is lost", () => {
  const idempotencyKey = "k";
  const deleting = query.delete({ store: "s", target: "a" });
  let raw: RawServer;
  const closing: { close(options: { timeoutMs: number }): Promise<void> }[] = [];

  beforeEach(() => {
    raw = new RawServer();
  });

  afterEach(async () => {
    for (const each of closing.splice(0)) await each.close({ timeoutMs: 0 });
  });

  async function connect(options: object = {}) {
    const { client, peer } = await raw.connect(options);
    closing.push(client);
    return { client, peer };
  }

  async function answer(peer: RawServerPeer, asked: Query, value: unknown) {
    const { id, ...rest } = await peer.request();
    peer.peer.send({ kind: "response", id, answer: encodeAnswer(asked, value as never) });
    return rest;
  }

  it("repeats a write with an idempotency key, key and all", async () => {
    const { client, peer } = await connect();
    const deleted = client.execute(deleting, { idempotencyKey });
    assert.equal((await peer.request()).idempotencyKey, idempotencyKey);
    peer.break();
    const next = await raw.accept();
    assert.equal((await answer(next, deleting, 7)).idempotencyKey, idempotencyKey);
    assert.equal(await deleted, 7);
  });

  it("repeats a pipeline whose writes all have answers that are kept", async () => {
    const { client, peer } = await connect();
    const piped = client.pipeline([deleting, query.ping({})], { idempotencyKey });
    await peer.request();
    peer.break();
    const next = await raw.accept();
    const { asked } = await next.request();
    assert.equal(asked.kind, "pipeline");
    next.break();
    const last = await raw.accept();
    const outcomes = [
      { ok: true, response: 1 },
      { ok: true, response: null },
    ];
    await answer(last, query.pipeline({ queries: [deleting, query.ping({})] }), outcomes);
    assert.deepEqual(await piped, outcomes);
  });

  it("repeats no shutdown, whatever its key", async () => {
    const { client, peer } = await connect();
    const ending = client.execute(query.shutdown({}), { idempotencyKey });
    await peer.request();
    peer.break();
    await rejects(ending, "OUTCOME_UNKNOWN");
  });

  it("says OUTCOME_UNKNOWN of a repeated write where nobody can know what became of it", async () => {
    const { client, peer } = await connect({ connectTimeoutMs: 300 });
    const writes = [1, 2, 3].map((n) => {
      const timeoutMs = n === 1 ? 1_200 : undefined;
      return client.execute(deleting, { idempotencyKey: `${n}`, timeoutMs });
    });
    const failed = Promise.all(writes.map((write) => rejects(write, "OUTCOME_UNKNOWN")));
    for (let i = 0; i < writes.length; i++) await peer.request();
    peer.break();
    const next = await raw.accept();
    const asked = [await next.request(), await next.request(), await next.request()];
    const busy = asked.find((request) => request.idempotencyKey === "2");
    assert.ok(busy !== undefined);
    const error = new AhnlichError("BUSY", "not now");
    next.peer.send({ kind: "failure", id: busy.id, error });
    await new Promise(setImmediate);
    next.break();
    await failed;
  });

  it("passes on what the server decides about a repeated write", async () => {
    const { client, peer } = await connect();
    const deleted = client.execute(deleting, { idempotencyKey });
    await peer.request();
    peer.break();
    const next = await raw.accept();
    const { id } = await next.request();
    const error = new AhnlichError("STORE_NOT_FOUND", "gone");
    next.peer.send({ kind: "failure", id, error });
    await rejects(deleted, "STORE_NOT_FOUND");
  });

  it("repeats every write where it numbers them, and says which answers it has", async () => {
    const target = { address: "raw", dial: raw.dial };
    const pool = new ConnectionPool([target], checkConnectOptions({}), { numbersWrites: true });
    closing.push(pool);
    const opening = pool.open();
    const peer = await raw.accept();
    await opening;
    const answers = [deleting, deleting, query.ping({})].map((each) => pool.execute(each));
    const keyed = pool.execute(deleting, { idempotencyKey });
    assert.deepEqual((await answer(peer, deleting, 5)).write, { number: 1, settled: 1 });
    assert.equal(await answers[0], 5);
    assert.deepEqual((await peer.request()).write, { number: 2, settled: 1 });
    for (let i = 0; i < 2; i++) assert.equal((await peer.request()).write, undefined);
    peer.break();
    const next = await raw.accept();
    const writes: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      const { id, asked, write } = await next.request();
      if (write !== undefined) writes.push(write);
      const value = asked.kind === "ping" ? null : 1;
      next.peer.send({ kind: "response", id, answer: encodeAnswer(asked as Query, value) });
    }
    assert.deepEqual(writes, [{ number: 2, settled: 2 }]);
    assert.deepEqual([await answers[1], await keyed], [1, 1]);
  });
});
