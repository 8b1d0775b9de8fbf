import { type EmbeddedEngine, open, type Store, type Where } from "../../lib/index.js";
import { type Figure, type Findings, showSpread } from "../report.js";
import type { Sizes } from "../sizes.js";
import { fieldEntries, fieldNames, firstDay } from "../support/field-entries.js";
import { scratchFolder } from "../support/places.js";
import { ratios, spreadOf } from "../support/stats.js";

/** What five indexed fields cost while entries are loaded, and what conjunctions of two cost to count and to find. */
export async function measureIndexes({ indexed, rounds }: Sizes): Promise<Findings> {
  const rates: Record<"without" | "with", number[]> = { without: [], with: [] };
  const asked: Asked[] = [];
  for (let round = 0; round < Math.min(rounds, roundsMax); round++) {
    rates.without.push(await loadRate(indexed, [], async () => {}));
    const ask = async (engine: EmbeddedEngine, store: Store) => {
      for (const [name, where] of questionsOf(indexed)) {
        asked.push(await askOften(engine, store, name, where));
      }
    };
    rates.with.push(await loadRate(indexed, fieldNames, ask));
  }
  const shares = spreadOf(ratios(rates.with, rates.without));
  const title = `Indexes of five fields, ${indexed.toLocaleString("en")} entries`;
  return {
    tables: [
      {
        title: `${title}: load()`,
        head: ["", "entries a second"],
        rows: Object.entries(rates).map(([name, values]) => [name, showSpread(spreadOf(values))]),
      },
      {
        title: `${title}: conjunctions`,
        head: ["", "match", "rows looked at", "count ms", "find ms"],
        rows: [...new Set(asked.map(({ name }) => name))].map((name) => rowOf(name, asked)),
      },
    ],
    figures: figuresOf(shares, asked),
  };
}

interface Asked {
  readonly name: string;
  readonly matched: number;
  readonly examined: number;
  /** Milliseconds of the one in the middle. */
  readonly count: number;
  readonly find: number;
}

function figuresOf(shares: ReturnType<typeof spreadOf>, asked: readonly Asked[]): Figure[] {
  const two = asked.filter(({ name }) => name === listed);
  const how = "a value of 100 and an element of 100, 1 % each; the median of nine";
  const load =
    "load() of entries with five indexed fields, two of them with a value for each entry";
  return [
    {
      ...{ name: "ingest with five indexes, of ingest without", measured: shares, unit: "" },
      ...{ bound: { atLeast: 0.4 }, how: load },
    },
    {
      ...{
        name: "count of a conjunction of two at 1 %",
        measured: spreadOf(two.map((a) => a.count)),
      },
      ...{ unit: "ms", bound: { atMost: 5 }, how },
    },
    {
      ...{
        name: "find of a conjunction of two at 1 %",
        measured: spreadOf(two.map((a) => a.find)),
      },
      ...{ unit: "ms", bound: { atMost: 5 }, how },
    },
  ];
}

function rowOf(name: string, asked: readonly Asked[]): string[] {
  const these = asked.filter((one) => one.name === name);
  const show = (of: (one: Asked) => number) => showSpread(spreadOf(these.map(of)));
  const { matched, examined } = these[0] as Asked;
  return [name, `${matched}`, `${examined}`, show(({ count }) => count), show(({ find }) => find)];
}

/** Entries a second into a new folder; then something is asked of them. */
async function loadRate(
  count: number,
  indexes: readonly string[],
  ask: (engine: EmbeddedEngine, store: Store) => Promise<void>,
): Promise<number> {
  using folder = scratchFolder();
  await using engine = await open(folder.path);
  const store = await engine.createStore("s", { dimension, indexes });
  const start = performance.now();
  await store.load(fieldEntries(count, dimension));
  const rate = (count / (performance.now() - start)) * 1_000;
  await ask(engine, store);
  return rate;
}

async function askOften(
  engine: EmbeddedEngine,
  store: Store,
  name: string,
  where: Where,
): Promise<Asked> {
  const counts: number[] = [];
  const finds: number[] = [];
  for (let i = 0; i < times; i++) {
    const begun = performance.now();
    await store.count({ where });
    const counted = performance.now();
    await store.find({ where });
    counts.push(counted - begun);
    finds.push(performance.now() - counted);
  }
  const { examined, matched } = await engine.explain({ kind: "count", store: "s", where });
  return { name, matched, examined, count: middle(counts), find: middle(finds) };
}

function middle(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] as number;
}

function questionsOf(count: number): [string, Where][] {
  const tag = { tags: { $contains: "t7" } };
  const price = { price: { $gte: 100, $lt: 200 } };
  const created = { created: { $lt: new Date(firstDay + (count / 100) * 60_000) } };
  return [
    [listed, { category: "c3", ...tag }],
    ["a value of 100 and a range of numbers", { category: "c3", ...price }],
    ["a value of 100 and a range of dates", { category: "c3", ...created }],
    ["a range of numbers and one of dates", { ...price, ...created }],
    ["a range of numbers", price],
    ["a range of dates", created],
  ];
}

const listed = "a value of 100 and an element of 100";
const dimension = 128;
const times = 9;
/** Each takes a minute or two. */
const roundsMax = 3;
