import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { EngineHandle } from "../../lib/handles/engine-handle.js";
import { AhnlichError } from "../../lib/model/errors.js";
import type { Query } from "../../lib/model/query.js";
import { RecordingExecutor } from "../support/recording-executor.js";
import { rejects } from "../support/rejects.js";

type Changes = { changes: { id: string }[]; next: string };

/** A store whose queries are answered with these, or fail with these, one after the other. */
function openStore(...answers: (Changes | AhnlichError | Promise<never>)[]) {
  const executor = new RecordingExecutor((_: Query, call: number) => {
    const answer = answers[call - 1];
    if (answer instanceof AhnlichError) throw answer;
    return answer;
  });
  return { executor, store: new EngineHandle(executor).store("s") };
}

const page = (next: string, ...ids: string[]): Changes => ({
  changes: ids.map((id) => ({ id })),
  next,
});
const never = () => new Promise<never>(() => {});

describe("watching a store", () => {
  it("asks for nothing before the first step, and then for what comes behind", async () => {
    const { executor, store } = openStore(page("1"), page("2"), page("3", "a", "b"), never());
    const watch = store.watch({ where: { n: 1 } });
    assert.equal(executor.calls.length, 0);
    assert.equal((await watch.next()).value?.id, "a");
    assert.equal((await watch.next()).value?.id, "b");
    assert.equal(executor.calls.length, 3);
    void watch.next();
    await new Promise(setImmediate);
    const asked = { kind: "changes", store: "s", where: { n: 1 } };
    const waitMs = 30_000;
    assert.deepEqual(executor.queries, [
      asked,
      ...["1", "2", "3"].map((since) => ({ ...asked, since, waitMs })),
    ]);
  });

  it("waits for half of what a call may take", async () => {
    const { executor, store } = openStore(page("1", "a"));
    await store.watch({ since: "0", timeoutMs: 5_000 }).next();
    const [{ query, options }] = executor.calls;
    assert.deepEqual(query, { kind: "changes", store: "s", since: "0", waitMs: 2_500 });
    assert.equal(options?.timeoutMs, 5_000);
  });

  it("asks again when the connection is lost or the server has too much to do", async () => {
    const passing = (["CONNECTION_LOST", "SHUTTING_DOWN", "BUSY"] as const).map(
      (code) => new AhnlichError(code, "in passing"),
    );
    const { executor, store } = openStore(...passing, page("1", "a"));
    assert.equal((await store.watch({ since: "0" }).next()).value?.id, "a");
    assert.equal(new Set(executor.queries.map((query) => JSON.stringify(query))).size, 1);
    assert.equal(executor.calls.length, 4);
  });

  it("throws what does not pass, and is over then", async () => {
    for (const code of ["HISTORY_LOST", "STORE_NOT_FOUND", "CLOSED", "TIMEOUT"] as const) {
      const { executor, store } = openStore(new AhnlichError(code, "for good"));
      const watch = store.watch({ since: "0" });
      await rejects(watch.next(), code);
      assert.equal((await watch.next()).done, true);
      assert.equal(executor.calls.length, 1);
    }
  });

  it("ends at once when it is left while it waits", async () => {
    const executor = new RecordingExecutor();
    executor.execute = (_, options) =>
      new Promise((_resolve, reject) => {
        const giveUp = () => reject(new AhnlichError("ABORTED", "given up"));
        options?.signal?.addEventListener("abort", giveUp);
      });
    const controller = new AbortController();
    const { signal } = controller;
    const watch = new EngineHandle(executor).store("s").watch({ since: "0", signal });
    const waiting = watch.next();
    await watch.return?.();
    assert.deepEqual(await waiting, { done: true, value: undefined });
    assert.deepEqual(await watch.next(), { done: true, value: undefined });
    assert.ok(getEventListeners(signal, "abort").length <= 1);
  });

  it("takes no limit, waiting time or data that cannot be copied", async () => {
    const { executor, store } = openStore();
    for (const wrong of [
      { limit: 5 },
      { waitMs: 5 },
      { where: { a: () => 1 } },
      { timeoutMs: 0 },
    ]) {
      await rejects(store.watch(wrong as object).next(), "INVALID_ARGUMENT");
    }
    assert.equal(executor.calls.length, 0);
  });
});
