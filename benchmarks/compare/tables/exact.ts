import { type Figure, showSpread, type Table } from "../../report.js";
import { ratios, spreadOf } from "../../support/stats.js";
import { threeDigits } from "../../support/table.js";
import { barsOf } from "../bars.js";
import type { Bench, Entrant } from "../bench.js";
import { indexes } from "../indexes/all.js";
import type { Subject } from "../searcher.js";
import type { Section } from "../section.js";
import { type Curve, sweep } from "../sweep.js";

/** Searches that find all of the true nearest: one after the other, and 32 in a call where there is such a call. */
export async function compareExact(bench: Bench): Promise<Section[]> {
  const sections: Section[] = [];
  for (const name of bench.options.data) {
    const subject = bench.subject(name);
    const entrants = bench.exactEntrants(subject.data).flatMap(withBatches);
    const curves = await sweep(bench, entrants, subject, { enough: 1 });
    sections.push(sectionOf(bench, subject, curves));
  }
  return sections;
}

function withBatches(entrant: Entrant): Entrant[] {
  if (!indexes[entrant.name].batches) return [entrant];
  const label = `${entrant.label}, ${batch} in a call`;
  return [entrant, { ...entrant, label, batch }];
}

const batch = 32;

function sectionOf(bench: Bench, { data }: Subject, curves: readonly Curve[]): Section {
  return {
    title: `Exact search of ${data.title}`,
    tables: [tableOf(curves)],
    figures: figuresOf(bench, data.name, curves),
    charts: [
      barsOf(
        "exact",
        data,
        "searches a second",
        curves.map(({ entrant: { label, name }, points }) => ({
          ...{ label, name },
          spread: spreadOf(points[0].rates),
        })),
      ),
    ],
  };
}

function tableOf(curves: readonly Curve[]): Table {
  const its = ratesOf(curves, rival);
  const rows = curves.map((curve) => {
    const rates = ratesOf(curves, curve.entrant.label) ?? [];
    const { median } = spreadOf(rates);
    const ratio =
      its === undefined || rates === its ? "" : showSpread(spreadOf(ratios(rates, its)));
    return [curve.entrant.label, showSpread(spreadOf(rates)), threeDigits(1_000 / median), ratio];
  });
  return { title: "", head: ["", "searches a second", "ms each", `of ${rival}'s`], rows };
}

function figuresOf({ options }: Bench, name: string, curves: readonly Curve[]): Figure[] {
  const its = ratesOf(curves, rival);
  // From Node 22 on there are kernels with relaxed SIMD.
  const node = Number(/\d+/.exec(options.runtimes.get("ahnlich")?.node ?? "")?.[0]);
  const figure = (label: string, what: string, atLeast: number): Figure[] => {
    const rates = ratesOf(curves, label);
    if (rates === undefined || its === undefined) return [];
    return [
      {
        name: `exact search of ${name}, ${what}, of ${rival}'s`,
        measured: spreadOf(ratios(rates, its)),
        unit: "",
        bound: { atLeast },
        how: "searches a second, one thread; its brute force takes one at a time",
      },
    ];
  };
  return [
    ...figure("ahnlich", "one at a time", 3),
    ...figure(`ahnlich, ${batch} in a call`, `${batch} in a call`, node >= 22 ? 8 : 4.5),
  ];
}

function ratesOf(curves: readonly Curve[], label: string): number[] | undefined {
  return curves.find(({ entrant }) => entrant.label === label)?.points[0].rates;
}

const rival = "hnswlib-node";
