import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Figure, showSpread, type Table } from "../../report.js";
import { ratios, spreadOf } from "../../support/stats.js";
import { threeDigits } from "../../support/table.js";
import { barsOf } from "../bars.js";
import type { Bench } from "../bench.js";
import { indexes } from "../indexes/all.js";
import type { Built } from "../search-questions.js";
import type { Subject } from "../searcher.js";
import type { Section } from "../section.js";

/** How long it takes until all vectors can be searched, each alone on the machine. */
export async function compareBuild(bench: Bench): Promise<Section[]> {
  const sections: Section[] = [];
  for (const name of bench.options.data) {
    const subject = bench.subject(name);
    const builders = buildersOf(bench, subject.data.count);
    const built = new Map<string, Built[]>(builders.map(({ label }) => [label, []]));
    for (let round = 0; round < bench.options.rounds; round++) {
      for (let turn = 0; turn < builders.length; turn++) {
        const builder = builders[(turn + round) % builders.length];
        built.get(builder.label)?.push(await build(bench, builder, subject));
      }
    }
    sections.push({
      title: `Building an index of ${subject.data.title}`,
      tables: [tableOf(built)],
      figures: figuresOf(built, name),
      charts: [
        barsOf(
          "build",
          subject.data,
          "seconds until all can be searched",
          builders.map(({ label, name: index }) => ({
            ...{ label, name: index },
            spread: spreadOf(secondsOf(built.get(label) ?? [])),
          })),
        ),
      ],
    });
  }
  return sections;
}

interface Builder {
  readonly label: string;
  readonly name: string;
  readonly threads: number;
}

/** With one thread, and with two where there is a choice. */
function buildersOf({ options }: Bench, count: number): Builder[] {
  return [...options.runtimes.keys()].flatMap((name) => {
    const { builds = [], most = Number.POSITIVE_INFINITY } = indexes[name];
    if (count > most) return [];
    return builds.map((threads) => ({
      ...{ name, threads },
      label: threads === 1 ? name : withThreads(name, threads),
    }));
  });
}

const withThreads = (name: string, threads: number) => `${name}, ${threads} threads`;

async function build(bench: Bench, { name, threads }: Builder, subject: Subject): Promise<Built> {
  const folder = join(bench.options.scratch, "built");
  mkdirSync(folder);
  try {
    await using searcher = await bench.start(name, subject);
    return await searcher.build({ folder, kind: "approximate", threads });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tableOf(built: ReadonlyMap<string, Built[]>): Table {
  const ours = built.get(withThreads(inMemory, 2));
  const rows = [...built].map(([label, all]) => [
    label,
    showSpread(spreadOf(secondsOf(all))),
    ours === undefined || ours === all
      ? ""
      : showSpread(spreadOf(ratios(secondsOf(all), secondsOf(ours)))),
    showSpread(spreadOf(all.map(({ closedMs }) => closedMs / 1_000))),
    threeDigits(spreadOf(all.map(({ memory }) => memory.own / 2 ** 20)).median),
  ]);
  return {
    title: "",
    head: [
      "",
      "seconds until all can be searched",
      `its, of ${withThreads(inMemory, 2)}`,
      "until it is kept and closed",
      "MiB of the process then",
    ],
    rows,
  };
}

function figuresOf(built: ReadonlyMap<string, Built[]>, name: string): Figure[] {
  const ours = built.get(withThreads(inMemory, 2));
  const its = built.get("hnswlib-node");
  if (ours === undefined || its === undefined) return [];
  return [
    {
      name: `building ${name}, hnswlib-node's time, of ours with two threads`,
      measured: spreadOf(ratios(secondsOf(its), secondsOf(ours))),
      unit: "",
      bound: { atLeast: 3.5 },
      how: "both in memory, hnswlib-node has one thread",
    },
  ];
}

const inMemory = "ahnlich, in memory";

function secondsOf(built: readonly Built[]): number[] {
  return built.map(({ ms }) => ms / 1_000);
}
