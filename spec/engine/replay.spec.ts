import assert from "node:assert/strict";
import { setTimeout, setImmediate as turn } from "node:timers/promises";
import type { Command } from "../../lib/engine/command.js";
import { CommandLog, type Decision } from "../../lib/engine/command-log.js";
import { AhnlichError, type EmbeddedEngine, open } from "../../lib/index.js";
import { MemoryPersistence } from "../../lib/persistence/memory.js";
import { Clock, Persistence, provide, Random } from "../../lib/ports.js";
import { LastingPersistence } from "../faults/lasting-persistence.js";
import { dumpTables } from "../support/dump-tables.js";
import { RandomWorkload } from "../support/random-workload.js";
import { type Decided, Replica } from "../support/replica.js";
import { seed } from "../support/seed.js";

/** What an application must not do, done to the command that it applies. */
const brokenApplications: { readonly [what: string]: (command: Command) => Command } = {
  "looks at the clock": (command) => ({ ...command, time: command.time + 1 }),
  "throws dice": (command) =>
    command.kind === "set"
      ? { ...command, entries: command.entries.filter(() => Math.random() < 0.5) }
      : command,
  "numbers commands itself": (command) => ({ ...command, sequence: command.sequence + 1 }),
  "does not look for results": (command) => ({ ...command, identity: undefined }),
};

describe("the commands that an engine has carried out", function () {
  this.timeout(120_000);

  for (let run = 1; run <= 6; run++) {
    it(`give equal rows when they are applied one by one (run ${run})`, async () => {
      const recorded = await record(seed + run);
      const { tables, outcomes } = await replay(recorded.commands);
      assert.deepEqual(outcomes, recorded.outcomes);
      assert.deepEqual(tables, recorded.tables);
    });
  }

  it("are of every kind that there is", async () => {
    const kinds = new Set<Command["kind"]>();
    for (const { commands } of await Promise.all([1, 2, 3].map(record))) {
      for (const { kind } of commands) kinds.add(kind);
    }
    assert.deepEqual([...kinds].sort(), Object.keys(everyKind).sort());
  });

  for (const [what, broken] of Object.entries(brokenApplications)) {
    it(`give other rows to an application that ${what}`, async () => {
      const recorded = await record(1);
      const { tables } = await replay(recorded.commands, broken);
      assert.notDeepEqual(tables, recorded.tables);
    });
  }
});

interface Recorded {
  readonly commands: readonly Command[];
  readonly outcomes: readonly Decided[];
  readonly tables: { readonly [table: string]: readonly string[] };
}

/** Runs random writes on an engine that is opened several times, whose clock jumps and whose commits may fail. */
async function record(from: number): Promise<Recorded> {
  const persistence = new LastingPersistence();
  const workload = new RandomWorkload(from);
  const decisions: Decision[] = [];
  const clock = new JumpingClock(workload);
  const decided = ({ command, answer, error }: Decision) =>
    void decisions.push({ command, answer, error });
  for (let opened = 0; opened < 4; opened++) {
    const engine = await open({
      threads: 0,
      provide: [
        provide(Persistence, persistence),
        provide(Clock, clock),
        provide(Random, random),
        provide(CommandLog, { decided }),
      ],
    });
    for (let bursts = 0; bursts < 25; bursts++) {
      await unrulyBurst(engine, workload, clock, persistence);
    }
    persistence.unruly.calm();
    const store = await engine.createStore(`last-${opened}`, { dimension: 1 });
    await store.set({ vector: [1], ttlMs: 1 });
    clock.time += 1;
    await swept(decisions, store.name);
    await engine.createStore(`very-last-${opened}`, { dimension: 1 });
    await engine.close();
    clock.time += 25 * hour;
  }
  return {
    commands: decisions.map(({ command }) => command),
    outcomes: decisions.map(({ answer, error }) => (error ? { code: error.code } : { answer })),
    tables: dumpTables(persistence),
  };
}

/** What expires is swept by a timer, and so now and then as well while others write. */
async function swept(decisions: readonly Decision[], name: string): Promise<void> {
  for (let times = 0; times < 4_000; times++) {
    const last = decisions.findLast(({ command }) => command.kind === "expire");
    if (last?.command.kind === "expire" && last.command.store === name) return;
    await setTimeout(5);
  }
  assert.fail("what expires is swept before long");
}

class JumpingClock {
  time = startedAt;
  readonly #workload: RandomWorkload;

  constructor(workload: RandomWorkload) {
    this.#workload = workload;
  }

  now(): number {
    return this.time;
  }

  /** By less than a second, sometimes by more than a day. */
  jump(): void {
    const bound = this.#workload.below(8) === 0 ? 30 * hour : 1_000;
    this.time += this.#workload.below(bound);
  }
}

/** So that drafts are built on others, and built again. */
async function unrulyBurst(
  engine: EmbeddedEngine,
  workload: RandomWorkload,
  clock: JumpingClock,
  { unruly }: LastingPersistence,
): Promise<void> {
  clock.jump();
  const way = workload.below(4);
  if (way === 0) return workload.burst(engine);
  unruly.holdBack();
  if (way === 1) unruly.failNext(new AhnlichError("DISK_FULL", "no space"));
  const bursts: Promise<void>[] = [];
  for (let i = 0; i <= way; i++) {
    bursts.push(workload.burst(engine));
    clock.jump();
    await turn();
    await turn();
  }
  unruly.goOn();
  await Promise.all(bursts);
}

async function replay(commands: readonly Command[], broken = (command: Command) => command) {
  const persistence = new MemoryPersistence();
  const replica = await Replica.open(persistence, { now: () => startedAt }, random);
  const outcomes: Decided[] = [];
  for (const command of commands) outcomes.push(await replica.apply(broken(command)));
  return { outcomes, tables: dumpTables(persistence) };
}

/** Exhaustive by its type: who adds a command adds it to the random writes. */
const everyKind: { readonly [K in Command["kind"]]: true } = {
  createStore: true,
  alterStore: true,
  createIndex: true,
  dropIndex: true,
  buildIndex: true,
  eraseIndex: true,
  renameStore: true,
  dropStore: true,
  dropNamespace: true,
  set: true,
  update: true,
  delete: true,
  transaction: true,
  erase: true,
  expire: true,
  forget: true,
};
const random = { bytes: (count: number) => new Uint8Array(count).fill(7) };
const hour = 60 * 60 * 1000;
const startedAt = 1_000 * hour;
