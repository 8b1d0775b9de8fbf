import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { open } from "../../lib/index.js";
import { randomNumbers } from "../support/random.js";
import type { Breakage } from "./breakages.js";
import { FaultyProcess } from "./faulty-process.js";
import { LaneRunner } from "./lane-runner.js";
import { type Findings, isEnough, type Suite, type SuiteTask } from "./suite.js";
import { textOf } from "./truth.js";
import { isBrief } from "./workload.js";

/**
 * One byte of the file is flipped, anywhere, and a process of its own opens it, reads, verifies, writes and reads
 * again: it is never given a vector or metadata that was not set; what is missing is found by `verify`. LMDB trusts
 * its own pages: processes that die of what they read there are counted apart.
 */
export const flipSuite: Suite = {
  unit: "flips",
  short: 40,
  recorded: 1_000,
  run: async (task) => {
    const results = new Results(task);
    await results.prepare();
    await Promise.all(Array.from({ length: sideBySide }, () => results.work()));
    return results.findings;
  },
};

/** By store and id, as text. */
export interface Truth {
  [store: string]: { [id: string]: string };
}

export interface FlipOrder {
  readonly path: string;
  readonly truth: string;
  readonly verdict: string;
  readonly seed: number;
  readonly broken: Breakage | undefined;
}

export interface FlipVerdict {
  readonly wrong: string[];
  /** Entries and stores that were not given. */
  lost: number;
  /** What was asked, and the code of its error. */
  readonly errors: string[];
  /** Problems that `verify` has found. */
  verified: number;
}

class Results {
  readonly #task: SuiteTask;
  readonly #problems: string[] = [];
  readonly #counts = { harmless: 0, refused: 0, lost: 0, verified: 0, died: 0, seconds: 0 };
  readonly #deaths = new Map<string, number>();
  readonly #random: () => number;
  #begun = 0;
  #done = 0;
  #bytes = Buffer.alloc(0);

  constructor(task: SuiteTask) {
    this.#task = task;
    this.#random = randomNumbers(task.seed);
  }

  get findings(): Findings {
    const { harmless, refused, lost, verified, died } = this.#counts;
    const figures = {
      flips: `${this.#done} in a file of ${this.#bytes.length} bytes, every fourth of them in the head of a page`,
      "noticed by nothing and harmless": harmless,
      "met with an error of ours": refused,
      "entries missing, all found by verify": lost,
      "found by verify alone": verified,
      "processes that died, counted apart": died,
      ...(died > 0 ? { "of them": [...this.#deaths].map(([s, n]) => `${n} ${s}`).join(", ") } : {}),
    };
    return { problems: this.#problems, figures };
  }

  get #truth(): string {
    return join(this.#task.folder, "truth.json");
  }

  /** A folder in which entries have come and gone, so that old pages lie about in it. */
  async prepare(): Promise<void> {
    const path = join(this.#task.folder, "whole");
    const ignore = () => {};
    const runner = new LaneRunner(
      { asks: ignore, hears: ignore, complains: ignore, notes: ignore },
      5_000,
    );
    const engine = await open(path, { threads: 0 });
    await runner.makeStores(engine);
    const { seed } = this.#task;
    await Promise.all([0, 1].map((lane) => runner.run(engine, { lane, seed, tasks: 50 })));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const truth: Truth = {};
    for (const { name } of await engine.listStores()) {
      truth[name] = {};
      for await (const { id, vector, metadata } of engine.store(name).entries()) {
        if (!isBrief(id)) truth[name][id] = textOf(vector, metadata);
      }
    }
    await engine.close();
    writeFileSync(this.#truth, JSON.stringify(truth));
    this.#bytes = readFileSync(join(path, "data.mdb"));
  }

  async work(): Promise<void> {
    while (this.#begun < this.#task.size && !isEnough(this.#task, this.#problems)) {
      await this.#try(this.#begun++);
      this.#task.progress(++this.#done);
    }
  }

  async #try(number: number): Promise<void> {
    const at = this.#place(number);
    const mask = 1 << Math.floor(this.#random() * 8);
    const path = join(this.#task.folder, `${number}`);
    const verdict = join(path, "verdict.json");
    mkdirSync(path);
    copyFileSync(join(this.#task.folder, "whole", "data.mdb"), join(path, "data.mdb"));
    const flipped = Buffer.from(this.#bytes);
    flipped[at] ^= mask;
    writeFileSync(join(path, "data.mdb"), flipped);
    const { seed, broken } = this.#task;
    const order: FlipOrder = { path, truth: this.#truth, verdict, seed: seed + number, broken };
    const child = fileURLToPath(new URL("./flip-child.js", import.meta.url));
    const ended = await new FaultyProcess(process.execPath, [child, JSON.stringify(order)]).ended(
      30_000,
    );
    const where = `byte ${at} (page ${Math.floor(at / pageBytes)}, ${at % pageBytes}) by ${mask}`;
    if (ended.signal === "SIGKILL") this.#problems.push(`${where}: it was not done after 30 s`);
    else if (ended.signal !== null || !existsSync(verdict))
      this.#died(`${ended.signal ?? ended.code}`);
    else this.#judge(where, JSON.parse(readFileSync(verdict, "utf8")) as FlipVerdict);
    rmSync(path, { recursive: true });
  }

  /** Three of four anywhere, the fourth where LMDB keeps what it needs to find its way. */
  #place(number: number): number {
    const at = Math.floor(this.#random() * this.#bytes.length);
    return number % 4 === 3 ? at - (at % pageBytes) + (at % headBytes) : at;
  }

  #judge(where: string, { wrong, lost, errors, verified }: FlipVerdict): void {
    const strange = errors.filter(
      (error) => !/ [A-Z_]+$/.test(error) || error.endsWith("INTERNAL"),
    );
    this.#problems.push(...[...wrong, ...strange].slice(0, 3).map((what) => `${where}: ${what}`));
    const isVerified = verified > 0 || errors.some((error) => error.startsWith("verify"));
    const isRefused = errors.some((error) => !error.startsWith("verify"));
    if (lost > 0 && !isVerified && !errors.some((error) => error.startsWith("open"))) {
      this.#problems.push(`${where}: ${lost} entries are missing, and verify does not see it`);
    }
    if (isRefused) this.#counts.refused++;
    else if (isVerified) this.#counts.verified++;
    else this.#counts.harmless++;
    this.#counts.lost += lost;
  }

  #died(how: string): void {
    this.#counts.died++;
    this.#deaths.set(how, (this.#deaths.get(how) ?? 0) + 1);
  }
}

const sideBySide = 2;
const pageBytes = 4_096;
const headBytes = 64;
