import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EmbeddedEngine, open, type Store } from "../../lib/index.js";
import { AhnlichError } from "../../lib/model/errors.js";
import { Persistence, provide } from "../../lib/ports.js";
import { openFolder } from "../support/open-folder.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { makeBroken } from "./breakages.js";
import { canMount, SmallDisk } from "./small-disk.js";
import { type Findings, isEnough, type Suite, type SuiteTask } from "./suite.js";
import { textOf } from "./truth.js";

/**
 * A small disk is filled until writes are refused, and freed, round after round, with one engine that is never opened
 * again: what was acknowledged can be read while the disk is full, deleting goes on, the reserve is left alone, and
 * writes go on once there is room, whether others made it or deletes.
 */
export const fullSuite: Suite = {
  unit: "rounds",
  short: 2,
  recorded: 10,
  missing: () => (canMount() ? undefined : "it mounts a small disk, which only root may"),
  run: async (task) => {
    using disk = new SmallDisk(join(task.folder, "disk"), diskMebibytes);
    const rounds = new Rounds(task, disk);
    await rounds.run();
    return rounds.findings;
  },
};

class Rounds {
  readonly #task: SuiteTask;
  readonly #disk: SmallDisk;
  readonly #random: () => number;
  readonly #problems: string[] = [];
  /** What is there, by id. */
  readonly #there = new Map<string, string>();
  #next = 0;
  #done = 0;
  #acknowledged = 0;
  #refused = 0;
  #leastFree = Number.POSITIVE_INFINITY;

  constructor(task: SuiteTask, disk: SmallDisk) {
    this.#task = task;
    this.#disk = disk;
    this.#random = randomNumbers(task.seed);
  }

  get findings(): Findings {
    const kibibytes = (bytes: number) => `${Math.floor(bytes / 1024)} KiB`;
    const figures = {
      rounds: `${this.#done} on a disk of ${diskMebibytes} MiB`,
      "writes acknowledged": this.#acknowledged,
      "refused with DISK_FULL": this.#refused,
      "entries at the end": this.#there.size,
      "the reserve": kibibytes(this.#disk.reserveBytes),
      "the least that was free": kibibytes(this.#leastFree),
    };
    return { problems: this.#problems, figures };
  }

  async run(): Promise<void> {
    const engine = await this.#open();
    const store = await engine.createStore("filler", { dimension: 16 });
    for (let round = 0; round < this.#task.size; round++) {
      await this.#round(engine, store, round);
      this.#task.progress(++this.#done);
      if (isEnough(this.#task, this.#problems)) break;
    }
    await engine.close();
    await using again = await open(this.#path, { threads: 0 });
    await this.#compare(again, "opened again");
  }

  get #path(): string {
    return join(this.#disk.path, "data");
  }

  async #open(): Promise<EmbeddedEngine> {
    const { broken } = this.#task;
    if (broken === undefined) return open(this.#path, { threads: 1 });
    const persistence = makeBroken(broken, await openFolder(this.#path));
    return open({ threads: 1, provide: [provide(Persistence, () => persistence)] });
  }

  async #round(engine: EmbeddedEngine, store: Store, round: number): Promise<void> {
    // Others take some of the disk, and in every other round give it back.
    const byOthers = round % 2 === 0;
    const ballast = join(this.#disk.path, "ballast");
    if (byOthers) writeFileSync(ballast, Buffer.alloc(this.#disk.freeBytes * 0.6));
    const hasReserve = this.#disk.freeBytes >= this.#disk.reserveBytes;
    await Promise.all(Array.from({ length: fillers }, () => this.#fill(store, round)));
    const taken = this.#disk.reserveBytes - this.#disk.freeBytes;
    // Once a disk has less, what is freed within the file may be used, and the file may grow a little.
    if (hasReserve && taken > this.#disk.reserveBytes / 2) {
      this.#problems.push(`round ${round}: ${taken} bytes of the reserve were taken`);
    }
    await this.#compare(engine, `round ${round}, full`);
    if (byOthers) rmSync(ballast);
    else await this.#delete(store, 0.6);
    await this.#resume(store, round);
    // Each round begins with room.
    await this.#delete(store, 0.5);
    await this.#compare(engine, `round ${round}, freed`);
  }

  /** Until a write is refused. */
  async #fill(store: Store, round: number): Promise<void> {
    for (let writes = 0; writes < writesMax; writes++) {
      const code = await this.#set(store);
      this.#leastFree = Math.min(this.#leastFree, this.#disk.freeBytes);
      if (code === "ok") continue;
      if (code !== "DISK_FULL")
        this.#problems.push(`round ${round}: a full disk is called ${code}`);
      return;
    }
    this.#problems.push(`round ${round}: ${writesMax} writes were taken, and the disk is not full`);
  }

  /** Some write is taken, within a bounded number of tries. */
  async #resume(store: Store, round: number): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      if ((await this.#set(store)) === "ok") return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.#problems.push(`round ${round}: the disk is freed, and no write is taken`);
  }

  /** "ok" or a code; what was refused is noted nowhere, and must not be there. */
  async #set(store: Store): Promise<string> {
    const entries = Array.from({ length: 1 + Math.floor(this.#random() * 8) }, () => {
      const text = "f".repeat(Math.floor(this.#random() * 8_000));
      return { id: `f${this.#next++}`, vector: randomVector(this.#random, 16), metadata: { text } };
    });
    try {
      await store.set(entries);
    } catch (error) {
      this.#refused++;
      return error instanceof AhnlichError ? error.code : String(error);
    }
    this.#acknowledged++;
    for (const { id, vector, metadata } of entries) this.#there.set(id, textOf(vector, metadata));
    return "ok";
  }

  async #delete(store: Store, share: number): Promise<void> {
    const ids = [...this.#there.keys()].filter(() => this.#random() < share);
    for (let from = 0; from < ids.length; from += 100) {
      const some = ids.slice(from, from + 100);
      await store.delete(some);
      for (const id of some) this.#there.delete(id);
    }
  }

  async #compare(engine: EmbeddedEngine, when: string): Promise<void> {
    const found = new Map<string, string>();
    for await (const { id, vector, metadata } of engine.store("filler").entries()) {
      found.set(id, textOf(vector, metadata));
    }
    const lost = [...this.#there].filter(([id, text]) => found.get(id) !== text).length;
    const strange = [...found.keys()].filter((id) => !this.#there.has(id)).length;
    if (lost > 0) this.#problems.push(`${when}: ${lost} acknowledged entries are not what was set`);
    if (strange > 0) this.#problems.push(`${when}: ${strange} entries are there that were refused`);
    const { problems } = await engine.verify();
    this.#problems.push(...problems.map((problem) => `${when}: verify: ${problem}`));
  }
}

const diskMebibytes = 16;
const fillers = 4;
const writesMax = 10_000;
