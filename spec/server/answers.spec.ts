import assert from "node:assert/strict";
import { connect } from "../../lib/client.js";
import { open } from "../../lib/index.js";
import { listen } from "../../lib/server.js";
import { RawPeer } from "../support/raw-peer.js";
import { rejects } from "../support/rejects.js";
import { Serving } from "../support/serving.js";

describe("The answers of a server", () => {
  const dimension = 246;
  const answerBytesMax = 40 + 4 * dimension;
  const include = { vector: true, metadata: false };
  const vector = Array.from({ length: dimension }, (_, i) => i);

  it("are bounded in what they are made of, each by itself, to the byte", async () => {
    await using engine = await open();
    await using server = await listen(engine, { port: 0, limits: { answerBytesMax } });
    await using client = await connect(server.url);
    const exact = await client.createStore("exact", { dimension });
    await exact.set([
      { id: "a", vector },
      { id: "b", vector },
    ]);
    const larger = await client.createStore("larger", { dimension: dimension + 1 });
    await larger.set({ id: "a", vector: [...vector, 1] });
    assert.equal((await exact.get("a", { include }))?.id, "a");
    assert.equal((await exact.get("b", { include }))?.id, "b");
    assert.equal((await exact.search(vector, { include, limit: 1 })).length, 1);
    const sentence = /would take more than 1024 bytes/;
    await rejects(larger.get("a", { include }), "LIMIT_EXCEEDED", sentence);
    await rejects(exact.get(["a", "a"], { include }), "LIMIT_EXCEEDED", sentence);
    await rejects(exact.find({ include, limit: 2 }), "LIMIT_EXCEEDED", sentence);
    await rejects(exact.search(vector, { include, limit: 2 }), "LIMIT_EXCEEDED", sentence);
    const targets = [vector, vector];
    await rejects(exact.searchMany(targets, { include, limit: 1 }), "LIMIT_EXCEEDED", sentence);
    // What runs in the program itself is bounded by its own memory.
    assert.equal((await engine.store("exact").get(["a", "b"], { include })).length, 2);
  });

  it("count metadata for four times as much as is stored of them", async () => {
    await using engine = await open();
    await using server = await listen(engine, { port: 0, limits: { answerBytesMax: 4_096 } });
    await using client = await connect(server.url);
    const store = await client.createStore("s", { dimension: 1 });
    await store.set([
      { id: "small", vector: [1], metadata: { text: "x".repeat(900) } },
      { id: "large", vector: [2], metadata: { text: "x".repeat(1_100) } },
    ]);
    assert.equal((await store.get("small"))?.id, "small");
    await rejects(store.get("large"), "LIMIT_EXCEEDED");
    await rejects(store.search([2], { limit: 1 }), "LIMIT_EXCEEDED");
  });

  it("are bounded where they tell of many stores or changes", async () => {
    await using engine = await open();
    await using server = await listen(engine, { port: 0, limits: { answerBytesMax: 2_048 } });
    await using client = await connect(server.url);
    const store = await client.createStore("s", { dimension: 1 });
    const changes = { kind: "changes", store: "s" } as const;
    const { next: since } = await client.execute(changes);
    await store.set(Array.from({ length: 50 }, (_, i) => ({ id: `e${i}`, vector: [i + 1] })));
    const { changes: few } = await client.execute({ ...changes, since, limit: 5 });
    assert.equal(few.length, 5);
    await rejects(client.execute({ ...changes, since, limit: 50 }), "LIMIT_EXCEEDED");
    assert.equal((await client.execute({ kind: "listStores" })).length, 1);
    for (let i = 0; i < 20; i++) await client.createStore(`n/s${i}`, { dimension: 1 });
    await rejects(client.execute({ kind: "listStores" }), "LIMIT_EXCEEDED");
    assert.equal((await client.execute({ kind: "listStores", namespace: "m" })).length, 0);
  });

  it("are bounded for a pipeline as a whole, whose other members go on", async () => {
    await using engine = await open();
    await using server = await listen(engine, { port: 0, limits: { answerBytesMax } });
    await using client = await connect(server.url);
    await (await client.createStore("s", { dimension })).set({ id: "a", vector });
    const get = { kind: "get", store: "s", keys: ["a"], include } as const;
    const count = { kind: "count", store: "s" } as const;
    const queries = [get, get, count];
    for (const idempotencyKey of [undefined, "k"]) {
      const outcomes = await client.execute({ kind: "pipeline", queries }, { idempotencyKey });
      assert.deepEqual(
        outcomes.map((outcome) => (outcome.ok ? "ok" : Object(outcome.error).code)),
        ["ok", "LIMIT_EXCEEDED", "ok"],
      );
    }
  });

  it("are not made for who does not take the former ones, even where they are soon made", async () => {
    const serving = new Serving();
    try {
      const { executor } = serving.engine;
      executor.holding.add("get");
      const limits = { queuedBytesMax: 1_000_000, scansAtOnceMax: 2 };
      const server = await serving.listenInMemory({ limits });
      const peer = await RawPeer.connect(await serving.dial(server));
      const keys = Array.from({ length: 5 }, (_, i) => `e${i}`);
      for (let id = 1; id <= 100; id++) peer.request(id, { kind: "get", store: "s", keys });
      const bytes = new Uint8Array(300_000);
      await serving.engine.held(1);
      for (let answered = 0; answered < executor.queries.length; answered++) {
        const held = await serving.engine.held(answered + 1);
        held[answered].answer([{ id: "e0", version: 1, metadata: { bytes } }]);
        for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
      }
      // As many as are above the bound with the last, those that had begun, and what the transport takes.
      const begun = executor.queries.length;
      assert(begun >= 4 && begun <= 9, `${begun} had begun`);
      for (let read = 0; read < 3; read++) await peer.next("response");
      await serving.engine.held(begun + 1);
    } finally {
      await serving.close();
    }
  });

  describe("that are long", () => {
    const count = 4_000;
    const metadata = { many: Array.from({ length: 200 }, (_, i) => i * 1_000) };
    const all = { kind: "find", store: "s", limit: count } as const;

    /** With a store whose entries take a while to be encoded. */
    async function serving() {
      const engine = await open();
      const store = await engine.createStore("s", { dimension: 1 });
      await store.load(
        Array.from({ length: count }, (_, i) => ({ id: `${i}`, vector: [i], metadata })),
      );
      return { engine, server: await listen(engine, { port: 0 }) };
    }

    it("are encoded while others are answered", async () => {
      const { engine, server } = await serving();
      await using _engine = engine;
      await using client = await connect(server.url, { connections: 1 });
      const order: string[] = [];
      const whole = client.execute(all).then(({ entries }) => {
        order.push("all");
        return entries;
      });
      let pings = 0;
      while (order.length === 0) {
        await client.ping();
        if (order.length === 0) pings++;
      }
      const entries = await whole;
      assert.equal(entries.length, count);
      assert.deepEqual(entries[count - 1].metadata, metadata);
      assert(pings > 1, `${pings} pings meanwhile`);
    });

    it("are given up when their client is gone", async () => {
      const { engine, server } = await serving();
      await using _engine = engine;
      for (let round = 0; round < 5; round++) {
        const client = await connect(server.url, { connections: 1 });
        const whole = client.execute(all);
        whole.catch(() => {});
        for (let i = 0; i < round; i++) await client.ping();
        await client.close({ timeoutMs: 1 });
        await rejects(whole, "CLOSED");
      }
      await using client = await connect(server.url);
      assert.equal((await client.execute(all)).entries.length, count);
      assert.equal((await engine.clients()).length, 1);
    });
  });
});
