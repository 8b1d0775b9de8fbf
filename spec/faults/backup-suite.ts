import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { type EmbeddedEngine, open, restore } from "../../lib/index.js";
import { Persistence, provide } from "../../lib/ports.js";
import { openFolder } from "../support/open-folder.js";
import { randomNumbers } from "../support/random.js";
import { makeBroken } from "./breakages.js";
import { type Findings, isEnough, type Suite, type SuiteTask } from "./suite.js";
import { sharedStores, taskOf } from "./workload.js";

/**
 * Backups of one engine while it is written to: each is whole, holds what was acknowledged before it began, and can be
 * restored; of those that are given up nothing is left.
 */
export const backupSuite: Suite = {
  unit: "backups",
  short: 3,
  recorded: 100,
  run: async (task) => {
    const engine = await openEngine(task);
    const lanes = Array.from({ length: laneCount }, (_, lane) => new Lane(engine, lane, task.seed));
    try {
      await prepare(engine);
      const running = lanes.map((lane) => lane.run());
      const findings = await new Backups(task, engine, lanes).run();
      for (const lane of lanes) lane.stop();
      await Promise.all(running);
      return findings;
    } finally {
      await engine.close();
    }
  },
};

async function openEngine({ folder, broken }: SuiteTask): Promise<EmbeddedEngine> {
  const path = join(folder, "data");
  if (broken === undefined) return open(path, { threads: 1 });
  const persistence = makeBroken(broken, await openFolder(path));
  return open({ threads: 1, provide: [provide(Persistence, persistence)] });
}

async function prepare(engine: EmbeddedEngine): Promise<void> {
  for (const [name, options] of Object.entries(sharedStores)) {
    await engine.createStore(name, options);
  }
  await engine.createStore("twins", { dimension: 1 });
}

/** Writes without a pause; behind each task two entries that always say the same. */
class Lane {
  readonly #engine: EmbeddedEngine;
  readonly #lane: number;
  readonly #random: () => number;
  #isOver = false;
  /** What both twins said last. */
  acknowledged = 0;
  begun = 0;

  constructor(engine: EmbeddedEngine, lane: number, seed: number) {
    this.#engine = engine;
    this.#lane = lane;
    this.#random = randomNumbers(seed + lane);
  }

  async run(): Promise<void> {
    const twins = this.#engine.store("twins");
    while (!this.#isOver) {
      await this.#engine.pipeline(taskOf(this.#lane, Math.floor(this.#random() * 2 ** 32)));
      const n = ++this.begun;
      await twins.set(
        ["x", "y"].map((id) => ({ id: `${this.#lane}${id}`, vector: [n], metadata: { n } })),
      );
      this.acknowledged = n;
      await turn();
    }
  }

  stop(): void {
    this.#isOver = true;
  }
}

class Backups {
  readonly #task: SuiteTask;
  readonly #engine: EmbeddedEngine;
  readonly #lanes: readonly Lane[];
  readonly #problems: string[] = [];
  #entries = 0;
  #bytes = 0;
  #givenUp = 0;

  constructor(task: SuiteTask, engine: EmbeddedEngine, lanes: readonly Lane[]) {
    this.#task = task;
    this.#engine = engine;
    this.#lanes = lanes;
  }

  async run(): Promise<Findings> {
    for (let i = 0; i < this.#task.size && !isEnough(this.#task, this.#problems); i++) {
      try {
        if (i % 5 === 1) await this.#giveUp(join(this.#task.folder, `given-up-${i}`));
        await this.#try(join(this.#task.folder, `backup-${i}`));
      } catch (error) {
        this.#problems.push(`backup ${i}: ${String(error)}`);
      }
      this.#task.progress(i + 1);
    }
    const figures = {
      "writes meanwhile": this.#lanes.reduce((sum, { acknowledged }) => sum + 2 * acknowledged, 0),
      "entries of all restored": this.#entries,
      "megabytes of the last": Math.round(this.#bytes / 1e6),
      "given up": this.#givenUp,
    };
    return { problems: this.#problems, figures };
  }

  async #giveUp(folder: string): Promise<void> {
    const controller = new AbortController();
    const backup = this.#engine.backup(folder, { signal: controller.signal });
    setTimeout(() => controller.abort(), 5);
    const done = await backup.then(
      () => true,
      () => false,
    );
    if (done) return;
    this.#givenUp++;
    if (existsSync(join(folder, "data.mdb"))) this.#problems.push(`${folder} was given up, and is`);
  }

  async #try(folder: string): Promise<void> {
    const before = this.#lanes.map(({ acknowledged }) => acknowledged);
    this.#bytes = (await this.#engine.backup(folder)).bytes;
    const after = this.#lanes.map(({ begun }) => begun);
    const restored = `${folder}-restored`;
    const { entries } = await restore(folder, restored);
    this.#entries += entries;
    const copy = await open(restored, { threads: 0 });
    try {
      for (const problem of (await copy.verify()).problems) this.#problem(folder, problem);
      for (const [lane, least] of before.entries()) {
        const twins = await copy.store("twins").get([`${lane}x`, `${lane}y`]);
        const [x, y] = twins.map((twin) => Number(twin?.metadata.n ?? 0));
        if (x !== y) this.#problem(folder, `the twins of lane ${lane} say ${x} and ${y}`);
        if (x < least || x > after[lane]) {
          this.#problem(folder, `lane ${lane} says ${x}, expected ${least} to ${after[lane]}`);
        }
      }
    } finally {
      await copy.close();
    }
    for (const each of [folder, restored]) rmSync(each, { recursive: true });
  }

  #problem(folder: string, sentence: string): void {
    this.#problems.push(`${folder}: ${sentence}`);
  }
}

const laneCount = 4;
