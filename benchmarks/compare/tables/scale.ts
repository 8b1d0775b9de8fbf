import type { VectorPlace } from "../../../lib/model/vector-place.js";
import type { Table } from "../../report.js";
import { askChild } from "../../support/child.js";
import { forget } from "../../support/forget.js";
import { threeDigits } from "../../support/table.js";
import type { Bench } from "../bench.js";
import { cached, type DataSet, prepareDataSet } from "../data-sets/data-set.js";
import { prepareTruth } from "../data-sets/truth.js";
import { VectorFile } from "../data-sets/vector-file.js";
import type { LoadedScale, OpenedScale, ScaleJob } from "../scale.js";
import type { Section } from "../section.js";

/** One large store, of ours alone: loaded, linked, closed, opened and searched, with vectors in memory or on disk. */
export async function compareScale(bench: Bench): Promise<Section[]> {
  const sections: Section[] = [];
  for (const name of bench.options.data) sections.push(await sectionOf(bench, name));
  return sections;
}

async function sectionOf({ options }: Bench, name: string): Promise<Section> {
  const data = withFewQueries(prepareDataSet(name));
  const truth = prepareTruth(data);
  const found: Found[] = [];
  for (const vectors of data.count > bothMost
    ? (["disk"] as const)
    : (["disk", "memory"] as const)) {
    const folder = `${options.scratch}/${data.count}-${vectors}`;
    const job = { data, truth, folder, vectors, threads: options.threads };
    const loaded = (await ask(job, "load")) as LoadedScale;
    const isForgotten = forget(folder);
    const cold = (await ask(job, "open")) as OpenedScale;
    const warm = isForgotten ? ((await ask(job, "open")) as OpenedScale) : cold;
    found.push({ vectors, loaded, cold: isForgotten ? cold : undefined, warm });
  }
  return {
    title: `One store of ${data.title}, with ${options.threads} threads`,
    tables: [tableOf(found)],
    figures: [],
    charts: [],
  };
}

interface Found {
  readonly vectors: VectorPlace;
  readonly loaded: LoadedScale;
  /** Where the system's cache can be emptied. */
  readonly cold: OpenedScale | undefined;
  readonly warm: OpenedScale;
}

const ask = (job: Omit<ScaleJob, "task">, task: ScaleJob["task"]): Promise<unknown> =>
  askChild(child, { ...job, task });

/** Of the questions some from everywhere, since brute force takes long. */
function withFewQueries(data: DataSet): DataSet {
  const { count, dimension, queryCount } = data;
  const step = Math.ceil(queryCount / queriesMost);
  const few = Math.floor(queryCount / step);
  const queries = cached(`scale-${count}-queries.f32`, () => {
    using file = new VectorFile(data.queries, dimension, queryCount);
    const picked = new Float32Array(few * dimension);
    for (let i = 0; i < few; i++) picked.set(file.at(i * step), i * dimension);
    return picked;
  });
  return { ...data, name: `scale-${data.name}`, queries, queryCount: few };
}

function tableOf(found: readonly Found[]): Table {
  const row = (name: string, of: (one: Found) => number | undefined) => [
    name,
    ...found.map((one) => {
      const value = of(one);
      return value === undefined ? "" : threeDigits(value);
    }),
  ];
  const gibibytes = (bytes: number): number => bytes / 2 ** 30;
  return {
    title: "",
    head: [
      "",
      ...found.map(({ vectors }) => `vectors ${vectors === "disk" ? "on disk" : "in memory"}`),
    ],
    rows: [
      row("loaded, s", ({ loaded }) => loaded.loadSeconds),
      row("linked, s after that", ({ loaded }) => loaded.linkSeconds),
      row("recall measured, s after that", ({ loaded }) => loaded.measureSeconds),
      row("closed, s", ({ loaded }) => loaded.closeSeconds),
      row("delay of the event loop meanwhile, ms, p99", ({ loaded }) => loaded.delayMs.p99),
      row("delay of the event loop meanwhile, ms, longest", ({ loaded }) => loaded.delayMs.most),
      row("memory of its own when that is done, GiB", ({ loaded }) => gibibytes(loaded.memory.own)),
      row("of the folder, GiB", ({ loaded }) => gibibytes(loaded.folderBytes)),
      row("opened cold and searched exactly, ms", ({ cold }) => cold?.firstMs),
      row("opened warm and searched exactly, ms", ({ warm }) => warm.firstMs),
      row("until walks are used, s", ({ warm }) => warm.walkedSeconds),
      row("delay of the event loop while opening, ms, p99", ({ warm }) => warm.delayMs.p99),
      row("delay of the event loop while opening, ms, longest", ({ warm }) => warm.delayMs.most),
      row("memory of its own, opened and searched, GiB", ({ warm }) => gibibytes(warm.memory.own)),
      row("bytes an entry of that", ({ warm, loaded }) => warm.memory.own / loaded.entries),
      row("searches a second at 0.95, one at a time", ({ warm }) => warm.rate),
      row("recall of these", ({ warm }) => warm.recall),
      row("exact searches a second, one at a time", ({ warm }) => warm.exactRate),
    ],
  };
}

const child: URL = new URL("../scale-child.js", import.meta.url);
const queriesMost = 100;
/** Of more it is long enough to link them once; past some six millions memory does not hold them in one piece. */
const bothMost = 500_000;
