import { showSpread, type Table } from "../../report.js";
import { ratios, spreadOf } from "../../support/stats.js";
import { barsOf } from "../bars.js";
import type { Bench, Entrant } from "../bench.js";
import { indexes, isAside, isOurs } from "../indexes/all.js";
import type { Section } from "../section.js";
import { type Curve, ratesAt, sweep } from "../sweep.js";

/** Searches a second at recall 0.95 by one thread and by all, many asked at once. */
export async function compareThreads(bench: Bench): Promise<Section[]> {
  const sections: Section[] = [];
  for (const name of bench.options.data) {
    const subject = bench.subject(name);
    const entrants = bench
      .entrants(subject.data)
      .filter(({ name, kind }) => kind === "approximate" && !isAside(name))
      .flatMap((entrant) => crowds(entrant, bench.options.threads));
    const curves = await sweep(bench, entrants, subject, { enough: 0.97, around: recall });
    sections.push({
      title: `Searches a second at recall ${recall} by ${bench.options.threads} threads, ${subject.data.title}`,
      tables: [tableOf(curves)],
      figures: [],
      charts: [
        barsOf(
          "threads",
          subject.data,
          `searches a second at recall ${recall}`,
          curves.flatMap((curve) => {
            const { label, name } = curve.entrant;
            const rates = ratesAt(curve, recall);
            return rates === undefined ? [] : [{ label, name, spread: spreadOf(rates) }];
          }),
        ),
      ],
    });
  }
  return sections;
}

const recall = 0.95;

/** One thread and one question, all threads and many: in calls of their own, or of 64 where there is such a call. */
function crowds(entrant: Entrant, threads: number): Entrant[] {
  const { inThreads = [] } = indexes[entrant.name];
  const label = `${entrant.label}, ${threads} threads`;
  return [
    entrant,
    ...inThreads.map((way) =>
      way === "calls"
        ? { ...entrant, threads, inFlight: 16, label: `${label}, 16 calls at once` }
        : { ...entrant, threads, batch: 64, label: `${label}, 64 in a call` },
    ),
  ];
}

function tableOf(curves: readonly Curve[]): Table {
  const rows = curves.map((curve) => {
    const rates = ratesAt(curve, recall);
    const { name, label } = curve.entrant;
    if (rates === undefined) return [label, "not reached", "", ""];
    const alone = curves.find(({ entrant }) => entrant.label === name);
    const single = alone && ratesAt(alone, recall);
    const gain = label === name || single === undefined ? undefined : ratios(rates, single);
    const ours = isOurs(name) ? undefined : quickestOfOurs(curves);
    return [
      label,
      showSpread(spreadOf(rates)),
      gain === undefined ? "" : showSpread(spreadOf(gain)),
      ours === undefined ? "" : showSpread(spreadOf(ratios(ours, rates))),
    ];
  });
  const head = ["", "searches a second", "of its one thread's", "the quickest of ours, of its"];
  return { title: "", head, rows };
}

function quickestOfOurs(curves: readonly Curve[]): number[] | undefined {
  const ours = curves
    .filter(({ entrant }) => entrant.name === "ahnlich")
    .flatMap((curve) => {
      const rates = ratesAt(curve, recall);
      return rates === undefined ? [] : [rates];
    });
  ours.sort((a, b) => spreadOf(b).median - spreadOf(a).median);
  return ours.at(0);
}
