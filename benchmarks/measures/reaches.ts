import { type EchoStyle, RawEcho } from "../limits/raw-echo.js";
import { allOperations } from "../operations/all.js";
import type { Operation } from "../operations/operation.js";
import { type Figure, type Findings, showSpread, type Table } from "../report.js";
import type { Sizes } from "../sizes.js";
import type { BarGroup } from "../support/chart.js";
import { startChild } from "../support/child.js";
import { type Contender, interleave, valuesOf } from "../support/interleave.js";
import { serveChild } from "../support/modules.js";
import { scratchFolder } from "../support/places.js";
import { rateOf } from "../support/rate.js";
import {
  frameSizes,
  overMemory,
  overOwnTcp,
  overTcp,
  type Reach,
  type Served,
} from "../support/serving.js";
import { ratios, spreadOf } from "../support/stats.js";
import {
  batchFrames,
  inFlight,
  oneAtATime,
  type Style,
  styles,
  twoBatchFrames,
  width,
} from "../support/styles.js";
import { threeDigits } from "../support/table.js";
import { wordsOf } from "../support/word-set.js";
import { type Engines, openEngines } from "../support/word-store.js";

/** Calls a second of every operation in every reach, beside a raw echo of the same frames. */
export async function measureReaches(sizes: Sizes): Promise<Findings> {
  const { stored, vectors } = sizes;
  const words = wordsOf(sizes, stored);
  using here = scratchFolder();
  using there = scratchFolder();
  await using engines = await openEngines(words, here.path);
  await using server = startChild(serveChild, { path: there.path, stored, vectors });
  const served = (await server.answer()) as Served;
  await using reaches = await openReaches(engines, served);
  const operations = allOperations(words);
  await using limits = await openLimits(engines, operations, served.echo);
  const contenders = operations.flatMap((operation) => [
    ...ourContenders(operation, reaches.all, sizes),
    ...limits.contenders(operation, sizes),
  ]);
  const rates = await interleave(contenders, sizes.rounds, sizes.warmUps);
  const tables = operations.map((operation) => tableOf(operation, rates, limits));
  const bars = operations.map((operation) => barsOf(operation, rates));
  return { tables, figures: pingFigures(rates), bars };
}

/** A reach, and the styles that say something about it. */
interface NamedReach {
  readonly name: string;
  readonly reach: Omit<Reach, typeof Symbol.asyncDispose>;
  readonly styles: readonly Style[];
}

const inProcess = "in process";
const tcp = "TCP";
const raw = "raw echo";

async function openReaches(
  engines: Engines,
  served: Served,
): Promise<{ readonly all: readonly NamedReach[] } & AsyncDisposable> {
  const memory = await overMemory(engines);
  const own = await overOwnTcp(engines);
  const one = await overTcp(served, 1);
  const four = await overTcp(served, 4);
  return {
    all: [
      { name: inProcess, reach: engines, styles },
      { name: "in-memory transport", reach: memory, styles },
      { name: "TCP in one process", reach: own, styles: [oneAtATime, inFlight] },
      { name: tcp, reach: one, styles: [...styles, twoBatchFrames] },
      { name: "TCP, 4 connections", reach: four, styles: [inFlight] },
    ],
    async [Symbol.asyncDispose]() {
      for (const reach of [four, one, own, memory]) await reach[Symbol.asyncDispose]();
    },
  };
}

function ourContenders(
  operation: Operation,
  reaches: readonly NamedReach[],
  { sliceMs, atLeast }: Sizes,
): Contender[] {
  return reaches.flatMap(({ name, reach, styles }) =>
    styles.map((style) => {
      const work = (from: number, count: number) =>
        style.run(operation, reach[operation.engine], from, count);
      return rateOf(nameOf(operation, name, style), work, sliceMs, Math.min(style.least, atLeast));
    }),
  );
}

/** One socket for each operation, since each has frames of its own sizes. */
async function openLimits(engines: Engines, operations: readonly Operation[], port: number) {
  const echoes = new Map<Operation, RawEcho>();
  for (const operation of operations) {
    echoes.set(operation, await RawEcho.open(port, await frameSizes(engines, operation)));
  }
  const echoOf = (operation: Operation): RawEcho => {
    const echo = echoes.get(operation);
    if (echo === undefined) throw new Error(`there is no echo for ${operation.name}`);
    return echo;
  };
  return {
    echoOf,
    contenders: (operation: Operation, { sliceMs, atLeast }: Sizes): Contender[] =>
      [...styles, twoBatchFrames].map((style) => {
        const work = (_: number, count: number) =>
          echoOf(operation).run(count, echoStyles[style.name]);
        return rateOf(nameOf(operation, raw, style), work, sliceMs, Math.min(style.least, atLeast));
      }),
    async [Symbol.asyncDispose]() {
      for (const echo of echoes.values()) await echo[Symbol.asyncDispose]();
    },
  };
}

type Limits = Awaited<ReturnType<typeof openLimits>>;

const echoStyles: Readonly<Record<Style["name"], EchoStyle>> = {
  "one at a time": { width: 1, together: false },
  "128 in flight": { width, together: false },
  "batch frames": { width, together: true },
  "batch frames, two in flight": { width: 2 * width, together: false },
};

function barsOf({ name }: Operation, rates: ReadonlyMap<string, number[]>): BarGroup {
  const bars = [...rates]
    .filter(([each]) => each.startsWith(`${name} · `))
    .map(([each, values]) => {
      const { median, least, most } = spreadOf(values);
      const [, reach, style] = each.split(" · ");
      return { label: `${reach}, ${style}`, value: median, least, most, isLimit: reach === raw };
    });
  return { title: name, bars };
}

function tableOf(
  operation: Operation,
  rates: ReadonlyMap<string, number[]>,
  limits: Limits,
): Table {
  const { request, answer } = limits.echoOf(operation).sizes;
  const prefix = `${operation.name} · `;
  const rows = [...rates]
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, values]) => {
      const [, reach, style] = name.split(" · ");
      const limit = valuesOf(rates, [operation.name, raw, style].join(" · "));
      const { median } = spreadOf(values);
      return [
        reach,
        style,
        showSpread(spreadOf(values)),
        threeDigits(1_000_000 / median),
        reach === raw ? "" : threeDigits(spreadOf(ratios(values, limit)).median),
      ];
    });
  return {
    title: `${operation.name} (a frame of ${request} bytes, answered with ${answer})`,
    head: ["reach", "style", "a second", "µs each", "of raw echo"],
    rows,
  };
}

function pingFigures(rates: ReadonlyMap<string, number[]>): Figure[] {
  const of = (reach: string, style: Style) => valuesOf(rates, `ping · ${reach} · ${style.name}`);
  const figure = (name: string, style: Style, limit: Style, atLeast: number, how: string) => ({
    name,
    measured: spreadOf(ratios(of(tcp, style), of(raw, limit))),
    unit: "",
    bound: { atLeast },
    how,
  });
  return [
    figure(
      "ping, 128 in flight, of raw echo",
      inFlight,
      inFlight,
      0.33,
      "one connection, 128 callers, against an echo of as many frames of the same sizes",
    ),
    figure(
      "ping, batch frames, of raw echo",
      batchFrames,
      inFlight,
      0.5,
      "pipelines of 128 one after the other, against the same echo with 128 in flight",
    ),
    figure(
      "ping, batch frames, of raw echo in batches",
      batchFrames,
      batchFrames,
      0.5,
      "the same pipelines, against an echo of 128 frames written and awaited together",
    ),
    figure(
      "ping, one at a time, of raw echo",
      oneAtATime,
      oneAtATime,
      0.6,
      "one connection, one caller, against an echo of single frames",
    ),
  ];
}

function nameOf({ name }: Operation, reach: string, style: Style): string {
  return [name, reach, style.name].join(" · ");
}
