import { statSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import { PassingSnapshot } from "../../lib/persistence/passing-snapshot.js";
import { tableNames } from "../../lib/persistence/table.js";
import { Clock, Persistence, provide } from "../../lib/ports.js";
import { firstKey, lastKey } from "../../lib/rows/keys.js";
import { openFolder } from "../support/open-folder.js";
import { makeBroken } from "./breakages.js";
import { ChurnedStore } from "./churned-store.js";
import type { Findings, Suite, SuiteTask } from "./suite.js";

/**
 * Entries of all sizes come, are overwritten and go, for as many seconds, under readers that take their time: memory
 * and file stay as large as they were, and the file at most three times the rows that are kept. What readers hold may
 * make it larger for a moment: then it comes back by itself within ten seconds. The engine's clock runs fast, so that
 * the day for which the change log is kept is over soon.
 */
export const churnSuite: Suite = {
  unit: "seconds",
  short: 20,
  recorded: 3_600,
  run: async (task) => {
    const churn = new Churn(task);
    await churn.run();
    return churn.findings;
  },
};

class Churn {
  readonly #task: SuiteTask;
  readonly #file: string;
  readonly #problems: string[] = [];
  readonly #samples: Sample[] = [];
  #writes = 0;

  constructor(task: SuiteTask) {
    this.#task = task;
    this.#file = join(task.folder, "data", "data.mdb");
  }

  async run(): Promise<void> {
    const { folder, broken } = this.#task;
    const real = await openFolder(join(folder, "data"));
    const persistence = broken === undefined ? real : makeBroken(broken, real);
    const engine = await openOn(persistence);
    const stores: ChurnedStore[] = [];
    for (const [i, dimension] of [32, 128, 768].entries()) {
      stores.push(await ChurnedStore.make(engine, { dimension, seed: this.#task.seed + i }));
    }
    for (const store of stores) await store.fill();
    const stop = new AbortController();
    const work = [
      ...stores.flatMap((store) => [store.churn(stop.signal), store.read(stop.signal)]),
      remakeStores(engine, stop.signal),
    ].map((running) => running.catch((error) => void this.#problems.push(String(error))));
    await this.#measure(engine, persistence, stores);
    stop.abort();
    await Promise.all(work);
    for (const store of stores) this.#problems.push(...(await store.check()));
    this.#writes = stores.reduce((sum, { writes }) => sum + writes, 0);
    await engine.close();
    this.#judge();
  }

  get findings(): Findings {
    const [first, last] = [this.#settled[0], this.#settled[this.#settled.length - 1]];
    const figures = {
      writes: this.#writes,
      "rows kept, at the end": mebibytes(last.live),
      "entries kept, as they were given": mebibytes(last.given),
      "file after a quarter, at the end, largest": [first.file, last.file, this.#most("file")]
        .map(mebibytes)
        .join(", "),
      "file by rows kept, in the middle, at most": [this.#ratioAt(0.5), this.#ratioAt(1)].join(
        ", ",
      ),
      "longest time above three times the rows": `${this.#longestAbove().toFixed(1)} s`,
      "in use after a quarter, at the end": [first.used, last.used].map(mebibytes).join(", "),
      "memory after a quarter, at the end, largest": [
        first.memory,
        last.memory,
        this.#most("memory"),
      ]
        .map(mebibytes)
        .join(", "),
    };
    return { problems: this.#problems, figures };
  }

  /** Without the first quarter, in which file and heap find their size. */
  get #settled(): readonly Sample[] {
    return this.#samples.slice(Math.floor(this.#samples.length / 4));
  }

  async #measure(
    engine: EmbeddedEngine,
    persistence: Persistence,
    stores: readonly ChurnedStore[],
  ): Promise<void> {
    const { size } = this.#task;
    const pause = Math.max(500, (size * 1_000) / samplesMax);
    const writes = () => stores.reduce((sum, store) => sum + store.writes, 0);
    for (let time = 0; time < size * 1_000; time += pause) {
      const goal = writes() + writesPerSample;
      await new Promise((resolve) => setTimeout(resolve, pause));
      // A machine with much else to do takes longer over the same.
      for (let late = 0; writes() < goal && late < latenessMax; late += 100) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      collectGarbage();
      const { rss, heapUsed, external } = process.memoryUsage();
      const { bytes } = await engine.info();
      this.#samples.push({
        at: time / 1_000,
        live: await rowBytes(persistence),
        given: stores.reduce((sum, store) => sum + store.bytes, 0),
        file: statSync(this.#file).size,
        used: heapUsed + external + bytes.memory,
        memory: rss,
      });
      this.#task.progress(Math.floor(time / 1_000));
    }
  }

  #judge(): void {
    const above = this.#longestAbove();
    if (above >= Math.min(momentSeconds, this.#task.size / 4)) {
      const times = `${this.#ratioAt(1)} times the rows that are kept`;
      this.#problems.push(`the file is ${times}, and over three times for ${above.toFixed(1)} s`);
    }
    for (const what of ["file", "used", "memory"] as const) {
      if (what === "memory" && this.#task.size < settledSeconds) continue;
      const half = Math.floor(this.#settled.length / 2);
      const [early, late] = [this.#settled.slice(0, half), this.#settled.slice(half)];
      const [before, after] = [median(early, what), median(late, what)];
      if (after > before * growthMax + slackBytes) {
        this.#problems.push(
          `the ${what} has grown from ${mebibytes(before)} to ${mebibytes(after)}`,
        );
      }
    }
  }

  #ratioAt(share: number): string {
    const ratios = this.#settled.map(ratio).sort((a, b) => a - b);
    return (ratios[Math.floor((ratios.length - 1) * share)] ?? 0).toFixed(2);
  }

  /** Seconds in which every sample was above. */
  #longestAbove(): number {
    let longest = 0;
    let since: number | undefined;
    for (const sample of this.#settled) {
      if (ratio(sample) <= fileMax) since = undefined;
      else since ??= sample.at;
      if (since !== undefined) longest = Math.max(longest, sample.at - since);
    }
    return longest;
  }

  #most(what: "file" | "memory"): number {
    return Math.max(...this.#settled.map((sample) => sample[what]));
  }
}

interface Sample {
  /** Seconds since the beginning, as a machine counts them that has little else to do. */
  readonly at: number;
  /** Bytes of the rows there are: keys and values of all tables. */
  readonly live: number;
  /** Bytes of the entries there are, as they were given: ids, vectors and metadata. */
  readonly given: number;
  readonly file: number;
  /** Bytes of the heap, of what it holds outside, and of the vectors. */
  readonly used: number;
  /** Bytes that the process has of the system. */
  readonly memory: number;
}

function openOn(persistence: Persistence): Promise<EmbeddedEngine> {
  const start = Date.now();
  const now = () => start + (Date.now() - start) * timesFaster;
  const ports = [provide(Persistence, () => persistence), provide(Clock, { now })];
  return open({ threads: 1, provide: ports });
}

/** Of the rows at about this time; it keeps no state for longer than a turn, which would let the file grow. */
async function rowBytes(persistence: Persistence): Promise<number> {
  const snapshot = new PassingSnapshot(() => persistence.snapshot());
  let bytes = 0;
  let rows = 0;
  for (const table of tableNames) {
    for (const { key, value } of snapshot.range(table, firstKey, lastKey)) {
      bytes += key.length + value.length;
      if (++rows % 1_000 !== 0) continue;
      snapshot.release();
      await new Promise(setImmediate);
    }
  }
  snapshot.release();
  return bytes;
}

/** Stores come and go beside the others, so that what is dropped is erased under way. */
async function remakeStores(engine: EmbeddedEngine, signal: AbortSignal): Promise<void> {
  for (let round = 0; !signal.aborted; round++) {
    const store = await engine.createStore(`brief/${round % 3}`, {
      dimension: 16,
      ifNotExists: true,
    });
    const vector = Array.from({ length: 16 }, () => 1);
    const metadata = { text: "b".repeat(500) };
    await store.set(Array.from({ length: 50 }, (_, i) => ({ id: `${i}`, vector, metadata })));
    await engine.dropStore(store.name);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function ratio({ file, live }: Sample): number {
  return file / live;
}

function median(samples: readonly Sample[], what: "file" | "used" | "memory"): number {
  const sorted = samples.map((sample) => sample[what]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** A day is over in some 17 seconds. */
const timesFaster = 5_000;
const samplesMax = 720;
const writesPerSample = 30;
/** Milliseconds for which a sample waits for them, at most. */
const latenessMax = 5_000;
const fileMax = 3;
const momentSeconds = 10;
const growthMax = 1.05;
/** Until then an allocator may still take more of the system than is in use. */
const settledSeconds = 600;
/** What a heap and an allocator breathe. */
const slackBytes = 8 * 1024 * 1024;
