import assert from "node:assert/strict";
import { LateCallOptions } from "../../lib/handles/late-call-options.js";
import { open } from "../../lib/index.js";
import type { Outcome } from "../../lib/model/answers.js";
import { AhnlichError } from "../../lib/model/errors.js";
import type { Query } from "../../lib/model/query.js";
import { MemoryPersistence } from "../../lib/persistence/memory.js";
import { Persistence, provide } from "../../lib/ports.js";
import { UnrulyPersistence } from "../faults/unruly-persistence.js";

const pings = (count: number): Query[] => Array.from({ length: count }, () => ({ kind: "ping" }));

/** Options of a request that tell when its signal is made. */
class WatchedOptions extends LateCallOptions {
  signals = 0;

  override get signal(): AbortSignal {
    this.signals += 1;
    return super.signal;
  }
}

describe("a pipeline", () => {
  it("lets others have their turn while it is long", async () => {
    await using engine = await open();
    await engine.createStore("s", { dimension: 1 });
    const counts = Array.from({ length: 10_000 }, () => ({ kind: "count", store: "s" }) as const);
    let turns = 0;
    let over = false;
    const count = () => {
      turns += 1;
      if (!over) setImmediate(count);
    };
    setImmediate(count);
    const outcomes = await engine.pipeline(counts);
    over = true;
    assert.ok(outcomes.every((outcome) => outcome.ok));
    assert.ok(turns > 1, `${turns} turns`);
  });

  it("fails the members that have not begun when it is given up", async () => {
    await using engine = await open();
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    const writing: Query[] = Array.from({ length: 5_000 }, (_, i) => ({
      ...{ kind: "createStore", store: `s${i}`, dimension: 1 },
    }));
    const options = { signal: controller.signal };
    const outcomes: Outcome<unknown>[] = await engine.pipeline(writing, options);
    assert.equal(outcomes.length, 5_000);
    const last = outcomes.at(-1);
    assert.ok(last?.ok === false && last.error instanceof AhnlichError);
    assert.equal(last.error.code, "ABORTED");
  });

  it("makes no signal for what is answered without waiting", async () => {
    await using engine = await open();
    const options = new WatchedOptions(undefined);
    await engine.execute({ kind: "ping" }, options);
    await engine.execute({ kind: "pipeline", queries: pings(10) }, options);
    assert.equal(options.signals, 0);
  });

  it("whose request has a deadline is given up with TIMEOUT, and makes no signal for that", async () => {
    await using engine = await open();
    const options = new WatchedOptions(1);
    const writing: Query[] = Array.from({ length: 5_000 }, (_, i) => ({
      ...{ kind: "createStore", store: `s${i}`, dimension: 1 },
    }));
    await engine.execute({ kind: "ping" }, options);
    assert.equal(options.signals, 0);
    const outcomes = await engine.execute({ kind: "pipeline", queries: writing }, options);
    const last: Outcome<unknown> | undefined = outcomes.at(-1);
    assert.ok(last?.ok === false && last.error instanceof AhnlichError);
    assert.equal(last.error.code, "TIMEOUT");
  });

  it("whose request was cancelled fails with ABORTED", async () => {
    await using engine = await open();
    const options = new LateCallOptions(undefined);
    options.abort();
    const [outcome] = await engine.execute({ kind: "pipeline", queries: pings(1) }, options);
    assert.ok(!outcome.ok && outcome.error instanceof AhnlichError);
    assert.equal(outcome.error.code, "ABORTED");
    assert.equal(options.signal.reason.code, "ABORTED");
  });

  it("commits short writes that follow each other together, in order, and shows them to the next read", async () => {
    const persistence = new UnrulyPersistence(new MemoryPersistence());
    await using engine = await open({ threads: 0, provide: [provide(Persistence, persistence)] });
    persistence.committed.length = 0;
    const set = (n: number): Query => {
      return { kind: "set", store: "s", entries: [{ id: "a", vector: [n], metadata: { n } }] };
    };
    const many: Query = {
      ...{ kind: "set", store: "s" },
      entries: Array.from({ length: 500 }, (_, n) => ({ id: `${n}`, vector: [n] })),
    };
    const outcomes: Outcome<unknown>[] = await engine.pipeline([
      { kind: "createStore", store: "s", dimension: 1 },
      ...Array.from({ length: 200 }, (_, n) => set(n)),
      { kind: "set", store: "s", entries: [{ id: "b", vector: [1, 2] }] },
      { kind: "get", store: "s", keys: ["a"], include: { vector: false } },
      { kind: "delete", store: "s", target: ["a"] },
      many,
      set(7),
      { kind: "count", store: "s" },
    ]);
    assert.ok(persistence.committed.length < 10, `${persistence.committed.length} commits`);
    const [bad, got, deleted, , , count] = outcomes.slice(201);
    assert.ok(bad?.ok === false && (bad.error as AhnlichError).code === "DIMENSION_MISMATCH");
    const [entry] = (got as { response: { metadata: object }[] }).response;
    assert.deepEqual(entry?.metadata, { n: 199 });
    assert.deepEqual(deleted, { ok: true, response: 1 });
    assert.deepEqual(count, { ok: true, response: 501 });
  });
});
