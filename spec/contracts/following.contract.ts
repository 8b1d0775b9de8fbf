import assert from "node:assert/strict";
import fc from "fast-check";
import type { Engine } from "../../lib/handles/engine.js";
import type { Change } from "../../lib/model/answers.js";
import type { Entry } from "../../lib/model/entry.js";
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
          if (act === "set") {
            await store.set(ids.map((id) => ({ id, vector: [n], metadata: { n } })));
          } else if (act === "delete") await store.delete(ids);
          else if (act === "deleteWhere") await store.delete({ where: { n } });
          else if (act === "begin") await followers[who].begin();
          else await followers[who].step(limit);
        }
        for (const follower of followers) await follower.check();
        await engine.dropStore(store.name);
      });
      await fc.assert(property, { numRuns: 15 });
    }).timeout(60_000);
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

const step = fc.record({
  act: fc.constantFrom("set", "set", "set", "delete", "deleteWhere", "begin", "step", "step"),
  ids: fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 3 }),
  n: fc.integer({ min: 0, max: 2 }),
  limit: fc.integer({ min: 1, max: 4 }),
  who: fc.integer({ min: 0, max: 2 }),
});
