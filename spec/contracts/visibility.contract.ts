import assert from "node:assert/strict";
import fc from "fast-check";
import type { Store } from "../../lib/handles/store.js";
import { Crowd, crowdDimension, groups } from "../support/crowd.js";
import { GroupHistory, type Sighting } from "../support/group-history.js";
import { naiveDistance } from "../support/naive-search.js";
import type { Opened, Reach } from "../support/reach.js";

/**
 * Reads see states that existed. The entries of a group are written together, in one set, and marked
 * with the set's number and their own vector; so half a write, or an entry of two writes, gives itself away.
 */
export function visibilityContract(reach: Reach, { runs }: { runs: number }): void {
  describe(`reads beside writes, ${reach.name}`, () => {
    let opened: Opened;
    let stores = 0;
    before(async () => {
      opened = await reach.open();
    });
    after(() => opened.close());

    it("see whole writes, in order, and what was acknowledged before they began", async () => {
      const property = fc.asyncProperty(schedule, async (steps) => {
        const store = await opened.engine.createStore(`visibility-${++stores}`, {
          dimension,
          metric: "euclidean",
        });
        const scene = new Scene(store);
        const running: Promise<unknown>[] = [];
        const failures: unknown[] = [];
        for (const { act, group, wait } of steps) {
          running.push(scene[act](group).catch((error) => failures.push(error)));
          for (let turn = 0; turn < wait; turn++) await new Promise(setImmediate);
        }
        await Promise.all(running);
        if (failures.length > 0) throw failures[0];
        scene.check();
        await opened.engine.dropStore(store.name);
      });
      await fc.assert(property, { numRuns: runs });
    }).timeout(120_000);
  });
}

/** The same where reads are so large that writes come to pass while they go on. */
export function largeReadsContract(reach: Reach): void {
  describe(`large reads beside writes, ${reach.name}`, () => {
    let opened: Opened;
    before(async () => {
      opened = await reach.open();
    });
    after(() => opened.close());

    it("see one state, however many turns they take", async () => {
      const options = { dimension: crowdDimension, metric: "euclidean" } as const;
      const store = await opened.engine.createStore("crowd", options);
      const crowd = new Crowd(store);
      const everyGroup = Array.from({ length: groups }, (_, group) => group);
      await Promise.all(everyGroup.map((group) => crowd.write(group, 1)));
      const readers = [1, 2].map(async () => {
        for (let read = 0; read < 3; read++) {
          await Promise.all([crowd.search(), crowd.find(), crowd.count(), crowd.search()]);
        }
      });
      const writers = everyGroup.map((group) => crowd.write(group, 3));
      await Promise.all([...readers, ...writers]);
      await crowd.search();
      await crowd.find();
    }).timeout(120_000);
  });
}

const dimension = 4;
/** The last is large enough to be written by a worker where there is one. */
const sizes = [3, 5, 8, 260];
const total = sizes.reduce((sum, size) => sum + size, 0);
const acts = [
  "set",
  "delete",
  "find",
  "findAll",
  "get",
  "count",
  "near",
  "nearAll",
  "many",
] as const;

const schedule = fc.array(
  fc.record({
    act: fc.oneof(
      { weight: 6, arbitrary: fc.constant("set" as const) },
      { weight: 9, arbitrary: fc.constantFrom(...acts) },
    ),
    group: fc.constantFrom(0, 0, 0, 1, 1, 1, 2, 2, 3),
    wait: fc.constantFrom(0, 0, 0, 1, 2, 5, 20),
  }),
  { minLength: 20, maxLength: 60 },
);

interface Member {
  readonly id: string;
  readonly version?: number;
  readonly distance?: number;
  readonly vector?: Float32Array;
  readonly metadata: { group: number; mark: number; own: number[] };
}

/** The acts of one run, and what was seen. */
class Scene {
  readonly #store: Store<Member["metadata"]>;
  readonly #histories = sizes.map(() => new GroupHistory());
  #marks = 0;
  #clock = 0;

  constructor(store: Store) {
    this.#store = store as unknown as Store<Member["metadata"]>;
  }

  async set(group: number): Promise<void> {
    const mark = ++this.#marks;
    const own = (member: number) => [mark, member, (mark * member) % 17, 1];
    const entries = idsOf(group).map((id, member) => ({
      id,
      vector: own(member),
      metadata: { group, mark, own: own(member) },
    }));
    const start = this.#tick();
    const { version } = await this.#store.set(entries);
    this.#histories[group].sets.push({ mark, version, start, end: this.#tick() });
  }

  async delete(group: number): Promise<void> {
    const start = this.#tick();
    const deleted = await this.#store.delete(idsOf(group));
    assert.ok(deleted === 0 || deleted === sizes[group], `${deleted} of a group were deleted`);
    this.#histories[group].deletes.push({ start, end: this.#tick() });
  }

  async find(group: number): Promise<void> {
    const start = this.#tick();
    const { entries } = await this.#store.find({ where: { group }, limit: total });
    this.#see(group, start, entries);
  }

  async findAll(): Promise<void> {
    const start = this.#tick();
    const { entries } = await this.#store.find({ limit: total });
    this.#seeAll(start, entries);
  }

  async get(group: number): Promise<void> {
    const start = this.#tick();
    const entries = await this.#store.get(idsOf(group));
    this.#see(
      group,
      start,
      entries.filter((entry) => entry !== undefined),
    );
  }

  async count(group: number): Promise<void> {
    const count = await this.#store.count({ where: { group } });
    assert.ok(count === 0 || count === sizes[group], `${count} of a group were counted`);
  }

  async near(group: number): Promise<void> {
    const start = this.#tick();
    const options = { where: { group }, limit: total, include: { vector: true } } as const;
    const matches = await this.#store.search(target, options);
    this.#see(group, start, matches);
  }

  async nearAll(): Promise<void> {
    const start = this.#tick();
    this.#seeAll(start, await this.#store.search(target, { limit: total }));
  }

  async many(group: number): Promise<void> {
    const start = this.#tick();
    const options = { where: { group }, limit: total };
    const [one, two] = await this.#store.searchMany([target, [...target]], options);
    assert.deepEqual(one, two);
    this.#see(group, start, one);
  }

  check(): void {
    const sets = this.#histories.flatMap((history) => history.sets);
    for (const earlier of sets) {
      for (const later of sets) {
        if (earlier.end < later.start) assert.ok(earlier.version < later.version);
      }
    }
    assert.equal(new Set(sets.map(({ version }) => version)).size, sets.length);
    for (const history of this.#histories) history.check();
  }

  #tick(): number {
    return ++this.#clock;
  }

  #seeAll(start: number, members: readonly Member[]): void {
    for (const group of sizes.keys()) {
      this.#see(
        group,
        start,
        members.filter(({ metadata }) => metadata.group === group),
      );
    }
  }

  #see(group: number, start: number, members: readonly Member[]): void {
    const ids = members.map(({ id }) => id).sort();
    assert.deepEqual(ids, members.length === 0 ? [] : idsOf(group), "half a write");
    assert.ok(new Set(members.map(({ metadata }) => metadata.mark)).size <= 1, "two writes");
    assert.ok(new Set(members.map(({ version }) => version)).size <= 1, "two versions");
    for (const { metadata, vector, distance } of members) {
      const own = Float32Array.from(metadata.own);
      if (vector !== undefined) assert.deepEqual(vector, own);
      if (distance !== undefined) assert.equal(distance, naiveDistance("euclidean", target, own));
    }
    const sighting: Sighting = {
      start,
      end: this.#tick(),
      mark: members[0]?.metadata.mark,
      version: members[0]?.version,
    };
    this.#histories[group].sightings.push(sighting);
  }
}

const target = Float32Array.of(7, 3, 2, 0);

function idsOf(group: number): string[] {
  return Array.from({ length: sizes[group] }, (_, n) => `${group}-${String(n).padStart(3, "0")}`);
}
