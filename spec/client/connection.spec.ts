import assert from "node:assert/strict";
import { Connection } from "../../lib/client/connection.js";
import { PendingCall } from "../../lib/client/pending-call.js";
import { encodeAnswer } from "../../lib/protocol/answer-codec.js";
import { encodeQuery } from "../../lib/protocol/query-codec.js";
import { memoryPair } from "../../lib/transport/memory.js";
import { RawPeer } from "../support/raw-peer.js";
import { hello } from "../support/raw-server.js";
import { rejects } from "../support/rejects.js";

const ping = { kind: "ping" } as const;
const text = (length: number) =>
  encodeAnswer({ kind: "info" }, { text: "x".repeat(length) } as never);

/** A connection that takes answers of 1,000 bytes, its calls, and the server's end. */
async function open(aliveMs?: number) {
  const [near, far] = memoryPair();
  let lost: (reason: Error | undefined) => void = () => {};
  const reason = new Promise<Error | undefined>((resolve) => {
    lost = resolve;
  });
  const owner = {
    ...{ released() {}, failed() {}, leaving() {} },
    lost: (_: unknown, __: unknown, why: Error | undefined) => lost(why),
  };
  const connection = new Connection(near, owner, { name: "n", clientId: "c" }, 1_000);
  const server = new RawPeer(far);
  await server.hello();
  server.bytes(hello());
  await server.next("connect");
  server.send({ kind: "accept", version: "9", inFlight: 8, aliveMs });
  await connection.ready;
  const ask = async (kind: "ping" | "info") => {
    const call = new PendingCall({ kind }, encodeQuery({ kind }));
    const answered = new Promise((resolve, reject) => Object.assign(call, { resolve, reject }));
    answered.catch(() => {});
    connection.send(call);
    return { call, answered, id: (await server.next("request")).id };
  };
  const part = (id: number, bytes: Uint8Array, last: boolean) =>
    server.send({ kind: "part", id, last, bytes });
  const end = () => near.close();
  return { connection, server, ask, part, end, reason };
}

describe("a connection", () => {
  it("fails a call alone whose answer is longer than it takes, and goes on", async () => {
    const { connection, server, ask, part, end } = await open();
    const long = await ask("info");
    const short = await ask("ping");
    const answer = text(2_000);
    part(long.id, answer.subarray(0, 900), false);
    part(long.id, answer.subarray(900, 1_800), false);
    await rejects(long.answered, "LIMIT_EXCEEDED");
    part(long.id, answer.subarray(1_800), true);
    server.send({ kind: "response", id: short.id, answer: encodeAnswer(ping, null) });
    assert.equal(await short.answered, null);
    assert.equal(connection.inFlight, 0);
    await end();
  });

  it("takes an answer of exactly as much", async () => {
    const { ask, part, end } = await open();
    const asked = await ask("info");
    const answer = text(1_000 - text(900).length + 900);
    assert.equal(answer.length, 1_000);
    part(asked.id, answer.subarray(0, 500), false);
    part(asked.id, answer.subarray(500), true);
    await asked.answered;
    await end();
  });

  it("passes over the parts of an answer that nobody waits for any more", async () => {
    const { connection, server, ask, part, end } = await open();
    const given = await ask("info");
    part(given.id, text(900), false);
    const pinged = await ask("ping");
    given.call.fail(new Error("given up"));
    for (let i = 0; i < 5; i++) part(given.id, text(900), false);
    part(given.id, text(900), true);
    server.send({ kind: "response", id: pinged.id, answer: encodeAnswer(ping, null) });
    assert.equal(await pinged.answered, null);
    assert.equal(connection.inFlight, 0);
    await end();
  });

  it("is lost when the server says nothing any more, which has said that it would", async () => {
    const { server, reason } = await open(20);
    assert.equal((await server.any())?.kind, "alive");
    const lost = await reason;
    assert.match(String(lost), /nothing was heard/);
    assert.equal((lost as { code?: string }).code, "CONNECTION_LOST");
  });

  it("goes on for as long as the server gives a sign of life, and gives signs itself", async () => {
    const { connection, server, reason, end } = await open(20);
    const speaking = setInterval(() => server.send({ kind: "alive" }), 3);
    // Ten periods, of which three without a sign would be too many.
    for (let heard = 0; heard < 10; heard++) assert.equal((await server.any())?.kind, "alive");
    assert.ok(connection.isOpen);
    clearInterval(speaking);
    await end();
    assert.equal(await reason, undefined);
  });
});
