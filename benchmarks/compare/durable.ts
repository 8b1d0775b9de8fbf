import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { showSpread, type Table } from "../report.js";
import { askChild } from "../support/child.js";
import { forget } from "../support/forget.js";
import { interleave, valuesOf } from "../support/interleave.js";
import { bytesBelow, scratchFolder } from "../support/places.js";
import { ratios, spreadOf } from "../support/stats.js";
import { threeDigits } from "../support/table.js";
import { dimension } from "../support/word-set.js";
import { type ContenderName, contenders } from "./contender.js";
import type { ContenderAnswer, ContenderJob } from "./contender-child.js";
import type { Runtime } from "./runtimes.js";

export interface DurableSizes {
  readonly ingested: number;
  readonly batch: number;
  readonly opened: number;
  readonly rounds: number;
  readonly vectors: "words" | "random";
}

/** What is asked of every contender, each in a fresh process of its own. */
export async function compareDurable(
  runtimes: ReadonlyMap<ContenderName, Runtime>,
  sizes: DurableSizes,
): Promise<Table[]> {
  using folder = scratchFolder();
  const names = [...runtimes.keys()];
  const ask = (name: ContenderName, task: Partial<ContenderJob>): Promise<ContenderAnswer> => {
    const { vectors, batch } = sizes;
    const job = { module: contenders[name].href, vectors, batch, ...task };
    return askChild(child, job, runtimes.get(name)?.execPath) as Promise<ContenderAnswer>;
  };
  return [
    await ingestTable(names, ask, folder.path, sizes),
    await openTable(names, ask, folder.path, sizes),
  ];
}

type Ask = (name: ContenderName, task: Partial<ContenderJob>) => Promise<ContenderAnswer>;

async function ingestTable(
  names: readonly ContenderName[],
  ask: Ask,
  folder: string,
  { ingested, batch, rounds }: DurableSizes,
): Promise<Table> {
  const bytes = new Map<string, number>();
  const closed = new Map<string, number[]>(names.map((name) => [name, []]));
  let round = 0;
  const contestants = names.map((name) => ({
    name,
    measure: async () => {
      const path = freshFolder(folder, `ingest-${round++}`);
      const { ms, closedMs = ms } = await ask(name, {
        ...{ task: "ingest", path, count: ingested, batch },
      });
      bytes.set(name, bytesBelow(path) / ingested);
      closed.get(name)?.push(ingested / (closedMs / 1_000));
      return ingested / (ms / 1_000);
    },
  }));
  const rates = await interleave(contestants, rounds, 0);
  const beside = (measured: ReadonlyMap<string, number[]>, name: string): string => {
    if (name === names[0]) return "";
    const ours = valuesOf(measured, names[0] as string);
    return showSpread(spreadOf(ratios(ours, valuesOf(measured, name))));
  };
  const rows = names.map((name) => [
    name,
    showSpread(spreadOf(valuesOf(rates, name))),
    beside(rates, name),
    showSpread(spreadOf(valuesOf(closed, name))),
    beside(closed, name),
    threeDigits(bytes.get(name) ?? 0),
  ]);
  const size = `${ingested.toLocaleString("en")} x ${dimension}`;
  return {
    title: `Durable ingest of ${size} with three fields, in batches of ${batch.toLocaleString("en")}`,
    head: [
      "",
      "entries a second, until all are answered",
      "ours, of its",
      "until it is closed",
      "ours, of its",
      "bytes on disk an entry",
    ],
    rows,
  };
}

async function openTable(
  names: readonly ContenderName[],
  ask: Ask,
  folder: string,
  { opened, batch, rounds }: DurableSizes,
): Promise<Table> {
  const paths = new Map<ContenderName, string>();
  for (const name of names) {
    const path = freshFolder(folder, `open-${paths.size}`);
    paths.set(name, path);
    await ask(name, { task: "ingest", path, count: opened, batch });
  }
  let nearest: readonly string[] | undefined;
  const contestants = (isCold: boolean) =>
    names.map((name) => ({
      name,
      measure: async () => {
        const path = paths.get(name) as string;
        if (isCold) forget(path);
        const { ms, ids } = await ask(name, { task: "open", path, count: opened });
        nearest ??= ids;
        // Whether it is exact, and over the same entries; two at the same distance may change places.
        if (ids.join() !== nearest.join() && ids[0] !== nearest[0])
          throw differs(name, ids, nearest);
        return ms;
      },
    }));
  const warm = await interleave(contestants(false), rounds, 1);
  const cold = await interleave(contestants(true), rounds, 0);
  const show = (values: readonly number[]): string => showSpread(spreadOf(values));
  return {
    title: `Opening ${opened.toLocaleString("en")} x ${dimension} and the first exact search, in a fresh process`,
    head: ["", "warm pages, ms", "its, of ours", "cold pages, ms"],
    rows: names.map((name) => [
      name,
      show(valuesOf(warm, name)),
      name === names[0]
        ? ""
        : show(ratios(valuesOf(warm, name), valuesOf(warm, names[0] as string))),
      show(valuesOf(cold, name)),
    ]),
  };
}

function differs(name: string, got: readonly string[], expected: readonly string[]): Error {
  return new Error(`${name} found ${got.join()}, expected ${expected.join()}`);
}

function freshFolder(parent: string, name: string): string {
  const path = join(parent, name);
  mkdirSync(path);
  return path;
}

const child: URL = new URL("./contender-child.js", import.meta.url);
