import { mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { randomNumbers } from "../support/random.js";
import { Distribution } from "./distribution.js";
import { FaultyProcess } from "./faulty-process.js";
import { Ledger } from "./ledger.js";
import { readJournal, reopen } from "./reopen.js";
import { type Findings, isEnough, type Suite, type SuiteTask } from "./suite.js";

/**
 * kill -9 at any moment, from the opening of the folder on: what was acknowledged is there, what was not is there
 * whole or not at all, and the folder goes on to the next kill.
 */
export const killSuite: Suite = {
  unit: "kills",
  short: 100,
  recorded: 1_000,
  run: async (task) => {
    const results = new Results(task);
    await Promise.all(Array.from({ length: sideBySide }, (_, place) => results.runPlace(place)));
    return results.findings;
  },
};

class Results {
  readonly #task: SuiteTask;
  readonly #problems: string[] = [];
  readonly #opening = new Distribution();
  readonly #counts = { acknowledged: 0, refused: 0, unknown: 0 };
  #compacting = 0;
  #begun = 0;
  #done = 0;

  constructor(task: SuiteTask) {
    this.#task = task;
  }

  get findings(): Findings {
    const { acknowledged, refused, unknown } = this.#counts;
    const figures = {
      kills: this.#done,
      "writes acknowledged": acknowledged,
      "refused by their own conditions": refused,
      "under way at a kill": unknown,
      "kills of a process that was compacting": this.#compacting,
      "milliseconds to reopen": this.#opening.text,
    };
    return { problems: this.#problems, figures };
  }

  /** One kill after the other, in a few folders after each other. */
  async runPlace(place: number): Promise<void> {
    const random = randomNumbers(this.#task.seed + place);
    for (let kill = 0, at: Place | undefined; this.#begun < this.#task.size; kill++) {
      this.#begun++;
      if (at === undefined || kill % killsPerFolder === 0) {
        if (at !== undefined) this.#leave(at);
        at = makePlace(join(this.#task.folder, `${place}-${kill}`));
      }
      await this.#kill(at, random);
      this.#task.progress(++this.#done);
      if (isEnough(this.#task, this.#problems)) break;
      if (this.#begun >= this.#task.size) this.#leave(at);
    }
  }

  async #kill(place: Place, random: () => number): Promise<void> {
    const { path, journal, ledger } = place;
    const seed = Math.floor(random() * 2 ** 32);
    const threads = random() < 0.5 ? 1 : 0;
    const { broken } = this.#task;
    const compacts = broken === undefined && random() < 0.3;
    const order = { path, journal, seed, lanes: 4, tasks: 0, threads, broken, compacts };
    if (compacts) this.#compacting++;
    const child = FaultyProcess.start(order);
    // A few die while they open the folder.
    if (random() < 0.2) await setTimeout(100 + random() * 250);
    else {
      await child.ready;
      await grown(journal, random() ** 2 * journalBytesMax);
      await setTimeout(random() * 5);
    }
    child.kill();
    const { code, said } = await child.ended(10_000);
    if (code !== null) this.#problems.push(`the child ended by itself with ${code}: ${said}`);
    const news = readJournal(journal, place.read);
    place.read += news.length;
    ledger.read(news.toString());
    const { problems, observed, openMs } = await reopen(path, ledger.expected, seed);
    this.#problems.push(...problems, ...ledger.problems.splice(0));
    if (observed !== undefined) ledger.adopt(observed);
    this.#opening.add(openMs);
  }

  #leave({ folder, ledger }: Place): void {
    for (const name of ["acknowledged", "refused", "unknown"] as const) {
      this.#counts[name] += ledger.counts[name];
    }
    rmSync(folder, { recursive: true });
  }
}

interface Place {
  readonly folder: string;
  readonly path: string;
  readonly journal: string;
  readonly ledger: Ledger;
  /** Bytes of the journal. */
  read: number;
}

function makePlace(folder: string): Place {
  const path = join(folder, "data");
  mkdirSync(path, { recursive: true });
  return { folder, path, journal: join(folder, "journal"), ledger: new Ledger(), read: 0 };
}

/** Waits until the child has written so much: a busy machine gives it less to do in the same time. */
async function grown(journal: string, bytes: number): Promise<void> {
  const size = () => statSync(journal, { throwIfNoEntry: false })?.size ?? 0;
  const goal = size() + bytes;
  for (let waited = 0; size() < goal && waited < patienceMs; waited++) await setTimeout(1);
}

const sideBySide = 2;
/** Of some 75 writes. */
const journalBytesMax = 6_000;
const patienceMs = 2_000;
const killsPerFolder = 25;
