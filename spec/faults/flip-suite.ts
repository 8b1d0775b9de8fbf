import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CheckpointRules } from "../../lib/engine/checkpoint-rules.js";
import { open } from "../../lib/index.js";
import { provide } from "../../lib/ports.js";
import { atClose } from "../support/keeping-engines.js";
import { randomNumbers } from "../support/random.js";
import type { Breakage } from "./breakages.js";
import { FaultyProcess } from "./faulty-process.js";
import { LaneRunner } from "./lane-runner.js";
import { type Findings, isEnough, type Suite, type SuiteTask } from "./suite.js";
import { textOf } from "./truth.js";
import { isBrief } from "./workload.js";

/**
 * One byte of a file is flipped, anywhere in the data or in a checkpoint, and a process of its own opens it, reads,
 * verifies, writes and reads again: it is never given a vector or metadata that was not set; what is missing is found
 * by `verify`. LMDB trusts its own pages: processes that die of what they read there are counted apart.
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
  /** The files by their place in the folder, the data first. */
  #files: { readonly name: string; readonly bytes: Buffer }[] = [];

  constructor(task: SuiteTask) {
    this.#task = task;
    this.#random = randomNumbers(task.seed);
  }

  get findings(): Findings {
    const { harmless, refused, lost, verified, died } = this.#counts;
    const [data, ...checkpoints] = this.#files;
    const figures = {
      flips: `${this.#done}, half of them in a file of ${data?.bytes.length} bytes`,
      "of these": "every fourth in the head of a page",
      "the others": `in ${checkpoints.length} checkpoints`,
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
    const engine = await open(path, { threads: 0, provide: [provide(CheckpointRules, atClose)] });
    await runner.makeStores(engine);
    const { seed } = this.#task;
    await Promise.all([0, 1].map((lane) => runner.run(engine, { lane, seed, tasks: 25 })));
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
    const checkpoints = readdirSync(join(path, "indexes")).map((name) => join("indexes", name));
    if (checkpoints.length === 0) throw new Error("no checkpoint was written");
    this.#files = ["data.mdb", ...checkpoints].map((name) => {
      return { name, bytes: readFileSync(join(path, name)) };
    });
  }

  async work(): Promise<void> {
    while (this.#begun < this.#task.size && !isEnough(this.#task, this.#problems)) {
      await this.#try(this.#begun++);
      this.#task.progress(++this.#done);
    }
  }

  async #try(number: number): Promise<void> {
    const { name, bytes } = this.#fileOf(number);
    const at = name === "data.mdb" ? this.#place(number, bytes) : this.#within(bytes);
    const mask = 1 << Math.floor(this.#random() * 8);
    const path = join(this.#task.folder, `${number}`);
    const verdict = join(path, "verdict.json");
    mkdirSync(join(path, "indexes"), { recursive: true });
    for (const file of this.#files) {
      copyFileSync(join(this.#task.folder, "whole", file.name), join(path, file.name));
    }
    const flipped = Buffer.from(bytes);
    flipped[at] ^= mask;
    writeFileSync(join(path, name), flipped);
    const { seed, broken } = this.#task;
    const order: FlipOrder = { path, truth: this.#truth, verdict, seed: seed + number, broken };
    const child = fileURLToPath(new URL("./flip-child.js", import.meta.url));
    const ended = await new FaultyProcess(process.execPath, [child, JSON.stringify(order)]).ended(
      30_000,
    );
    const where = `${name}, byte ${at} (page ${Math.floor(at / pageBytes)}, ${at % pageBytes}) by ${mask}`;
    if (ended.signal === "SIGKILL") this.#problems.push(`${where}: it was not done after 30 s`);
    else if (ended.signal !== null || !existsSync(verdict))
      this.#died(`${ended.signal ?? ended.code}`);
    else this.#judge(where, JSON.parse(readFileSync(verdict, "utf8")) as FlipVerdict);
    rmSync(path, { recursive: true });
  }

  /** Every second time the data, else one of the checkpoints. */
  #fileOf(number: number): { readonly name: string; readonly bytes: Buffer } {
    const [data, ...checkpoints] = this.#files;
    return number % 2 === 0 ? data : checkpoints[((number - 1) / 2) % checkpoints.length];
  }

  #within({ length }: Buffer): number {
    return Math.floor(this.#random() * length);
  }

  /** Three of four anywhere, the fourth where LMDB keeps what it needs to find its way. */
  #place(number: number, bytes: Buffer): number {
    const at = this.#within(bytes);
    return number % 8 === 6 ? at - (at % pageBytes) + (at % headBytes) : at;
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
