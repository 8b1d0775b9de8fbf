import { barChart } from "../support/chart.js";
import type { Spread } from "../support/stats.js";
import type { DataSet } from "./data-sets/data-set.js";
import { isOurs } from "./indexes/all.js";
import type { Chart } from "./section.js";

/** One bar: what the table calls it, and the name of its index. */
export interface NamedSpread {
  readonly label: string;
  readonly name: string;
  readonly spread: Spread;
}

/** A chart of one number of each; those of others are paler. */
export function barsOf(
  table: string,
  { name, title }: DataSet,
  unit: string,
  entries: readonly NamedSpread[],
): Chart {
  const bars = entries.map(({ label, name: index, spread: { median, least, most } }) => ({
    ...{ label, value: median, least, most },
    isLimit: !isOurs(index),
  }));
  const heading = `${unit}, logarithmic; the line is the spread of the rounds`;
  return {
    file: `${table}-${name.replace(":", "-")}.svg`,
    title: `${table}, ${title}`,
    picture: barChart(`${table}, ${title}`, heading, [{ title: "", bars }]),
  };
}
