import { type Figure, showSpread, type Table } from "../../report.js";
import { ratios, spreadOf } from "../../support/stats.js";
import { threeDigits } from "../../support/table.js";
import type { Bench } from "../bench.js";
import { filterNames } from "../data-sets/filters.js";
import { isOurs } from "../indexes/all.js";
import type { Section } from "../section.js";
import { type Curve, ratesAt, sweepAll } from "../sweep.js";
import { bestRival } from "./recall.js";

/**
 * Searches with a filter: shares of all at random, then what lies around the target only, then all but that. The
 * nearest that the filter allows, found by brute force, are the truth.
 */
export async function compareFiltered(bench: Bench): Promise<Section[]> {
  const sections: Section[] = [];
  for (const name of bench.options.data) {
    const subject = bench.subject(name);
    const entrants = bench.filteredEntrants(subject.data);
    const around = { enough: 0.97, around: equal };
    const [plain, filtered] = await bench.together(entrants, subject, async (entered) => {
      const without = await sweepAll(bench, entered, subject, around);
      const all: Filtered[] = [];
      for (const filter of filterNames(subject.data)) {
        const curves = await sweepAll(bench, entered, subject, { ...around, filter });
        all.push({ filter, curves });
      }
      return [without, all] as const;
    });
    sections.push({
      title: `Filtered searches at recall ${equal}, ${subject.data.title}`,
      tables: [tableOf(plain, filtered)],
      figures: figuresOf(subject.data.name, plain, filtered),
      charts: [],
    });
  }
  return sections;
}

/** The recall at which all are compared. */
const equal = 0.95;

interface Filtered {
  readonly filter: string;
  readonly curves: readonly Curve[];
}

function tableOf(plain: readonly Curve[], filtered: readonly Filtered[]): Table {
  const rows = [{ filter: "none", curves: plain }, ...filtered].flatMap(({ filter, curves }) =>
    curves.map((curve, i) => {
      const rates = ratesAt(curve, equal);
      const without = ratesAt(plain[i], equal);
      const ours = ratesAt(curves[0], equal);
      const share = (of: number[] | undefined, its: number[] | undefined) =>
        of === undefined || its === undefined ? "" : showSpread(spreadOf(ratios(of, its)));
      return [
        filter,
        curve.entrant.label,
        curve.points.map(({ label, recall }) => `${label}: ${recall.toFixed(4)}`).join(", "),
        rates === undefined ? "not reached" : showSpread(spreadOf(rates)),
        filter === "none" ? "" : share(rates, without),
        i === 0 ? "" : share(ours, rates),
      ];
    }),
  );
  const first = plain[0].entrant.label;
  const head = ["filter", "", "found", "searches a second", "of no filter's", `${first}'s, of its`];
  return { title: "", head, rows };
}

function figuresOf(name: string, plain: readonly Curve[], filtered: readonly Filtered[]): Figure[] {
  return filtered.flatMap(({ filter, curves }) => {
    const ours = curves.find(({ entrant }) => isOurs(entrant.name));
    const without = plain.find(({ entrant }) => isOurs(entrant.name));
    const rates = ours && ratesAt(ours, equal);
    const its = without && ratesAt(without, equal);
    if (rates === undefined || its === undefined) return [];
    const figures: Figure[] = [
      {
        name: `searches with a filter of ${filter}, ${name}, of those without`,
        measured: spreadOf(ratios(rates, its)),
        unit: "",
        bound: { atLeast: 0.5 },
        how: `at recall ${equal}; the filter has been used before`,
      },
    ];
    const best = bestRival(curves, equal);
    if (best === undefined) return figures;
    const { median } = spreadOf(best.rates);
    figures.push({
      name: `searches with a filter of ${filter}, ${name}, of the best rival's`,
      measured: spreadOf(ratios(rates, best.rates)),
      unit: "",
      bound: { atLeast: 1 },
      how: `${best.label}: ${threeDigits(median)} a second`,
    });
    return figures;
  });
}
