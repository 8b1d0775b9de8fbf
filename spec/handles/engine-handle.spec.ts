import assert from "node:assert/strict";
import { EngineHandle } from "../../lib/handles/engine-handle.js";
import type { Query } from "../../lib/model/query.js";
import { RecordingExecutor } from "../support/recording-executor.js";
import { rejects } from "../support/rejects.js";

describe("EngineHandle", () => {
  it("makes one query of each method, its own fields beside the caller's", async () => {
    const executor = new RecordingExecutor();
    const engine = new EngineHandle(executor);
    await engine.createStore("a", { dimension: 3, metric: "dot", ifNotExists: undefined });
    await engine.dropStore("a", { ifExists: true });
    await engine.alterStore("s", { ttlMs: null });
    await engine.renameStore("s", "t", { replace: true });
    await engine.dropNamespace("n");
    await engine.listStores({ namespace: "n" });
    await engine.listStores();
    await engine.info();
    await engine.clients();
    await engine.pipeline([{ kind: "ping" }]);
    await engine.explain({ kind: "count", store: "s" });
    assert.deepEqual(executor.queries, [
      { kind: "createStore", store: "a", dimension: 3, metric: "dot" },
      { kind: "dropStore", store: "a", ifExists: true },
      { kind: "alterStore", store: "s", ttlMs: null },
      { kind: "renameStore", store: "s", to: "t", replace: true },
      { kind: "dropNamespace", namespace: "n" },
      { kind: "listStores", namespace: "n" },
      { kind: "listStores" },
      { kind: "info" },
      { kind: "clients" },
      { kind: "pipeline", queries: [{ kind: "ping" }] },
      { kind: "explain", query: { kind: "count", store: "s" } },
    ]);
  });

  it("keeps signal and timeout out of the query", async () => {
    const executor = new RecordingExecutor();
    const { signal } = new AbortController();
    await new EngineHandle(executor).dropStore("a", { ifExists: true, signal, timeoutMs: 5 });
    assert.deepEqual(executor.queries, [{ kind: "dropStore", store: "a", ifExists: true }]);
    assert.equal(executor.calls[0].options?.signal, signal);
    assert.equal(executor.calls[0].options?.timeoutMs, 5);
  });

  it("passes an option it does not know on, for the query's check to refuse", async () => {
    const executor = new RecordingExecutor();
    await new EngineHandle(executor).info({ colour: "red" } as object);
    assert.deepEqual(executor.queries, [{ kind: "info", colour: "red" }]);
  });

  it("refuses an option that would say again what the method says", async () => {
    const executor = new RecordingExecutor();
    const engine = new EngineHandle(executor);
    await rejects(engine.info({ kind: "shutdown" } as object), "INVALID_ARGUMENT");
    await rejects(engine.dropStore("a", { store: "b" } as object), "INVALID_ARGUMENT");
    await rejects(engine.info(JSON.parse('{"__proto__":{"a":1}}')), "INVALID_ARGUMENT");
    assert.equal(executor.calls.length, 0);
  });

  it("refuses signals and timeouts that are none, and options that are no object", async () => {
    const engine = new EngineHandle(new RecordingExecutor());
    for (const timeoutMs of [0, -1, Number.NaN, 2 ** 31, "5" as never]) {
      await rejects(engine.ping({ timeoutMs }), "INVALID_ARGUMENT");
      await rejects(engine.execute({ kind: "ping" }, { timeoutMs }), "INVALID_ARGUMENT");
    }
    await rejects(engine.ping({ signal: {} as AbortSignal }), "INVALID_ARGUMENT");
    for (const options of [null, 3, "x", []]) {
      await rejects(engine.ping(options as object), "INVALID_ARGUMENT");
    }
    await rejects(engine.execute({ kind: "ping" }, { timeout: 5 } as object), "INVALID_ARGUMENT");
    await rejects(engine.close({ timeoutMs: -1 }), "INVALID_ARGUMENT");
    await rejects(engine.close({ force: true } as object), "INVALID_ARGUMENT");
  });

  it("takes the longest timeout that a timer can hold", async () => {
    const executor = new RecordingExecutor();
    await new EngineHandle(executor).ping({ timeoutMs: 2 ** 31 - 1 });
    assert.equal(executor.calls[0].options?.timeoutMs, 2 ** 31 - 1);
  });

  it("hands execute's query on as it is", async () => {
    const executor = new RecordingExecutor(() => 7);
    const asked: Query = { kind: "count", store: "a", where: { a: 1 } };
    assert.equal(await new EngineHandle(executor).execute(asked), 7);
    assert.equal(executor.queries[0], asked);
  });

  it("never throws at once, even where the executor does", async () => {
    const engine = new EngineHandle({
      execute: () => {
        throw new Error("at once");
      },
      close: () => {
        throw new Error("at once");
      },
      closed: Promise.resolve(undefined),
    });
    await assert.rejects(engine.ping(), /at once/);
    await assert.rejects(engine.execute({ kind: "ping" }), /at once/);
    await assert.rejects(engine.close(), /at once/);
  });

  it("answers a ping with the milliseconds it took", async () => {
    const took = await new EngineHandle(new RecordingExecutor()).ping();
    assert.ok(took >= 0 && Number.isFinite(took));
  });

  it("gives a handle without asking anything, whatever the name", () => {
    const executor = new RecordingExecutor();
    assert.equal(new EngineHandle(executor).store("no / name").name, "no / name");
    assert.equal(executor.calls.length, 0);
  });

  it("gives the handle of the store it made", async () => {
    const engine = new EngineHandle(new RecordingExecutor());
    assert.equal((await engine.createStore("a", { dimension: 2 })).name, "a");
  });

  it("closes the executor, by await using too", async () => {
    const executor = new RecordingExecutor();
    {
      await using engine = new EngineHandle(executor);
      await engine.close({ timeoutMs: 0 });
    }
    assert.deepEqual(executor.closes, [{ timeoutMs: 0 }, {}]);
  });
});
