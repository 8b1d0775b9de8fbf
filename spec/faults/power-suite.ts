import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomNumbers } from "../support/random.js";
import { childArguments, FaultyProcess } from "./faulty-process.js";
import { type Expected, Ledger } from "./ledger.js";
import { type Loss, losses, ReplayedDisk } from "./power-loss.js";
import {
  type FileEvent,
  hasStrace,
  readRecording,
  recorderArguments,
  straceMissing,
} from "./recording.js";
import { reopen } from "./reopen.js";
import { type Findings, isEnough, type Suite, type SuiteTask } from "./suite.js";

/**
 * Power loss at any moment: all writes and syncs of a process are recorded, and the file is built as a disk would
 * have it that loses what was not yet synced, in part or in whole. What was acknowledged before must be there.
 */
export const powerSuite: Suite = {
  unit: "images",
  short: 200,
  recorded: 10_000,
  missing: () => (hasStrace() ? undefined : straceMissing),
  run: async (task) => {
    const results = new Results(task);
    for (let number = 0; results.wantsMore; number++) {
      await results.tryRecording(await record(task, number), number);
    }
    return results.findings;
  },
};

class Results {
  readonly #task: SuiteTask;
  readonly #problems: string[] = [];
  readonly #images = new Map<Loss, number>();
  readonly #underWay = new Set<Promise<void>>();
  #begun = 0;
  #done = 0;
  #recordings = 0;
  #events = 0;
  #lost = 0;

  constructor(task: SuiteTask) {
    this.#task = task;
  }

  get wantsMore(): boolean {
    return this.#begun < this.#task.size && !isEnough(this.#task, this.#problems);
  }

  get findings(): Findings {
    const figures = {
      images: [...this.#images].map(([loss, count]) => `${count} ${loss}`).join(", "),
      recordings: `${this.#recordings} of ${this.#events} writes and syncs, each rebuilt byte for byte`,
      "images in which a write could be lost": this.#lost,
    };
    return { problems: this.#problems, figures };
  }

  /** Images of as many moments of the recording as are wanted of it, in their order. */
  async tryRecording(events: readonly FileEvent[], number: number): Promise<void> {
    const random = randomNumbers(this.#task.seed + 7 * number);
    const wanted = Math.min(imagesPerRecording, this.#task.size - this.#begun);
    const moments = Array.from({ length: wanted }, () => {
      return Math.floor(random() * events.length);
    }).sort((a, b) => a - b);
    this.#recordings++;
    this.#events += events.length;
    const disk = new ReplayedDisk(this.#task.broken !== "unsynced");
    const ledger = new Ledger();
    for (const [i, event] of events.entries()) {
      if (event.kind === "journal") ledger.read(event.text);
      else disk.take(event);
      // The power goes during the event: what it writes may be half there, what it syncs is synced when it ends.
      for (; moments[0] === i && this.wantsMore; moments.shift()) {
        await this.#begin(disk, ledger.expected, `recording ${number}, event ${i}`, random);
      }
      disk.settle();
    }
    await Promise.all(this.#underWay);
    this.#problems.push(...ledger.problems);
  }

  /** A few images are looked at side by side. */
  async #begin(
    disk: ReplayedDisk,
    expected: Expected,
    where: string,
    random: () => number,
  ): Promise<void> {
    const loss = losses[Math.floor(random() * losses.length)];
    const path = join(this.#task.folder, `image-${this.#begun++}`);
    mkdirSync(path);
    writeFileSync(join(path, "data.mdb"), disk.image(loss, random));
    this.#images.set(loss, (this.#images.get(loss) ?? 0) + 1);
    if (disk.pending > 0) this.#lost++;
    const checking = this.#check(path, expected, `${where}, ${loss}`);
    this.#underWay.add(checking);
    void checking.finally(() => this.#underWay.delete(checking));
    if (this.#underWay.size >= sideBySide) await Promise.race(this.#underWay);
  }

  async #check(path: string, expected: Expected, where: string): Promise<void> {
    const { problems } = await reopen(path, expected, this.#task.seed);
    this.#problems.push(...problems.map((problem) => `${where}: ${problem}`));
    rmSync(path, { recursive: true });
    this.#task.progress(++this.#done);
  }
}

/** What a process does while several lanes write. */
async function record(task: SuiteTask, number: number): Promise<FileEvent[]> {
  const folder = join(task.folder, `recording-${number}`);
  const path = join(folder, "data");
  mkdirSync(path, { recursive: true });
  const [file, journal, log] = [
    join(path, "data.mdb"),
    join(folder, "journal"),
    join(folder, "log"),
  ];
  const { seed, broken } = task;
  const threads = number % 2;
  const order = { path, journal, seed: seed + number, lanes: 3, tasks: 40, threads, broken };
  const recorder = recorderArguments(log, file, journal);
  const args = [...recorder, process.execPath, ...childArguments(order)];
  const { code, said } = await new FaultyProcess("strace", args).ended(60_000);
  if (code !== 0) throw new Error(`the recorded process ended with ${code}: ${said}`);
  const events = await readRecording(log, file, journal);
  const disk = new ReplayedDisk(true);
  for (const event of events) if (event.kind !== "journal") disk.take(event);
  if (!disk.image("none lost", Math.random).equals(readFileSync(file))) {
    throw new Error("the file that was rebuilt from the recording is not the one that was written");
  }
  rmSync(folder, { recursive: true });
  return events;
}

const imagesPerRecording = 500;
const sideBySide = 4;
