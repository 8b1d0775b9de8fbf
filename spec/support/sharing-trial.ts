import { readdirSync, rmSync } from "node:fs";
import { open } from "../../lib/index.js";
import { findResident } from "../../lib/sharing/find-resident.js";
import { realDoorbell } from "./open-folder.js";
import { SharingProcess } from "./sharing-process.js";
import type { WorkReport } from "./sharing-work.js";

export interface TrialOptions {
  readonly path: string;
  /** What befalls the owner, one after the other. */
  readonly blows: readonly Blow[];
  /** Writes that every living process acknowledges between two of them. */
  readonly writes: number;
  /** Told after each. */
  readonly onBlow?: (done: number) => void;
}

/**
 * What may befall an owner: it is killed; closes; stands still for a moment; or stands still until
 * another has taken the folder, for which its socket is removed.
 */
export type Blow = "kill" | "close" | "pause" | "depose";

export interface TrialResult {
  /** Processes that have owned the folder. */
  readonly owners: number;
  /** Writes that were acknowledged. */
  readonly writes: number;
  /** Calls that failed though they were to be made again, by code. */
  readonly failures: Readonly<Record<string, number>>;
  /** What must not be: lost or doubled writes, wrong answers. */
  readonly wrong: readonly string[];
}

/** Four processes that write to one folder and search it, while its owners are killed and stopped in turn. */
export class SharingTrial {
  readonly #options: TrialOptions;
  readonly #processes: SharingProcess[] = [];
  readonly #ids = new Set<string>();
  readonly #reports: WorkReport[] = [];
  readonly #owners = new Set<number>();
  #started = 0;

  constructor(options: TrialOptions) {
    this.#options = options;
  }

  async run(): Promise<TrialResult> {
    const { blows, writes, onBlow } = this.#options;
    try {
      await this.#start();
      const options = { dimension: 3, metric: "euclidean" } as const;
      await this.#processes[0].ask({ kind: "createStore", store: "work", ...options });
      while (this.#processes.length < crowd) await this.#start();
      await Promise.all(this.#processes.map((each) => this.#work(each)));
      for (const [done, blow] of blows.entries()) {
        await Promise.all(this.#processes.map((each) => each.progress(writes)));
        await this.#strike(blow);
        onBlow?.(done + 1);
      }
      await Promise.all(this.#processes.map((each) => each.progress(writes)));
      for (const each of this.#processes) this.#reports.push(await each.stop());
      for (const each of this.#processes) await each.close();
      return await this.#judge();
    } finally {
      await Promise.all(this.#processes.map((each) => each.kill()));
    }
  }

  async #start(): Promise<SharingProcess> {
    const started = new SharingProcess();
    this.#processes.push(started);
    await started.open({ path: this.#options.path, shared: true });
    return started;
  }

  async #work(worker: SharingProcess): Promise<void> {
    await worker.work(String(this.#started++));
  }

  async #strike(blow: Blow): Promise<void> {
    const owner = await this.#owner();
    if (owner === undefined) return;
    this.#owners.add(owner.pid);
    const others = this.#processes.filter((each) => each !== owner);
    if (blow === "pause" || blow === "depose") {
      owner.signal("SIGSTOP");
      if (blow === "depose") {
        removeSockets(this.#options.path);
        // One that was stopped in the middle of a commit keeps the folder until it goes on.
        await Promise.all(others.map((each) => each.progress(this.#options.writes, 4_000)));
      }
      owner.signal("SIGCONT");
      return;
    }
    if (blow === "close") {
      this.#reports.push(await owner.stop());
      await owner.close();
    }
    await owner.kill();
    for (const id of owner.acknowledged) this.#ids.add(id);
    this.#processes.splice(this.#processes.indexOf(owner), 1);
    await this.#work(await this.#start());
  }

  /** The folder may be changing hands: then there is none yet. */
  async #owner(): Promise<SharingProcess | undefined> {
    for (let attempt = 0; attempt < 100; attempt++) {
      const pid = (await findResident(this.#options.path, realDoorbell))?.owner?.pid;
      const owner = this.#processes.find((each) => each.pid === pid);
      if (owner !== undefined) return owner;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return undefined;
  }

  /** What is there against what was acknowledged. */
  async #judge(): Promise<TrialResult> {
    const wrong = this.#reports.flatMap((report) => report.wrong);
    const failures: Record<string, number> = {};
    for (const report of this.#reports) {
      for (const id of report.there) this.#ids.add(id);
      for (const [code, count] of Object.entries(report.failures)) {
        failures[code] = (failures[code] ?? 0) + count;
      }
    }
    const gone = this.#reports.flatMap((report) => report.gone);
    await using engine = await open(this.#options.path, { threads: 0 });
    const store = engine.store("work");
    wrong.push(...(await missing(store, [...this.#ids])).map((id) => `${id} is lost`));
    const lost = await missing(store, gone);
    if (lost.length < gone.length) wrong.push(`${gone.length - lost.length} deletes are lost`);
    const writes = this.#ids.size + 2 * gone.length;
    return { owners: this.#owners.size, writes, failures, wrong };
  }
}

type Getter = { get(keys: readonly string[]): Promise<(object | undefined)[]> };

async function missing(store: Getter, ids: readonly string[]): Promise<string[]> {
  const absent: string[] = [];
  for (let at = 0; at < ids.length; at += 1_000) {
    const keys = ids.slice(at, at + 1_000);
    const entries = await store.get(keys);
    absent.push(...keys.filter((_, i) => entries[i] === undefined));
  }
  return absent;
}

function removeSockets(path: string): void {
  for (const name of readdirSync(path)) {
    if (name.endsWith(".sock")) rmSync(`${path}/${name}`, { force: true });
  }
}

const crowd = 4;
