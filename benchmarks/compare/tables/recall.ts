import { type Figure, showSpread, type Table } from "../../report.js";
import { lineChart } from "../../support/line-chart.js";
import { ratios, spreadOf } from "../../support/stats.js";
import { threeDigits } from "../../support/table.js";
import type { Bench } from "../bench.js";
import { isOurs } from "../indexes/all.js";
import type { Subject } from "../searcher.js";
import type { Section } from "../section.js";
import { type Curve, ratesAt, sweep } from "../sweep.js";

/** Searches a second against the share of the nearest found: the picture by which indexes are compared. */
export async function compareRecall(bench: Bench): Promise<Section[]> {
  const sections: Section[] = [];
  for (const name of bench.options.data) {
    const subject = bench.subject(name);
    const curves = await sweep(bench, bench.entrants(subject.data), subject, {
      enough: 0.995,
    });
    sections.push(sectionOf(subject, curves));
  }
  return sections;
}

/** The recalls at which all are compared. */
const equal = [0.95, 0.99];

function sectionOf({ data }: Subject, curves: readonly Curve[]): Section {
  const title = `Recall and searches a second, ${data.title}`;
  const picture = lineChart(
    {
      title,
      x: "recall, the mean share of the true ten nearest",
      y: "searches a second, one thread",
      scale: { x: "nines", y: "log" },
    },
    curves.map(({ entrant, points }) => ({
      label: entrant.label,
      isOurs: isOurs(entrant.name),
      points: points
        .map(({ recall, rates }) => ({ x: recall, y: spreadOf(rates).median }))
        .sort((one, other) => one.x - other.x),
    })),
  );
  const file = `recall-${data.name.replace(":", "-")}.svg`;
  return {
    title,
    tables: [equalTable(curves), pointsTable(curves)],
    figures: figuresOf(curves, data.name, data.dimension > 256 ? 3 : 2.5),
    charts: [{ file, title, picture }],
  };
}

/** Searches a second at equal recall, and what ours are of its in the same rounds. */
function equalTable(curves: readonly Curve[]): Table {
  const rows = curves.map((curve) => [
    curve.entrant.label,
    ...equal.flatMap((recall) => {
      const rates = ratesAt(curve, recall);
      const ours = ratesAt(curves[0], recall);
      const ratio =
        curve === curves[0] || rates === undefined || ours === undefined
          ? ""
          : showSpread(spreadOf(ratios(ours, rates)));
      return [rates === undefined ? "not reached" : showSpread(spreadOf(rates)), ratio];
    }),
  ]);
  const first = curves[0].entrant.label;
  const head = equal.flatMap((recall) => [`searches a second at ${recall}`, `${first}'s, of its`]);
  return { title: "At equal recall", head: ["", ...head], rows };
}

function pointsTable(curves: readonly Curve[]): Table {
  const rows = curves.flatMap(({ entrant, points }) =>
    points.map(({ label, recall, rates }) => [
      entrant.label,
      label,
      recall.toFixed(4),
      showSpread(spreadOf(rates)),
    ]),
  );
  return { title: "Every setting", head: ["", "", "recall", "searches a second"], rows };
}

function figuresOf(curves: readonly Curve[], name: string, atLeast: number): Figure[] {
  const ours = curves.find(({ entrant }) => entrant.name === "ahnlich");
  return equal.flatMap((recall) => {
    const oursAt = ours && ratesAt(ours, recall);
    const best = bestRival(curves, recall);
    if (oursAt === undefined || best === undefined) return [];
    return [
      {
        name: `searches at recall ${recall}, ${name}, of the best rival's`,
        measured: spreadOf(ratios(oursAt, best.rates)),
        unit: "",
        bound: { atLeast },
        how: `${best.label}: ${threeDigits(spreadOf(best.rates).median)} a second`,
      },
    ];
  });
}

export function bestRival(curves: readonly Curve[], recall: number) {
  const rivals = curves.flatMap((curve) => {
    const rates = isOurs(curve.entrant.name) ? undefined : ratesAt(curve, recall);
    return rates === undefined ? [] : [{ label: curve.entrant.label, rates }];
  });
  rivals.sort((a, b) => spreadOf(b.rates).median - spreadOf(a.rates).median);
  return rivals.at(0);
}
