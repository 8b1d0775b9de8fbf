import { rmSync, statSync } from "node:fs";
import { copyFile, open as openFile } from "node:fs/promises";
import { join } from "node:path";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import { verifyFile } from "../../lib/keeping/verify-file.js";
import { LmdbEnvironment } from "../../lib/persistence/lmdb.js";
import { type Findings, showSpread, type Table } from "../report.js";
import type { Sizes } from "../sizes.js";
import { scratchFolder } from "../support/places.js";
import { ratios, type Spread, spreadOf } from "../support/stats.js";
import { dimension, wordsOf } from "../support/word-set.js";
import { entriesOf, storeName } from "../support/word-store.js";

/** A backup's parts beside copying the file as the system does it; each ends when its file is on disk. */
export async function measureBackup(sizes: Sizes): Promise<Findings> {
  using folder = scratchFolder();
  const data = join(folder.path, "data");
  const engine = await open(data);
  try {
    await fill(engine, sizes);
    const rounds: Round[] = [];
    for (let round = 0; round < sizes.rounds; round++) {
      rounds.push(await measureRound(engine, data, folder.path));
    }
    return findingsOf(rounds, statSync(join(data, "data.mdb")).size, sizes.large);
  } finally {
    await engine.close();
  }
}

/** Milliseconds of each. */
interface Round {
  readonly copied: number;
  readonly written: number;
  readonly verified: number;
  readonly whole: number;
}

async function fill(engine: EmbeddedEngine, sizes: Sizes): Promise<void> {
  const store = await engine.createStore(storeName, { dimension });
  await store.load(entriesOf(wordsOf(sizes, sizes.large), sizes.large));
}

async function measureRound(engine: EmbeddedEngine, data: string, folder: string): Promise<Round> {
  const file = join(data, "data.mdb");
  const [copy, written, backup] = ["copy", "written", "backup"].map((name) => join(folder, name));
  try {
    const copied = await timed(() => copyFile(file, copy).then(() => sync(copy)));
    const environment = await LmdbEnvironment.open(file);
    const writing = await timed(() => environment.copyTo(written).then(() => sync(written)));
    await environment.close();
    const verified = await timed(async () => {
      const { problems } = await verifyFile(written, {});
      if (problems.length > 0) throw new Error(problems[0]);
    });
    const whole = await timed(() => engine.backup(backup));
    return { copied, written: writing, verified, whole };
  } finally {
    for (const each of [copy, written, `${written}-lock`, backup]) {
      rmSync(each, { recursive: true, force: true });
    }
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function sync(path: string): Promise<void> {
  const file = await openFile(path, "r+");
  await file.sync();
  await file.close();
}

function findingsOf(rounds: readonly Round[], bytes: number, entries: number): Findings {
  const of = (part: keyof Round): number[] => rounds.map((round) => round[part]);
  const row = (name: string, part: keyof Round) => {
    const spread: Spread = spreadOf(of(part));
    const rate = spreadOf(of(part).map((ms) => bytes / 1_000 / ms));
    return [name, showSpread(spread), showSpread(rate)];
  };
  const size = `${entries.toLocaleString("en")} x ${dimension}, ${Math.round(bytes / 1e6)} MB`;
  const table: Table = {
    title: `Backing up ${size}`,
    head: ["", "ms", "MB/s"],
    rows: [
      row("copying the file, by the system", "copied"),
      row("writing a backup", "written"),
      row("verifying it, by a thread", "verified"),
      row("`engine.backup`, all of it", "whole"),
    ],
  };
  const figure = {
    name: "speed of writing a backup beside copying the file",
    measured: spreadOf(ratios(of("copied"), of("written"))),
    unit: "",
    bound: { atLeast: 0.5 },
    how: `${size}, both on disk when they are done; verifying apart`,
  };
  return { tables: [table], figures: [figure] };
}
