import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { type EmbeddedEngine, open, query, type Store } from "../../lib/index.js";
import { MemoryPersistence } from "../../lib/persistence/memory.js";
import { Persistence, provide } from "../../lib/ports.js";
import { UnrulyPersistence } from "../faults/unruly-persistence.js";
import { rejects } from "../support/rejects.js";

describe("a transaction", () => {
  let persistence: UnrulyPersistence;
  let engine: EmbeddedEngine;
  let store: Store;

  beforeEach(async () => {
    persistence = new UnrulyPersistence(new MemoryPersistence());
    engine = await open({ threads: 0, provide: [provide(Persistence, persistence)] });
    store = await engine.createStore("s", { dimension: 1 });
    await store.set({ id: "there", vector: [0], metadata: { n: 0 } });
    persistence.committed.length = 0;
  });

  afterEach(() => engine.close());

  const set = (id: string, n = 0) =>
    query.set({ store: "s", entries: [{ id, vector: [n], metadata: { n } }] });
  const conflict = query.delete({ store: "s", target: "there", ifVersion: 99 });

  it("shares a commit with the writes around it, and with other transactions", async () => {
    const all = [
      store.set({ id: "a", vector: [1] }),
      engine.transaction([set("b"), set("c")]),
      engine.transaction([query.update({ store: "s", target: "a", patch: { vector: [2] } })]),
    ];
    await Promise.all(all);
    assert.equal(persistence.committed.length, 1);
    assert.equal(await store.count(), 4);
  });

  it("leaves nothing in the commit that it would have shared, where it is refused", async () => {
    const around = async (refused: boolean): Promise<number> => {
      persistence.committed.length = 0;
      const bad = [set("a", 5), set("x"), query.delete({ store: "s", target: "b" }), conflict];
      const outcomes = await Promise.allSettled([
        store.set({ id: "a", vector: [1] }),
        engine.transaction([set("b")]),
        ...(refused ? [engine.transaction(bad)] : []),
        engine.transaction([set("c")]),
        store.delete("c"),
        store.update({ all: true }, { metadata: { last: true } }),
        store.delete({ where: { n: 5 } }),
      ]);
      const counts = outcomes.slice(-2).map((outcome) => Object(outcome).value);
      assert.deepEqual(counts, [3, 0]);
      const reasons = outcomes.flatMap((outcome) =>
        outcome.status === "rejected" ? [outcome.reason.details.index] : [],
      );
      assert.deepEqual(reasons, refused ? [3] : []);
      assert.equal(persistence.committed.length, 1);
      return persistence.committed[0];
    };
    await around(false);
    assert.equal(await around(true), await around(false));
    const entries = await store.get(["a", "b", "x"]);
    assert.deepEqual(
      entries.map((entry) => entry?.vector),
      [Float32Array.of(1), Float32Array.of(0), undefined],
    );
    assert.deepEqual((await engine.execute({ kind: "verify" })).problems, []);
  });

  it("sees what is being committed before it, by id and by predicate", async () => {
    persistence.holdBack();
    const first = engine.transaction([set("a", 1), set("b", 1), set("gone", 1)]);
    await turns(3);
    const where = { n: 1 };
    const second = engine.transaction([
      query.delete({ store: "s", target: "gone" }),
      set("c", 1),
      query.update({ store: "s", target: { where }, patch: { metadata: { n: 2 } } }),
      query.delete({ store: "s", target: { where: { n: 2 } } }),
      query.update({ store: "s", target: { all: true }, patch: { metadata: { n: 3 } } }),
    ]);
    await turns(3);
    persistence.goOn();
    await first;
    const counts = (await second).filter((answer) => typeof answer === "number");
    assert.deepEqual(counts, [1, 3, 3, 1]);
    assert.deepEqual((await store.get("there"))?.metadata, { n: 3 });
    assert.equal(await store.count(), 1);
  });

  it("is decided again, and whole, where the commit before it fails", async () => {
    persistence.holdBack();
    persistence.failNext(new Error("no space"));
    const first = store.delete("there");
    await turns(3);
    const refused = rejects(engine.transaction([set("a"), conflict]), "VERSION_CONFLICT");
    const done = engine.transaction([
      query.update({ store: "s", target: "there", patch: { metadata: { n: 1 } } }),
      set("b"),
    ]);
    await turns(3);
    persistence.goOn();
    await assert.rejects(first);
    assert.equal((await done)[0], 1);
    assert.equal((await refused).details.got, 2);
    const { entries } = await store.find();
    assert.deepEqual(
      entries.map(({ id, metadata }) => [id, metadata.n]),
      [
        ["b", 0],
        ["there", 1],
      ],
    );
  });

  it("takes its turns like other long writes, and is refused whole at its end", async () => {
    const writes = Array.from({ length: 4_000 }, (_, n) => set(`${n}`, n));
    const finished = engine.transaction([...writes, conflict]);
    let count = 0;
    let over = false;
    void finished
      .catch(() => {})
      .finally(() => {
        over = true;
      });
    while (!over) {
      count++;
      await turn();
    }
    await rejects(finished, "VERSION_CONFLICT");
    assert.ok(count > 3, `${count} turns`);
    assert.equal(persistence.committed.length, 0);
    assert.equal((await engine.transaction(writes)).length, 4_000);
    assert.equal(await store.count(), 4_001);
  });
});

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await turn();
}
