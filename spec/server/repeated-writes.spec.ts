import assert from "node:assert/strict";
import { connect } from "../../lib/client.js";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import type { WriteNumber } from "../../lib/model/write-identity.js";
import { MemoryPersistence } from "../../lib/persistence/memory.js";
import { Clock, Persistence, provide } from "../../lib/ports.js";
import { decodeAnswer } from "../../lib/protocol/answer-codec.js";
import { encodeQuery } from "../../lib/protocol/query-codec.js";
import { listen, type Server } from "../../lib/server.js";
import { MemoryListener } from "../../lib/transport/memory.js";
import { RawPeer } from "../support/raw-peer.js";
import { SharingProcess } from "../support/sharing-process.js";
import { TemporaryFolder } from "../support/temporary-folder.js";
import { writeUsers } from "../support/users.js";

describe("the writes that a client numbers", () => {
  let persistence: MemoryPersistence;
  let listener: MemoryListener;
  let engine: EmbeddedEngine;
  let server: Server;
  let now = 0;

  beforeEach(async () => {
    now = 1_000_000;
    persistence = new MemoryPersistence();
    const provided = [provide(Persistence, persistence), provide(Clock, { now: () => now })];
    engine = await open({ threads: 0, provide: provided });
    await engine.createStore("s", { dimension: 1 });
    listener = new MemoryListener();
    server = await listen(engine, { listener });
  });

  afterEach(async () => {
    await server.close({ timeoutMs: 0 });
    await engine.close();
  });

  const client = async (clientId: string) => RawPeer.connect(await listener.dial(), { clientId });

  /** Inserts an entry under a number; what the server answers, or the code of its refusal. */
  async function insert(peer: RawPeer, id: string, write: WriteNumber): Promise<unknown> {
    const entries = [{ id, vector: [1] }];
    const query = encodeQuery({ kind: "set", store: "s", mode: "insert", entries });
    peer.send({ kind: "request", id: 1, query, write });
    const answer = await peer.any();
    if (answer?.kind === "response") return decodeAnswer("set", answer.answer);
    return answer?.kind === "failure" ? answer.error.code : answer;
  }

  function rowsKept(): number {
    const snapshot = persistence.snapshot();
    const rows = [...snapshot.range("results", Uint8Array.of(0), Uint8Array.of(9))].length;
    snapshot.release();
    return rows;
  }

  it("are answered again on another connection of the client, and are no other client's", async () => {
    const first = await client("one");
    const again = await client("one");
    const other = await client("two");
    const answer = await insert(first, "a", { number: 1, settled: 1 });
    assert.deepEqual(await insert(again, "a", { number: 1, settled: 1 }), answer);
    assert.equal(await insert(other, "a", { number: 1, settled: 1 }), "ENTRY_EXISTS");
    assert.equal(await insert(again, "b", { number: 1, settled: 1 }), "INVALID_ARGUMENT");
    assert.equal(await engine.store("s").count(), 1);
  });

  it("are forgotten once the client has their answers", async () => {
    const peer = await client("one");
    for (let number = 1; number <= 30; number++) {
      await insert(peer, `${number}`, { number, settled: number > 20 ? number : 1 });
    }
    const rowsOfScope = 1;
    assert.equal(rowsKept(), 2 + rowsOfScope);
    assert.equal(await insert(peer, "12", { number: 12, settled: 30 }), "ENTRY_EXISTS");
  });

  it("do not take the place of keys that callers choose", async () => {
    const peer = await client("one");
    const idempotencyKey = "1";
    await engine.store("s").set({ id: "a", vector: [1] }, { idempotencyKey, mode: "insert" });
    for (let number = 1; number <= 30; number++) {
      await insert(peer, `${number}`, { number, settled: number });
    }
    const entry = { id: "a", vector: [1] };
    const again = engine.store("s").set(entry, { idempotencyKey, mode: "insert" });
    assert.equal((await again).inserted, 1);
  });
});

describe("the keys that users choose", () => {
  const folder = new TemporaryFolder();
  const users = folder.at("users.json");
  const idempotencyKey = "order 1";
  const as = (user: string) => ({ user, password: "secret" });

  before(() => {
    const rights = { "*": "admin" } as const;
    writeUsers(users, {
      ada: { password: "secret", rights },
      bea: { password: "secret", rights },
    });
  });
  after(() => folder.remove());

  it("are each one's own, over all of their clients", async () => {
    await using engine = await open({ threads: 0 });
    await using server = await listen(engine, { port: 0, users });
    await using ada = await connect(server.url, as("ada"));
    await using again = await connect(server.url, as("ada"));
    await using bea = await connect(server.url, as("bea"));
    const store = await ada.createStore("s", { dimension: 1 });
    const first = await store.set({ id: "a", vector: [1] }, { idempotencyKey });
    assert.deepEqual(
      await again.store("s").set({ id: "a", vector: [1] }, { idempotencyKey }),
      first,
    );
    const another = await bea.store("s").set({ id: "b", vector: [2] }, { idempotencyKey });
    assert.equal(another.inserted, 1);
    const embedded = await engine.store("s").set({ id: "c", vector: [3] }, { idempotencyKey });
    assert.equal(embedded.inserted, 1);
    await assert.rejects(store.set({ id: "d", vector: [4] }, { idempotencyKey }), {
      code: "INVALID_ARGUMENT",
    });
  });

  it("stay each one's own where the server's process has joined the folder of another", async () => {
    const path = folder.at("shared");
    const owner = new SharingProcess();
    await owner.open({ path, shared: true, threads: 0 });
    await using joined = await open(path, { shared: true, threads: 0 });
    await using server = await listen(joined, { port: 0, users });
    await using ada = await connect(server.url, as("ada"));
    await using bea = await connect(server.url, as("bea"));
    await ada.createStore("s", { dimension: 1 });
    for (const key of ["order 1", "k".repeat(256)]) {
      const write = (client: typeof ada, id: string) =>
        client.store("s").set({ id, vector: [1] }, { idempotencyKey: key, mode: "insert" });
      const first = await write(ada, `a ${key}`);
      assert.deepEqual(await write(ada, `a ${key}`), first);
      assert.equal((await write(bea, `b ${key}`)).inserted, 1);
    }
    await owner.kill();
  });
});
