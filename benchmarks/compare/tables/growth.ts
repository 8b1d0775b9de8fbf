import { type Figure, showSpread, type Table } from "../../report.js";
import { lineChart } from "../../support/line-chart.js";
import { spreadOf } from "../../support/stats.js";
import type { Bench } from "../bench.js";
import { isOurs } from "../indexes/all.js";
import type { Section } from "../section.js";
import { ratesAt, sweep } from "../sweep.js";

/** Searches a second at recall 0.95, of more and more vectors: ours beside hnswlib-node. */
export async function compareGrowth(bench: Bench): Promise<Section[]> {
  const sizes: number[] = [];
  /** By label, one list of rates a size. */
  const grown = new Map<string, (number[] | undefined)[]>();
  for (const name of bench.options.data) {
    const subject = bench.subject(name);
    sizes.push(subject.data.count);
    const entrants = bench
      .entrants(subject.data)
      .filter((entrant) => measured.includes(entrant.name));
    for (const curve of await sweep(bench, entrants, subject, { enough: 0.97, around: recall })) {
      const { label } = curve.entrant;
      const rates = grown.get(label) ?? [];
      rates.push(ratesAt(curve, recall));
      grown.set(label, rates);
    }
  }
  return [sectionOf(sizes, grown)];
}

type Grown = ReadonlyMap<string, readonly (readonly number[] | undefined)[]>;

const recall = 0.95;
/** More would take hours to build. */
const measured = ["ahnlich", "ahnlich, the index alone", "hnswlib-node"];

function sectionOf(sizes: readonly number[], grown: Grown): Section {
  const title = `Searches a second at recall ${recall}, as the words become more`;
  const lines = [...grown].map(([label, all]) => ({
    label,
    isOurs: isOurs(label),
    points: all.flatMap((rates, i) =>
      rates === undefined ? [] : [{ x: sizes[i], y: spreadOf(rates).median }],
    ),
  }));
  const axes = {
    ...{ title, x: "vectors of 100 dimensions", y: "searches a second, one thread" },
    scale: { x: "log", y: "log" },
  } as const;
  return {
    title,
    tables: [tableOf(sizes, grown)],
    figures: figuresOf(sizes, grown),
    charts: [{ file: "growth.svg", title, picture: lineChart(axes, lines) }],
  };
}

function tableOf(sizes: readonly number[], grown: Grown): Table {
  const rows = sizes.map((size, i) => [
    size.toLocaleString("en"),
    ...[...grown.values()].map((all) => {
      const rates = all[i];
      return rates === undefined ? "not reached" : showSpread(spreadOf(rates));
    }),
  ]);
  const slopes = [...grown.values()].map((all) => {
    const found = slopesOf(sizes, all);
    return found.length === 0 ? "" : `N^${spreadOf(found).median.toFixed(2)}`;
  });
  return { title: "", head: ["vectors", ...grown.keys()], rows: [...rows, ["as", ...slopes]] };
}

function figuresOf(sizes: readonly number[], grown: Grown): Figure[] {
  const [ours, its] = ["ahnlich", "hnswlib-node"].map((label) =>
    slopesOf(sizes, grown.get(label) ?? []),
  );
  if (ours.length === 0 || its.length === 0) return [];
  return [
    {
      name: "how much less steeply ours fall with N than hnswlib-node's, in powers of N",
      measured: spreadOf(ours.map((slope, round) => slope - its[round])),
      unit: "",
      bound: { atLeast: 0 },
      how: `ours as N^${spreadOf(ours).median.toFixed(2)}, its as N^${spreadOf(its).median.toFixed(2)}`,
    },
  ];
}

/** The power of N that the rates of each round follow, by least squares over logarithms. */
function slopesOf(
  sizes: readonly number[],
  all: readonly (readonly number[] | undefined)[],
): number[] {
  const known = all.flatMap((rates, i) => (rates === undefined ? [] : [{ rates, size: sizes[i] }]));
  if (known.length < 2) return [];
  const xs = known.map(({ size }) => Math.log(size));
  const meanX = mean(xs);
  return known[0].rates.map((_, round) => {
    const ys = known.map(({ rates }) => Math.log(rates[round]));
    const meanY = mean(ys);
    const products = mean(xs.map((x, i) => (x - meanX) * (ys[i] - meanY)));
    return products / mean(xs.map((x) => (x - meanX) ** 2));
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
