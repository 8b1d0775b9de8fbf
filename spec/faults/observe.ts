import { setTimeout } from "node:timers/promises";
import type { EmbeddedEngine } from "../../lib/handles/embedded-engine.js";
import type { Engine } from "../../lib/handles/engine.js";
import type { StoreInfo } from "../../lib/model/answers.js";
import type { Entry } from "../../lib/model/entry.js";
import { assertNearest } from "../support/naive-search.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { type Kept, kept, LaneState, storesOf } from "./lane-state.js";
import { briefMs, isBrief, laneOf } from "./workload.js";

/** Everything that an engine has, by lane, and what is wrong with it in itself. */
export class Observed {
  readonly problems: string[] = [];
  readonly #stores = new Map<string, readonly Entry[]>();
  readonly #lanes = new Map<number, Map<string, Map<string, Kept>>>();

  add(store: string, entries: readonly Entry[]): void {
    this.#stores.set(store, entries);
    for (const { id, vector, metadata } of entries) {
      if (isBrief(id)) {
        this.problems.push(`store ${store}: ${id} is seen after it has expired`);
        continue;
      }
      const lane = laneOf(id);
      const stores = this.#lanes.get(lane) ?? new Map<string, Map<string, Kept>>();
      this.#lanes.set(lane, stores);
      const there = stores.get(store) ?? new Map<string, Kept>();
      stores.set(store, there.set(id, kept(vector, metadata)));
    }
  }

  lanes(): Iterable<number> {
    return this.#lanes.keys();
  }

  lane(number: number): LaneState {
    const stores = this.#lanes.get(number);
    const names = storesOf(number, this.#stores.keys());
    return new LaneState(
      number,
      names.map((name) => [name, stores?.get(name) ?? new Map()]),
    );
  }
}

/** Reads all of an engine, and asks it everything else in several ways that must agree. */
export async function observe(engine: EmbeddedEngine, seed: number): Promise<Observed> {
  const observed = new Observed();
  await setTimeout(briefMs + 1);
  const { problems } = await engine.verify();
  observed.problems.push(...problems.map((problem) => `verify: ${problem}`));
  for (const info of await engine.listStores()) {
    const entries = await entriesOf(engine, info.name);
    observed.add(info.name, entries);
    try {
      await checkStore(engine, info, entries, seed);
    } catch (error) {
      observed.problems.push(`store ${info.name}: ${String(error)}`);
    }
  }
  return observed;
}

async function entriesOf(engine: Engine, store: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    const page = await engine.store(store).find({ limit: 1_000, cursor });
    entries.push(...(page.entries as Entry[]));
    cursor = page.cursor;
  }
  return entries;
}

/** Counts by counter and by scan, entries by id, and the index by a search that a loop over the entries repeats. */
async function checkStore(
  engine: Engine,
  { name, dimension, metric, entries: counted }: StoreInfo,
  entries: readonly Entry[],
  seed: number,
): Promise<void> {
  const store = engine.store(name);
  const scanned = await store.count({ where: { lane: { $gte: 0 } } });
  if (counted !== entries.length || scanned !== entries.length) {
    throw new Error(`${entries.length} entries, ${counted} counted, ${scanned} scanned`);
  }
  const random = randomNumbers(seed);
  for (const where of [undefined, { lane: { $lt: 2 } }]) {
    const target = randomVector(random, dimension);
    const matches = await store.search(target, { limit: 20, recall: 1, where });
    const candidates = where ? entries.filter(({ id }) => laneOf(id) < 2) : entries;
    assertNearest(matches, candidates, target, metric, 20);
  }
}
