import assert from "node:assert/strict";
import { LateCallOptions } from "../../lib/handles/late-call-options.js";
import { open } from "../../lib/index.js";
import type { Query } from "../../lib/model/query.js";
import { standardLimits } from "../../lib/server/server-limits.js";
import { Turns } from "../../lib/server/turns.js";

const owner = { takesAnswers: true };
const many = Array.from({ length: 201 }, (_, i) => `e${i}`);
const asQuery = (query: object) => query as Query;

/** Queries that take turns, and beside them ones that do not. */
const waits: readonly [boolean, Query][] = [
  [true, asQuery({ kind: "search", store: "s", target: [1] })],
  [true, asQuery({ kind: "searchMany", store: "s", targets: [[1]], where: {} })],
  [true, asQuery({ kind: "find", store: "s" })],
  [true, asQuery({ kind: "get", store: "s", keys: many })],
  [true, asQuery({ kind: "get", store: "s", keys: many.slice(0, 5) })],
  [false, asQuery({ kind: "get", store: "s", keys: many.slice(0, 4) })],
  [true, asQuery({ kind: "listStores" })],
  [true, asQuery({ kind: "changes", store: "s", since: "x", limit: 201 })],
  [false, asQuery({ kind: "changes", store: "s", since: "x", limit: 201, waitMs: 9 })],
  [false, asQuery({ kind: "changes", store: "s" })],
  [true, asQuery({ kind: "set", store: "s", entries: many })],
  [false, asQuery({ kind: "set", store: "s", entries: ["a"] })],
  [true, asQuery({ kind: "delete", store: "s", target: { all: true } })],
  [false, asQuery({ kind: "delete", store: "s", target: "a" })],
  [true, asQuery({ kind: "update", store: "s", target: many, patch: {} })],
  [true, asQuery({ kind: "transaction", writes: [] })],
  [false, asQuery({ kind: "ping" })],
  [false, asQuery({ kind: "pipeline", queries: 7 })],
];

/** Whether a second of them waits for the first, which never ends. */
async function waitsForItsLike(query: Query): Promise<boolean> {
  const turns = new Turns({
    ...standardLimits,
    ...{ searchesAtOnceMax: 1, scansAtOnceMax: 1, largeWritesAtOnceMax: 1 },
  });
  let begun = 0;
  const work = () => {
    begun += 1;
    return new Promise<never>(() => {});
  };
  for (let i = 0; i < 2; i++) void turns.run(owner, query, {}, work);
  await new Promise((resolve) => setImmediate(resolve));
  return begun === 1;
}

describe("turns", () => {
  it("are taken with what may be long, and with nothing else", async () => {
    for (const [expected, query] of waits) {
      assert.equal(await waitsForItsLike(query), expected, JSON.stringify(query).slice(0, 80));
    }
  });

  it("are taken by the members of a pipeline as by what stands alone", async () => {
    const turns = new Turns(standardLimits);
    const options = new LateCallOptions(undefined);
    const queries = [...waits.map(([, query]) => query), 7 as never];
    await turns.run(owner, { kind: "pipeline", queries }, options, async () => null);
    const found = queries.map((_, place) => options.turnOf?.(place) !== undefined);
    assert.deepEqual(found, [...waits.map(([expected]) => expected), false]);
  });

  it("keep a large write's key, and what is left of its time", async () => {
    const turns = new Turns({ ...standardLimits, largeWritesAtOnceMax: 1 });
    const query = asQuery({ kind: "set", store: "s", entries: many });
    let finish: (answer: unknown) => void = () => {};
    const first = new Promise((resolve) => {
      finish = resolve;
    });
    void turns.run(owner, query, {}, () => first);
    const options = new LateCallOptions(60_000, { scope: "", key: "k" });
    const given = turns.run(owner, query, options, async (later) => later);
    finish(null);
    const later = (await given) as LateCallOptions;
    assert.equal(later.identity?.key, "k");
    assert.ok(Number(later.timeoutMs) <= 60_000 && Number(later.timeoutMs) > 0);
  });
});

describe("the members of a pipeline", () => {
  it("begin in their turns, in their order, and fail alone where theirs does not come", async () => {
    await using engine = await open({ threads: 0 });
    await engine.createStore("s", { dimension: 1 });
    const options = new LateCallOptions(undefined);
    const said: string[] = [];
    options.turnOf = (place) => {
      if (place === 3) return async () => Promise.reject(new Error("no turn"));
      if (place !== 1) return undefined;
      return async (work) => {
        said.push(`asked with ${await engine.store("s").count()}`);
        const answer = await work();
        said.push("answered");
        return answer;
      };
    };
    const set = (id: string) => ({ kind: "set", store: "s", entries: [{ id, vector: [1] }] });
    const count = { kind: "count", store: "s" };
    const queries = [set("a"), count, set("b"), count, count].map(asQuery);
    const outcomes = (await engine.execute({ kind: "pipeline", queries }, options)) as {
      ok: boolean;
      response?: unknown;
    }[];
    assert.deepEqual(said, ["asked with 1", "answered"]);
    assert.deepEqual(
      outcomes.map(({ ok, response }) => [ok, typeof response === "number" ? response : ""]),
      [
        [true, ""],
        [true, 1],
        [true, ""],
        [false, ""],
        [true, 2],
      ],
    );
  });
});
