import { type Figure, type Findings, showSpread, type Table } from "../report.js";
import type { Sizes } from "../sizes.js";
import { askChild } from "../support/child.js";
import { forget } from "../support/forget.js";
import type { LargeJob, Loaded, Opened } from "../support/large.js";
import { largeChild } from "../support/modules.js";
import { scratchFolder } from "../support/places.js";
import { spreadOf } from "../support/stats.js";
import { dimension } from "../support/word-set.js";

/** Loading the large store while it is searched, and opening it again; each in a fresh process. */
export async function measureLarge({ rounds, large, vectors }: Sizes): Promise<Findings> {
  const loads: Loaded[] = [];
  const warm: Opened[] = [];
  const cold: Opened[] = [];
  for (let round = 0; round < rounds; round++) {
    using folder = scratchFolder();
    const { path } = folder;
    const job = (task: LargeJob["task"]): LargeJob => ({ task, path, count: large, vectors });
    loads.push((await askChild(largeChild, job("load"))) as Loaded);
    const isForgotten = forget(path);
    const first = (await askChild(largeChild, job("open"))) as Opened;
    if (isForgotten) cold.push(first);
    warm.push((await askChild(largeChild, job("open"))) as Opened);
  }
  for (const { entries } of [...loads, ...warm, ...cold]) {
    if (entries !== large) throw new Error(`${entries} of ${large} entries are there`);
  }
  const size = `${large.toLocaleString("en")} x ${dimension}`;
  return {
    tables: [loadingTable(loads, size), openingTable(warm, cold, size)],
    figures: figuresOf(loads, warm, cold, size),
  };
}

function loadingTable(loads: readonly Loaded[], size: string): Table {
  const row = (name: string, of: (load: Loaded) => number) => [
    name,
    showSpread(spreadOf(loads.map(of))),
  ];
  return {
    title: `Loading ${size} with metadata while one search follows the other`,
    head: ["", "of the rounds"],
    rows: [
      row("seconds", ({ seconds }) => seconds),
      row("entries a second", ({ entries, seconds }) => entries / seconds),
      row("searches meanwhile", ({ searches }) => searches),
      row("delay of the event loop, ms, median", ({ delayMs }) => delayMs.median),
      row("delay of the event loop, ms, p99", ({ delayMs }) => delayMs.p99),
      row("delay of the event loop, ms, longest", ({ delayMs }) => delayMs.most),
    ],
  };
}

function openingTable(warm: readonly Opened[], cold: readonly Opened[], size: string): Table {
  const row = (name: string, opened: readonly Opened[]) => [
    name,
    showSpread(spreadOf(opened.map(({ openMs }) => openMs))),
    showSpread(spreadOf(opened.map(({ searchMs }) => searchMs))),
    showSpread(spreadOf(opened.map(total))),
  ];
  return {
    title: `Opening ${size} with metadata, and the first search, in a fresh process`,
    head: ["", "open, ms", "first search, ms", "together, ms"],
    rows: [row("warm pages", warm), ...(cold.length > 0 ? [row("cold pages", cold)] : [])],
  };
}

function figuresOf(
  loads: readonly Loaded[],
  warm: readonly Opened[],
  cold: readonly Opened[],
  size: string,
): Figure[] {
  const coldly =
    cold.length > 0
      ? `${showSpread(spreadOf(cold.map(total)))} ms with cold pages`
      : "pages cannot be made cold on this system";
  return [
    {
      name: `opening ${size} and the first search`,
      measured: spreadOf(warm.map(total)),
      unit: "ms",
      bound: { atMost: 400 },
      how: `in a fresh process with warm pages; ${coldly}`,
    },
    {
      name: `delay of the event loop, p99, while ${size} load`,
      measured: spreadOf(loads.map(({ delayMs }) => delayMs.p99)),
      unit: "ms",
      bound: { atMost: 15 },
      how: "monitorEventLoopDelay with a resolution of 1 ms, one search after the other meanwhile",
    },
  ];
}

function total({ openMs, searchMs }: Opened): number {
  return openMs + searchMs;
}
