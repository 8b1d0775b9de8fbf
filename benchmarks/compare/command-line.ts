import { parseArgs } from "node:util";
import { dataSetKinds } from "./data-sets/data-set.js";
import { indexes } from "./indexes/all.js";
import { tables } from "./tables/all.js";

/** What a run of the comparison is asked for. */
export interface CompareRun {
  /** `durable`, or one of the tables. */
  readonly tables: readonly string[];
  /** Names of data sets; empty: those of each table. */
  readonly data: readonly string[];
  /** Names of indexes. */
  readonly only: readonly string[];
  readonly rounds: number | undefined;
  readonly sliceMs: number;
  /** Major versions of Node to run on; empty: this one. */
  readonly nodes: readonly string[];
  readonly isQuick: boolean;
  /** Not to be kept. */
  readonly isDraft: boolean;
}

/** The run that these arguments ask for, or why they ask for none. */
export function parseCompareLine(args: readonly string[]): CompareRun | string {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const isQuick = values.quick ?? false;
    const run = {
      tables: positionals.length > 0 ? positionals : whole,
      data: values.data ?? [],
      only: sorted(values.only ?? Object.keys(indexes)),
      rounds: numberOf("rounds", values.rounds) ?? (isQuick ? 2 : undefined),
      sliceMs: numberOf("slice", values.slice) ?? (isQuick ? 30 : 120),
      nodes: values.node ?? [],
      isQuick,
      isDraft: isQuick || (values.draft ?? false),
    };
    const noTable = run.tables.find((name) => !Object.hasOwn(allTables, name));
    if (noTable !== undefined) return `there is no table ${noTable}\n${usage}`;
    const noIndex = run.only.find((name) => !Object.hasOwn(indexes, name));
    if (noIndex !== undefined) return `there is no ${noIndex} to compare with\n${usage}`;
    return run;
  } catch (error) {
    return `${(error as Error).message}\n${usage}`;
  }
}

/** As the tables have them, ourselves first; unknown ones last. */
function sorted(names: readonly string[]): string[] {
  return [...new Set([...Object.keys(indexes).filter((name) => names.includes(name)), ...names])];
}

function numberOf(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`--${name}: expected a whole number above 0, got ${value}`);
}

const options = {
  data: { type: "string", multiple: true },
  only: { type: "string", multiple: true },
  rounds: { type: "string" },
  slice: { type: "string" },
  node: { type: "string", multiple: true },
  quick: { type: "boolean" },
  draft: { type: "boolean" },
} as const;

const allTables = { durable: true, ...tables };
const whole = ["durable", ...Object.keys(tables).filter((name) => !tables[name].isAside)];
const usage =
  `npm run compare -- [${Object.keys(allTables).join(" | ")}]... [--data ${dataSetKinds}]... ` +
  "[--only NAME]... [--rounds COUNT] [--slice MILLISECONDS] [--node MAJOR]... [--quick] [--draft]\n" +
  `npm run compare -- recall --data words:340k --only ahnlich --only hnswlib-node\n` +
  `names: ${Object.keys(indexes).join(" | ")}`;
