import assert from "node:assert/strict";
import fc from "fast-check";
import type { Engine } from "../../lib/handles/engine.js";
import type { Change } from "../../lib/model/answers.js";
import type { Entry } from "../../lib/model/entry.js";
import { AhnlichError } from "../../lib/model/errors.js";
import { query } from "../../lib/model/query.js";
import type { Where } from "../../lib/model/where.js";
import { duringSuite, type Reach } from "../support/reach.js";

/** Whoever takes a position, then finds everything, then takes every change for what `get` says, has what there is. */
export function followingContract(reach: Reach): void {
  describe("following the changes of a store", () => {
    const suite = duringSuite(reach);

    it("comes to what a new find gives, wherever answers are cut and whatever came between", async () => {
      const property = fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { engine } = suite;
        const store = await suite.newStore({ dimension: 1 });
        const followers = [{}, { n: 1 }, { n: { $gte: 1 } }].map(
          (where) => new Follower(engine, store.name, where),
        );
        for (const { act, ids, n, limit, who } of steps) {
          if (act === "begin") await followers[who].begin();
          else if (act === "step") await followers[who].step(limit);
          else await engine.execute(writes[act](store.name, ids, n)).catch(onlyTaken);
        }
        for (const follower of followers) await follower.check();
        await engine.dropStore(store.name);
      });
      await fc.assert(property, { numRuns: 30 });
    }).timeout(120_000);

    it("is told of entries that have expired, once they are swept", async () => {
      const store = await suite.newStore({ dimension: 1 });
      const follower = new Follower(suite.engine, store.name, {});
      const { position: since } = await store.info();
      await store.set([
        { id: "brief", vector: [1], ttlMs: 1 },
        { id: "long", vector: [1] },
      ]);
      await follower.begin();
      for await (const { kind, id } of store.watch({ since })) {
        if (kind !== "expire") continue;
        assert.equal(id, "brief");
        break;
      }
      await follower.check();
    });

    it("is told of a transaction at once, whatever it is made of", async () => {
      const store = await suite.newStore({ dimension: 1 });
      const { position: since } = await store.info();
      const ask = query.changes({ store: store.name, since, waitMs: 60_000 });
      const waiting = suite.engine.execute(ask);
      const entry = (id: string) => ({ id, vector: [1] });
      await suite.engine.transaction([
        query.set({ store: store.name, entries: [entry("a"), entry("b")] }),
        query.delete({ store: store.name, target: ["a"] }),
        query.set({ store: store.name, entries: [entry("c")] }),
      ]);
      const { changes } = await waiting;
      const told = changes.map(({ kind, id }) => `${kind} ${id}`);
      assert.deepEqual(told, ["set b", "delete a", "set c"]);
      const cut = query.changes({ store: store.name, since: changes[1].position });
      assert.deepEqual((await suite.engine.execute(cut)).changes, [changes[2]]);
    });
  });
}

class Follower {
  readonly #engine: Engine;
  readonly #name: string;
  readonly #where: Where;
  readonly #entries = new Map<string, Entry>();
  #position: string | undefined;

  constructor(engine: Engine, name: string, where: Where) {
    this.#engine = engine;
    this.#name = name;
    this.#where = where;
  }

  async begin(): Promise<void> {
    const store = this.#engine.store(this.#name);
    this.#position = (await store.info()).position;
    this.#entries.clear();
    const { entries } = await store.find({ where: this.#where, limit: 1_000 });
    for (const entry of entries) this.#entries.set(entry.id, entry);
  }

  /** Whether there was something. */
  async step(limit: number): Promise<boolean> {
    if (this.#position === undefined) await this.begin();
    const { changes, next } = await this.#engine.execute(
      query.changes({ store: this.#name, since: this.#position, where: this.#where, limit }),
    );
    for (const change of changes) await this.#take(change);
    this.#position = next;
    return changes.length > 0;
  }

  async check(): Promise<void> {
    while (await this.step(3));
    const store = this.#engine.store(this.#name);
    const { entries } = await store.find({ where: this.#where, limit: 1_000 });
    const followed = [...this.#entries.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    assert.deepEqual(followed, entries);
  }

  async #take({ kind, id }: Change): Promise<void> {
    const entry = kind === "set" ? await this.#engine.store(this.#name).get(id) : undefined;
    if (entry === undefined) this.#entries.delete(id);
    else this.#entries.set(id, entry);
  }
}

/** By name, so that each may be drawn. The vectors give ids of their own, between which updates move entries. */
const writes = {
  set: (store: string, ids: string[], n: number) =>
    query.set({ store, entries: ids.map((id) => ({ id, vector: [n], metadata: { n } })) }),
  setUnnamed: (store: string, _: string[], n: number) =>
    query.set({ store, entries: [{ vector: [n], metadata: { n } }] }),
  update: (store: string, ids: string[], n: number) =>
    query.update({ store, target: ids, patch: { metadata: { n } } }),
  move: (store: string, _: string[], n: number) =>
    query.update({ store, target: [[n]], patch: { vector: [(n + 1) % 3], metadata: { n } } }),
  delete: (store: string, ids: string[]) => query.delete({ store, target: ids }),
  deleteWhere: (store: string, _: string[], n: number) =>
    query.delete({ store, target: { where: { n } } }),
  transaction: (store: string, ids: string[], n: number) => {
    const entries = ids.map((id) => ({ id, vector: [n], metadata: { n } }));
    const target = ids.slice(0, 1);
    return query.transaction({
      writes: [query.set({ store, entries }), query.delete({ store, target })],
    });
  },
};

/** An update may move an entry to where another is. */
function onlyTaken(error: unknown): void {
  if (!(error instanceof AhnlichError) || error.code !== "ENTRY_EXISTS") throw error;
}

const step = fc.record({
  act: fc.constantFrom(
    ...(Object.keys(writes) as (keyof typeof writes)[]),
    ...(["set", "begin", "step", "step", "step"] as const),
  ),
  ids: fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 3 }),
  n: fc.integer({ min: 0, max: 2 }),
  limit: fc.integer({ min: 1, max: 4 }),
  who: fc.integer({ min: 0, max: 2 }),
});
