import type { Figure } from "../../report.js";
import { spreadOf } from "../../support/stats.js";
import { threeDigits } from "../../support/table.js";
import { barsOf } from "../bars.js";
import type { Bench } from "../bench.js";
import { isAside } from "../indexes/all.js";
import type { Memory } from "../memory-of.js";
import type { Subject } from "../searcher.js";
import type { Section } from "../section.js";

/** What a process holds that has an index open and searches, and one that has just built it. */
export async function compareMemory(bench: Bench): Promise<Section[]> {
  const sections: Section[] = [];
  for (const name of bench.options.data) {
    sections.push(await sectionOf(bench, bench.subject(name)));
  }
  return sections;
}

async function sectionOf(bench: Bench, subject: Subject): Promise<Section> {
  const entrants = bench.entrants(subject.data).filter(({ name }) => !isAside(name));
  await bench.prepare(entrants, subject);
  const open = new Map<string, Memory>();
  const built = new Map<string, Memory | undefined>();
  for (const entrant of entrants) {
    await using entered = await bench.enter(entrant, subject);
    const all = { ms: bench.options.surveyMs, most: subject.data.queryCount };
    await entered.searcher.turn({ effort: 0, ...all, batch: 1, inFlight: 1 });
    open.set(entrant.label, await entered.searcher.memory());
    const folder = await bench.folderOf(entrant, subject);
    built.set(entrant.label, bench.store.builtOf(folder)?.memory);
  }
  const empty = await emptyProcess(bench, entrants[0].name, subject);
  const its = open.get("hnswlib-node");
  const rows = [...open].map(([label, { own, mapped }]) => [
    label,
    mebibytes(own),
    its === undefined || label === "hnswlib-node" ? "" : threeDigits(own / its.own),
    mebibytes(mapped),
    mebibytes(built.get(label)?.own),
  ]);
  const head = [
    ...["", "MiB of its own, open and searched", "of hnswlib-node's"],
    ...["MiB of mapped files", "MiB of its own, when it was built"],
  ];
  return {
    title: `Memory of a process with ${subject.data.title}`,
    tables: [
      {
        title: "",
        head,
        rows: [...rows, [`${entrants[0].label}, nothing open`, mebibytes(empty), "", "", ""]],
      },
    ],
    figures: figuresOf(open, subject.data.name),
    charts: [
      barsOf(
        "memory",
        subject.data,
        "MiB of its own",
        entrants.map(({ label, name }) => ({
          ...{ label, name },
          spread: spreadOf([(open.get(label)?.own ?? 0) / 2 ** 20]),
        })),
      ),
    ],
  };
}

/** Before it has opened anything. */
async function emptyProcess(bench: Bench, name: string, subject: Subject): Promise<number> {
  await using searcher = await bench.start(name, subject);
  return (await searcher.memory()).own;
}

function figuresOf(open: ReadonlyMap<string, Memory>, name: string): Figure[] {
  const ours = open.get("ahnlich");
  const its = open.get("hnswlib-node");
  if (ours === undefined || its === undefined) return [];
  return [
    {
      name: `memory of the process with ${name}, of hnswlib-node's`,
      measured: spreadOf([ours.own / its.own]),
      unit: "",
      bound: { atMost: 0.7 },
      how: "RssAnon + RssShmem, opened and searched, after a collection of garbage",
    },
  ];
}

function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? "" : threeDigits(bytes / 2 ** 20);
}
