import assert from "node:assert/strict";
import type { Outcome } from "../../lib/model/answers.js";
import { AhnlichError } from "../../lib/model/errors.js";
import { query } from "../../lib/model/query.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function pipelineContract(reach: Reach): void {
  describe("pipeline", () => {
    const suite = duringSuite(reach);

    it("answers queries in order, each seeing the ones before", async () => {
      const store = suite.newName();
      const outcomes = await suite.engine.pipeline([
        { kind: "createStore", store, dimension: 1 },
        { kind: "count", store },
        { kind: "set", store, entries: [{ id: "a", vector: [1], metadata: { n: 1 } }] },
        { kind: "get", store, keys: ["a"] },
        { kind: "set", store, entries: [{ id: "a", vector: [2] }, { vector: [3] }] },
        { kind: "search", store, target: [2], metric: "euclidean", limit: 1 },
        { kind: "delete", store, target: "a" },
        { kind: "count", store },
        { kind: "dropStore", store },
      ]);
      const [made, none, set, got, , found, deleted, left, dropped] = outcomes.map((outcome) => {
        assert.ok(outcome.ok);
        return outcome.response;
      });
      assert.deepEqual([made, none, deleted, left, dropped], [true, 0, 1, 1, true]);
      assert.equal((set as { inserted: number }).inserted, 1);
      assert.deepEqual((got as { metadata: object }[])[0].metadata, { n: 1 });
      assert.deepEqual(found, [{ id: "a", distance: 0, metadata: {} }]);
    });

    it("lets a query that fails fail alone", async () => {
      const { name: store } = await suite.newStore({ dimension: 1 });
      const missing = suite.newName();
      const outcomes = await suite.engine.pipeline([
        query.set({ store, entries: [{ id: "a", vector: [1] }] }),
        query.set({ store: missing, entries: [{ vector: [1] }] }),
        query.set({ store, entries: [{ id: "b", vector: [1, 2] }] }),
        query.set({ store, entries: [{ id: "a", vector: [1] }], mode: "insert" }),
        query.count({ store, where: { $what: 1 } as never }),
        query.set({ store, entries: [{ id: "c", vector: [1] }] }),
        query.count({ store }),
      ]);
      assert.deepEqual(codesOf(outcomes), [
        "ok",
        "STORE_NOT_FOUND",
        "DIMENSION_MISMATCH",
        "ENTRY_EXISTS",
        "INVALID_ARGUMENT",
        "ok",
        "ok",
      ]);
      const [last] = outcomes.slice(-1);
      assert.deepEqual(last, { ok: true, response: 2 });
    });

    it("lets what is no query, or could not be sent as one, fail alone", async () => {
      const { name: store } = await suite.newStore({ dimension: 1 });
      const set = (metadata: object) => ({
        ...{ kind: "set", store, entries: [{ vector: [1], metadata }] },
      });
      const cyclic = { kind: "pipeline", queries: [] as unknown[] };
      cyclic.queries.push(cyclic);
      const wrong: unknown[] = [
        ...[set({ n: 1n }), set({ n: Number.NaN }), set({ text: "\ud800" }), set(nested(97))],
        { kind: "count", store, where: { year: undefined } },
        ...[{ kind: 7 }, { kind: 1n }, null, undefined, 5n, [], cyclic],
      ];
      const outcomes = await suite.engine.pipeline([
        query.set({ store, entries: [{ id: "a", vector: [1] }] }),
        ...(wrong as never[]),
        query.count({ store }),
      ]);
      const codes = wrong.map(() => "INVALID_ARGUMENT");
      codes[3] = "LIMIT_EXCEEDED";
      assert.deepEqual(codesOf(outcomes), ["ok", ...codes, "ok"]);
      assert.deepEqual(outcomes.at(-1), { ok: true, response: 1 });
    });

    it("gives errors that are AhnlichErrors, with their details", async () => {
      const { name: store } = await suite.newStore({ dimension: 3 });
      const [outcome] = await suite.engine.pipeline([query.search({ store, target: [1] })]);
      assert.ok(!outcome.ok && outcome.error instanceof AhnlichError);
      const { code, details, message } = outcome.error;
      assert.equal(code, "DIMENSION_MISMATCH");
      assert.deepEqual(details, { expected: 3, got: 1 });
      const thrown = await rejects(suite.engine.store(store).search([1]), code);
      assert.equal(thrown.message, message);
      assert.deepEqual(thrown.details, details);
    });

    it("answers no queries with no outcomes", async () => {
      assert.deepEqual(await suite.engine.pipeline([]), []);
    });

    it("refuses a pipeline in a pipeline, and runs none of the inner one", async () => {
      const { name: store } = await suite.newStore({ dimension: 1 });
      const set = (id: string) => query.set({ store, entries: [{ id, vector: [1] }] });
      const inner = query.pipeline({ queries: [set("inner")] });
      const outcomes = await suite.engine.pipeline([set("before"), inner, set("after")]);
      assert.deepEqual(codesOf(outcomes), ["ok", "INVALID_ARGUMENT", "ok"]);
      const { entries } = await suite.engine.store(store).find();
      assert.deepEqual(
        entries.map(({ id }) => id),
        ["after", "before"],
      );
    });

    it("answers what is no query, or of no kind, with an error of its own", async () => {
      const wrong = [null, "ping", [], ["ping"], [5], { kind: "pings" }, { kind: "ping", x: 1 }];
      const outcomes = await suite.engine.pipeline([...wrong, { kind: "ping" }] as never);
      const expected = wrong.map(() => "INVALID_ARGUMENT");
      expected[5] = "UNSUPPORTED";
      assert.deepEqual(codesOf(outcomes), [...expected, "ok"]);
    });

    it("refuses what is no list", async () => {
      for (const queries of [undefined, null, "ping", {}, 5]) {
        await rejects(suite.engine.pipeline(queries as never), "INVALID_ARGUMENT");
      }
    });

    it("takes hundreds of queries and keeps their order", async () => {
      const { name: store } = await suite.newStore({ dimension: 1 });
      const queries = Array.from({ length: 150 }, (_, n) => [
        query.set({ store, entries: [{ id: "a", vector: [n], metadata: { n } }] }),
        query.get({ store, keys: ["a"], include: { vector: false } }),
      ]).flat();
      const outcomes = await suite.engine.pipeline(queries);
      const seen = outcomes
        .filter((_, at) => at % 2 === 1)
        .map((outcome) => outcome.ok && (outcome.response as { metadata: object }[])[0].metadata);
      assert.deepEqual(
        seen,
        Array.from({ length: 150 }, (_, n) => ({ n })),
      );
    });
  });
}

function codesOf(outcomes: readonly Outcome<unknown>[]): string[] {
  return outcomes.map((outcome) => (outcome.ok ? "ok" : (outcome.error as AhnlichError).code));
}

/** An object so many levels deep. */
function nested(levels: number): object {
  let value = {};
  for (let level = 1; level < levels; level++) value = { x: value };
  return value;
}
