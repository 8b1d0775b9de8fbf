import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { randomNumbers } from "../support/random.js";
import { childArguments, FaultyProcess } from "./faulty-process.js";
import { Ledger } from "./ledger.js";
import { hasStrace, straceMissing } from "./recording.js";
import { readJournal, reopen } from "./reopen.js";
import { canMount, SmallDisk } from "./small-disk.js";
import { type Findings, isEnough, type Suite, type SuiteTask } from "./suite.js";
import { taskOf } from "./workload.js";

/**
 * The k-th call of a kind fails, once or from then on: the error is one of ours and comes soon, what was rejected is
 * not seen, neither now nor later, and after what is no full disk nothing more is written. lmdb 3.5.6 writes more than
 * it has room for when it words some failures: a process may die of it, is counted apart, and must have lost
 * nothing. Above a hundred runs k goes from 1 until a run meets no failure; below, some are picked.
 */
export const ioSuite: Suite = {
  unit: "runs",
  short: 14,
  recorded: 2_000,
  missing: () => (hasStrace() ? undefined : straceMissing),
  run: async (task) => {
    const results = new Results(task);
    const next = task.size > samplesMax ? everyFault() : someFaults(task);
    await Promise.all(Array.from({ length: sideBySide }, () => results.work(next)));
    return results.findings;
  },
};

/** What goes wrong in a run, and what the run says of it. */
interface Fault {
  readonly call: string;
  readonly error: "EIO" | "ENOSPC";
  readonly forEver: boolean;
  readonly scarce: boolean;
  readonly k: number;
  /** Set when no call was the k-th. */
  clean?: boolean;
}

/** Asked for the next; undefined at the end. */
type Faults = () => Fault | undefined;

class Results {
  readonly #task: SuiteTask;
  readonly #problems: string[] = [];
  readonly #outcomes = new Map<string, number>();
  readonly #counts = { acknowledged: 0, failed: 0 };
  #begun = 0;
  #done = 0;
  #struck = 0;
  #largest = 0;
  readonly #deaths: string[] = [];

  constructor(task: SuiteTask) {
    this.#task = task;
  }

  get findings(): Findings {
    const outcomes = [...this.#outcomes].sort().map(([code, count]) => `${count} ${code}`);
    const figures = {
      runs: this.#done,
      "runs in which a call failed": this.#struck,
      "the largest k": this.#largest,
      "process deaths within lmdb, counted apart": this.#deaths.length,
      ...(this.#deaths.length > 0 ? { "of them": this.#deaths.slice(0, 12).join("; ") } : {}),
      "disk nearly full": mountable()
        ? "with and without"
        : "left out: only root may mount a small disk",
      "writes acknowledged": this.#counts.acknowledged,
      "writes that failed": this.#counts.failed,
      "calls that failed with": outcomes.join(", "),
    };
    return { problems: this.#problems, figures };
  }

  async work(next: Faults): Promise<void> {
    while (this.#begun < this.#task.size && !isEnough(this.#task, this.#problems)) {
      const fault = next();
      if (fault === undefined) return;
      await this.#try(fault, this.#begun++);
      this.#task.progress(++this.#done);
    }
  }

  async #try(fault: Fault, number: number): Promise<void> {
    const folder = join(this.#task.folder, `${number}`);
    mkdirSync(folder);
    try {
      using disk = fault.scarce ? new SmallDisk(join(folder, "disk"), 8) : undefined;
      await this.#run(fault, folder, join(disk?.path ?? folder, "data"));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  async #run(fault: Fault, folder: string, path: string): Promise<void> {
    mkdirSync(path);
    const [journal, log] = [join(folder, "journal"), join(folder, "log")];
    const { seed, broken } = this.#task;
    const { scarce } = fault;
    const order = {
      path,
      journal,
      seed: seed + fault.k,
      lanes: 2,
      tasks: 10,
      threads: 0,
      broken,
      scarce,
    };
    const args = [...injection(fault, join(path, "data.mdb"), log), process.execPath];
    const env = { UV_THREADPOOL_SIZE: "1" };
    const child = new FaultyProcess("strace", [...args, ...childArguments(order)], env);
    const { code, signal, said } = await child.ended(60_000);
    const told = readJournal(journal, 0).toString();
    const ledger = new Ledger();
    ledger.read(told);
    const problems = ledger.problems;
    if (signal !== null && crashes.has(signal)) this.#deaths.push(`${nameOf(fault)}: ${signal}`);
    else if (!ledger.notes.includes("ended"))
      problems.push(`it ended with ${code ?? signal}: ${said}`);
    problems.push(...misjudged(told, fault));
    problems.push(...(await reopen(path, ledger.expected, seed)).problems);
    this.#problems.push(...problems.map((problem) => `${nameOf(fault)}: ${problem}`));
    fault.clean = !readFileSync(log, "latin1").includes("(INJECTED)");
    if (!fault.clean) this.#count(fault, ledger);
  }

  #count({ k }: Fault, ledger: Ledger): void {
    this.#struck++;
    this.#largest = Math.max(this.#largest, k);
    this.#counts.acknowledged += ledger.counts.acknowledged;
    this.#counts.failed += ledger.counts.failed + ledger.counts.unknown;
    for (const note of ledger.notes) {
      const code = note.split(" ")[1];
      if (code !== undefined) this.#outcomes.set(code, (this.#outcomes.get(code) ?? 0) + 1);
    }
  }
}

/** strace's own arguments, before the command. */
function injection({ call, error, forEver, k }: Fault, file: string, log: string): string[] {
  const which = `inject=${call}:error=${error}:when=${k}${forEver ? "+" : ""}`;
  return ["-f", "-s", "0", "-P", file, "-e", `trace=${call}`, "-e", which, "-o", log];
}

/** A code that says something else than what was wrong, and a write that went on after the disk had failed. */
function misjudged(journal: string, { scarce }: Fault): string[] {
  const wrong = scarce ? "IO_ERROR" : "DISK_FULL";
  const problems: string[] = [];
  const asked = new Map<string, { readonly seed: number; readonly afterFailure: boolean }>();
  let hasFailed = false;
  let begun = false;
  for (const line of journal.split("\n")) {
    const [verb, lane, ...rest] = line.split(" ");
    if (verb === "asks") {
      begun = true;
      asked.set(lane, { seed: Number(rest[0]), afterFailure: hasFailed });
    }
    if (verb === "hears") {
      const { seed, afterFailure } = asked.get(lane) ?? { seed: 0, afterFailure: false };
      const steps = taskOf(Number(lane), seed);
      const wrote = rest.some((outcome, i) => outcome === "ok" && steps[i]?.kind === "set");
      if (afterFailure && wrote) problems.push("a set was taken after the disk had failed");
      if (rest.includes("IO_ERROR")) hasFailed = true;
      // The small disk is not yet full when it is opened.
      if (begun && rest.includes(wrong)) problems.push(`it was called ${wrong}`);
    }
  }
  return problems;
}

function nameOf({ call, error, forEver, scarce, k }: Fault): string {
  const when = forEver ? `from the ${k}th on` : `the ${k}th`;
  return `${call} ${error} ${when}${scarce ? ", disk nearly full" : ""}`;
}

/** Each kind with k from 1 on, until one is clean. */
function everyFault(): Faults {
  const kinds = faultKinds();
  const under = new Map<object, Fault>();
  return () => {
    for (const kind of kinds) {
      const last = under.get(kind);
      if (last?.clean) continue;
      const fault = { ...kind, k: (last?.k ?? 0) + 1 };
      under.set(kind, fault);
      return fault;
    }
    return undefined;
  };
}

function someFaults({ seed }: SuiteTask): Faults {
  const random = randomNumbers(seed);
  const kinds = faultKinds();
  return () => {
    const kind = kinds[Math.floor(random() * kinds.length)];
    return { ...kind, k: 1 + Math.floor(random() * 20) };
  };
}

function faultKinds(): Omit<Fault, "k">[] {
  const scarcity = mountable() ? [false, true] : [false];
  return ["fdatasync", "pwrite64", "writev"].flatMap((call) =>
    (["EIO", "ENOSPC"] as const).flatMap((error) =>
      [false, true].flatMap((forEver) =>
        scarcity.map((scarce) => ({ call, error, forEver, scarce })),
      ),
    ),
  );
}

let mounts: boolean | undefined;

function mountable(): boolean {
  mounts ??= canMount();
  return mounts;
}

/** What a process dies of when a library writes where it should not. */
const crashes: ReadonlySet<string> = new Set(["SIGSEGV", "SIGABRT", "SIGBUS"]);
const sideBySide = 2;
const samplesMax = 100;
