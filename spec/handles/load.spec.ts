import assert from "node:assert/strict";
import { EngineHandle } from "../../lib/handles/engine-handle.js";
import { AhnlichError } from "../../lib/model/errors.js";
import type { Query } from "../../lib/model/query.js";
import { RecordingExecutor } from "../support/recording-executor.js";
import { rejects } from "../support/rejects.js";

function openStore(answer: (query: Query, call: number) => unknown = respond) {
  const executor = new RecordingExecutor(answer);
  return { executor, store: new EngineHandle(executor).store("s") };
}

function respond(query: Query, call: number) {
  assert.equal(query.kind, "set");
  return { inserted: query.entries.length, updated: 1, version: 10 + call };
}

function entries(count: number) {
  return Array.from({ length: count }, (_, at) => ({ id: `${at}`, vector: [at] }));
}

const sizes = (executor: RecordingExecutor) =>
  executor.queries.map((query) => (query.kind === "set" ? query.entries.length : -1));

/** Answers that the spec gives when it likes. */
function held() {
  const answers: ((value: unknown) => void)[] = [];
  const answer = () => new Promise((resolve) => answers.push(resolve));
  return { answers, answer };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("load", () => {
  it("sets everything in batches of 1,000 and adds the answers up", async () => {
    const { executor, store } = openStore();
    const done: number[] = [];
    const sum = await store.load(entries(2_500), { onProgress: (count) => done.push(count) });
    assert.deepEqual(sizes(executor), [1_000, 1_000, 500]);
    assert.deepEqual(sum, { inserted: 2_500, updated: 3, version: 13 });
    assert.deepEqual(done, [1_000, 2_000, 2_500]);
  });

  it("takes generators and async generators, and batches of another size", async () => {
    const { executor, store } = openStore();
    await store.load(entries(5).values(), { batch: 2 });
    async function* slow() {
      for (const entry of entries(3)) {
        await turn();
        yield entry;
      }
    }
    await store.load(slow(), { batch: 3 });
    assert.deepEqual(sizes(executor), [2, 2, 1, 3]);
  });

  it("asks once with nothing to set, so that a missing store is told", async () => {
    const { executor, store } = openStore((query) => {
      assert.equal(query.kind, "set");
      return { inserted: 0, updated: 0, version: 0 };
    });
    const done: number[] = [];
    const sum = await store.load([], { onProgress: (count) => done.push(count) });
    assert.deepEqual(sum, { inserted: 0, updated: 0, version: 0 });
    assert.deepEqual(sizes(executor), [0]);
    assert.deepEqual(done, []);
  });

  it("cuts batches of long vectors by their bytes", async () => {
    const { executor, store } = openStore();
    const vector = new Float32Array(4_096);
    await store.load(Array.from({ length: 600 }, (_, at) => ({ id: `${at}`, vector })));
    assert.deepEqual(sizes(executor), [256, 256, 88]);
  });

  it("keeps six sets in flight, no more", async () => {
    const { answers, answer } = held();
    const { executor, store } = openStore(answer);
    const loading = store.load(entries(8), { batch: 1 });
    await turn();
    assert.equal(executor.calls.length, 6);
    answers[1]({ inserted: 1, updated: 0, version: 2 });
    await turn();
    assert.equal(executor.calls.length, 7);
    answers[0]({ inserted: 1, updated: 0, version: 1 });
    await turn();
    for (let at = 2; at < 8; at++) answers[at]({ inserted: 1, updated: 0, version: 1 });
    assert.deepEqual(await loading, { inserted: 8, updated: 0, version: 2 });
  });

  it("sets the later of two entries of one id later, with an id or by content", async () => {
    for (const twice of [
      [
        { id: "a", vector: [1] },
        { id: "a", vector: [2] },
      ],
      [{ vector: [0.1, 0] }, { vector: new Float32Array([0.1, -0]) }],
    ]) {
      const { answers, answer } = held();
      const { executor, store } = openStore(answer);
      const loading = store.load(twice, { batch: 1 });
      await turn();
      assert.equal(executor.calls.length, 1);
      answers[0]({ inserted: 1, updated: 0, version: 1 });
      await turn();
      assert.equal(executor.calls.length, 2);
      answers[1]({ inserted: 0, updated: 1, version: 2 });
      assert.deepEqual(await loading, { inserted: 1, updated: 1, version: 2 });
    }
  });

  it("stops at the first failure and throws it when what is in flight has settled", async () => {
    const { answers, answer } = held();
    const full = new AhnlichError("DISK_FULL", "no space");
    const { executor, store } = openStore((_, call) => {
      if (call === 2) throw full;
      return answer();
    });
    let left = false;
    function* source() {
      try {
        yield* entries(10);
      } finally {
        left = true;
      }
    }
    let settled = false;
    const loading = store.load(source(), { batch: 1 }).finally(() => {
      settled = true;
    });
    loading.catch(() => {});
    await turn();
    assert.equal(settled, false);
    answers[0]({ inserted: 1, updated: 0, version: 1 });
    assert.equal(await rejects(loading, "DISK_FULL"), full);
    assert.equal(executor.calls.length, 2);
    assert.equal(left, true);
  });

  it("throws what its source throws, after what is in flight has settled", async () => {
    const { executor, store } = openStore();
    function* failing() {
      yield* entries(3);
      throw new Error("from the source");
    }
    await assert.rejects(store.load(failing(), { batch: 1 }), /from the source/);
    assert.equal(executor.calls.length, 3);
  });

  it("throws what onProgress throws", async () => {
    const { store } = openStore();
    const onProgress = () => {
      throw new Error("from onProgress");
    };
    await assert.rejects(store.load(entries(3), { batch: 1, onProgress }), /from onProgress/);
  });

  it("is ABORTED when nothing was set, even while its source hangs", async () => {
    const { executor, store } = openStore();
    const controller = new AbortController();
    async function* hanging(): AsyncGenerator<{ vector: number[] }> {
      await new Promise(() => {});
      yield { vector: [1] };
    }
    const loading = store.load(hanging(), { signal: controller.signal });
    await turn();
    controller.abort();
    const error = await rejects(loading, "ABORTED");
    assert.equal(error.name, "AbortError");
    assert.equal(executor.calls.length, 0);
    await rejects(store.load(entries(1), { signal: controller.signal }), "ABORTED");
  });

  it("is OUTCOME_UNKNOWN when aborted between batches, and says how many were set", async () => {
    const { store } = openStore();
    const controller = new AbortController();
    const onProgress = (done: number) => {
      if (done === 2) controller.abort();
    };
    const loading = store.load(entries(10), { batch: 1, onProgress, signal: controller.signal });
    const error = await rejects(loading, "OUTCOME_UNKNOWN");
    assert.ok(Number(error.details.done) >= 2);
  });

  it("is TIMEOUT when the deadline passes before anything was set", async () => {
    const { store } = openStore();
    async function* hanging(): AsyncGenerator<{ vector: number[] }> {
      await new Promise(() => {});
      yield { vector: [1] };
    }
    await rejects(store.load(hanging(), { timeoutMs: 5 }), "TIMEOUT");
  });

  it("hands what is left of the deadline to each set", async () => {
    const { executor, store } = openStore();
    await store.load(entries(3), { batch: 1, timeoutMs: 60_000 });
    for (const { options } of executor.calls) {
      assert.ok(options?.timeoutMs !== undefined && options.timeoutMs <= 60_000);
    }
  });

  it("refuses options and sources that are none", async () => {
    const { executor, store } = openStore();
    for (const batch of [0, 1.5, 1_000_001, "3" as never]) {
      await rejects(store.load(entries(1), { batch }), "INVALID_ARGUMENT");
    }
    await rejects(store.load(entries(1), { mode: "insert" } as object), "INVALID_ARGUMENT");
    await rejects(store.load(entries(1), { onProgress: 3 as never }), "INVALID_ARGUMENT");
    await rejects(store.load(3 as never), "INVALID_ARGUMENT");
    await rejects(store.load({ vector: [1] } as never), "INVALID_ARGUMENT");
    assert.equal(executor.calls.length, 0);
  });
});
