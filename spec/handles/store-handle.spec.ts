import assert from "node:assert/strict";
import { EngineHandle } from "../../lib/handles/engine-handle.js";
import type { Query } from "../../lib/model/query.js";
import { RecordingExecutor } from "../support/recording-executor.js";
import { rejects } from "../support/rejects.js";

function openStore(answer?: (query: Query, call: number) => unknown) {
  const executor = new RecordingExecutor(answer);
  return { executor, store: new EngineHandle(executor).store("s") };
}

describe("StoreHandle", () => {
  it("makes one query of each method", async () => {
    const { executor, store } = openStore((query) => (query.kind === "get" ? ["found"] : null));
    await store.set({ vector: [1] }, { mode: "insert" });
    await store.set([{ vector: [1] }, { vector: [2] }]);
    assert.equal(await store.get("a", { include: { vector: true } }), "found");
    assert.deepEqual(await store.get(["a", [1, 2]]), ["found"]);
    await store.delete("a");
    await store.delete(["a", [1]]);
    await store.delete({ all: true });
    await store.find({ limit: 3, cursor: "c" });
    await store.count({ where: { a: 1 } });
    await store.facets("a", { where: { b: 2 }, limit: undefined });
    await store.search([1, 2], { limit: 2, recall: 1, metric: undefined });
    await store.searchMany([[1, 2]], { limit: 1 });
    await store.measureRecall({ samples: 5, limit: undefined });
    await store.info();
    assert.deepEqual(executor.queries, [
      { kind: "set", store: "s", entries: [{ vector: [1] }], mode: "insert" },
      { kind: "set", store: "s", entries: [{ vector: [1] }, { vector: [2] }] },
      { kind: "get", store: "s", keys: ["a"], include: { vector: true } },
      { kind: "get", store: "s", keys: ["a", [1, 2]] },
      { kind: "delete", store: "s", target: "a" },
      { kind: "delete", store: "s", target: ["a", [1]] },
      { kind: "delete", store: "s", target: { all: true } },
      { kind: "find", store: "s", limit: 3, cursor: "c" },
      { kind: "count", store: "s", where: { a: 1 } },
      { kind: "facets", store: "s", field: "a", where: { b: 2 } },
      { kind: "search", store: "s", target: [1, 2], limit: 2, recall: 1 },
      { kind: "searchMany", store: "s", targets: [[1, 2]], limit: 1 },
      { kind: "measureRecall", store: "s", samples: 5 },
      { kind: "storeInfo", store: "s" },
    ]);
  });

  it("takes the entries of an iterable before set returns", () => {
    const { executor, store } = openStore();
    function* generate() {
      yield { id: "a", vector: [1] };
      yield { id: "b", vector: [2] };
    }
    void store.set(generate());
    const entries = [
      { id: "a", vector: [1] },
      { id: "b", vector: [2] },
    ];
    assert.deepEqual(executor.queries, [{ kind: "set", store: "s", entries }]);
  });

  it("rejects a set whose iterable throws, or does not end", async () => {
    const { executor, store } = openStore();
    function* failing(): Generator<{ vector: number[] }> {
      yield { vector: [1] };
      throw new Error("from the generator");
    }
    function* endless() {
      for (;;) yield { vector: [1] };
    }
    await assert.rejects(store.set(failing()), /from the generator/);
    await rejects(store.set(endless()), "LIMIT_EXCEEDED");
    assert.equal(executor.calls.length, 0);
  });

  it("refuses a list of numbers as keys, which might be one vector or a mistake", async () => {
    const { executor, store } = openStore();
    // @ts-expect-error a bare list of numbers is no list of keys
    await rejects(store.get([1, 2, 3]), "INVALID_ARGUMENT");
    // @ts-expect-error nor is a vector
    await rejects(store.get(new Float32Array(3)), "INVALID_ARGUMENT");
    // @ts-expect-error nor is a number
    await rejects(store.get(3), "INVALID_ARGUMENT");
    // @ts-expect-error the same for delete
    await rejects(store.delete([1, 2, 3]), "INVALID_ARGUMENT");
    await rejects(store.delete(new Float32Array(3) as never), "INVALID_ARGUMENT");
    assert.equal(executor.calls.length, 0);
  });

  it("takes an empty list of keys", async () => {
    const { store } = openStore(() => []);
    assert.deepEqual(await store.get([]), []);
  });
});

describe("StoreHandle iteration", () => {
  const pages: Record<string, { entries: { id: string }[]; cursor?: string }> = {
    "": { entries: [{ id: "a" }, { id: "b" }], cursor: "1" },
    "1": { entries: [], cursor: "2" },
    "2": { entries: [{ id: "c" }] },
  };
  const answer = (query: Query) => pages[(query.kind === "find" && query.cursor) || ""];
  const ids = async (iterable: AsyncIterable<{ id: string }>) => {
    const seen: string[] = [];
    for await (const { id } of iterable) seen.push(id);
    return seen;
  };

  it("goes on from page to page to the end, over empty pages too", async () => {
    const { executor, store } = openStore(answer);
    assert.deepEqual(await ids(store), ["a", "b", "c"]);
    assert.deepEqual(
      executor.queries.map((query) => query.kind === "find" && query.cursor),
      [undefined, "1", "2"],
    );
  });

  it("asks nothing before the first step and nothing after it was left", async () => {
    const { executor, store } = openStore(answer);
    const iterator = store.entries();
    assert.equal(executor.calls.length, 0);
    for await (const entry of iterator) {
      assert.equal(entry.id, "a");
      break;
    }
    assert.equal(executor.calls.length, 1);
    assert.deepEqual(await iterator.next(), { done: true, value: undefined });
    assert.equal(executor.calls.length, 1);
  });

  it("asks every page what was asked first, whatever becomes of the caller's objects", async () => {
    const { executor, store } = openStore(answer);
    const where = { year: { $gt: 3 } };
    const iterator = store.entries({ where, include: { vector: false } });
    where.year.$gt = 4;
    await ids(iterator);
    for (const query of executor.queries) {
      assert.deepEqual(query.kind === "find" && query.where, { year: { $gt: 3 } });
    }
  });

  it("rejects the first step, not the call, for a bad option", async () => {
    const { executor, store } = openStore(answer);
    for (const options of [{ limit: 3 }, { cursor: "c" }, { where: { f: () => 1 } }, null]) {
      const iterator = store.entries(options as object);
      await rejects(iterator.next(), "INVALID_ARGUMENT");
      assert.equal((await iterator.next()).done, true);
    }
    assert.equal(executor.calls.length, 0);
  });

  it("hands the signal to every page", async () => {
    const { executor, store } = openStore(answer);
    const { signal } = new AbortController();
    await ids(store.entries({ signal }));
    assert.equal(executor.calls.length, 3);
    for (const { options } of executor.calls) assert.equal(options?.signal, signal);
  });

  it("rejects the step whose page fails", async () => {
    const { store } = openStore((query, call) => {
      if (call === 2) throw new Error("the second page");
      return answer(query);
    });
    await assert.rejects(ids(store), /the second page/);
  });
});
