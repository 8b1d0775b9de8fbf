import { metrics } from "../../../lib/model/metric.js";
import type { Table } from "../../report.js";
import { askChild } from "../../support/child.js";
import type { Bench } from "../bench.js";
import { type DataSet, prepareDataSet } from "../data-sets/data-set.js";
import type { Kept, PromiseJob } from "../promise-questions.js";
import type { Section } from "../section.js";

/** Of us alone: the recall that is found beside the one that is asked for, and what it costs beside a fixed beam. */
export async function provePromise({ options }: Bench): Promise<Section[]> {
  const sections: Section[] = [];
  for (const name of options.data) {
    const data = prepareDataSet(name);
    const sizes = sizesOf(options.rounds);
    const tables: Table[] = [];
    for (const metric of metrics) {
      const kinds = ["like", "unlike"] as const;
      const targets = [...tolerances.keys()];
      const job: PromiseJob = { data, metric, kinds, targets, ...sizes, rounds: options.rounds };
      const kept = (await askChild(promiseChild, job)) as Kept[];
      tables.push(tableOf(metric, data, kept));
    }
    sections.push({
      title: `Recall that was asked for, ${data.title}`,
      tables,
      figures: [],
      charts: [],
    });
  }
  return sections;
}

/** How many queries are held out, and how many come: fewer of both in a short run, and few in one that is none. */
function sizesOf(rounds: number): { held: number; came: number } {
  if (rounds === 1) return { held: 100, came: 100 };
  return rounds === 2 ? { held: 1_000, came: 1_500 } : { held: 4_000, came: 6_000 };
}

/** What may be missing at each recall that is asked for, or be found beyond it. */
const tolerances: ReadonlyMap<number, number> = new Map([
  [0.9, 0.005],
  [0.95, 0.005],
  [0.98, 0.005],
  [0.99, 0.002],
  [0.999, 0.001],
]);
const costMax = 1.5;

function tableOf(metric: string, data: DataSet, kept: readonly Kept[]): Table {
  const rows = kept.map((one) => [
    one.kind === "like" ? "queries like the data" : "queries unlike it",
    one.knows === "own" ? "none" : "such",
    String(one.target),
    one.recall.toFixed(4),
    one.error.toFixed(4),
    one.walked ? one.examined.toFixed(0) : "all",
    one.width === undefined ? "none" : `${one.width}: ${one.fixed.toFixed(0)}`,
    one.cost.toFixed(2),
    verdictOf(one),
  ]);
  const head = ["ahnlich", "came before", "asked", "found", "standard error", "looked at"];
  const title = `${metric}, ${data.count.toLocaleString("en")} x ${data.dimension}`;
  return { title, head: [...head, "fixed beam looks at", "time, of its", "verdict"], rows };
}

/** What the sample may be off itself is granted. More than was asked for is right where less is not to be had. */
function verdictOf({ target, recall, error, walked, least, cost, kind, knows }: Kept): string {
  if (kind === "unlike" && knows === "own") return "not promised";
  const tolerance = (tolerances.get(target) ?? 0) + error;
  if (recall < target - tolerance) return "**missed: too little**";
  if (cost > costMax) return "**missed: too dear**";
  const isLeast = !walked || least > target;
  return recall > target + tolerance && !isLeast ? "**missed: too much**" : "kept";
}

const promiseChild: URL = new URL("../promise-child.js", import.meta.url);
