import type { BarGroup } from "./support/chart.js";
import type { Spread } from "./support/stats.js";
import { markdownTable, threeDigits } from "./support/table.js";

/** One of the numbers that must be reached. */
export interface Figure {
  readonly name: string;
  readonly measured: Spread;
  /** What the number is of: "", "ms", "µs". */
  readonly unit: string;
  readonly bound: { readonly atLeast: number } | { readonly atMost: number };
  /** How it was measured, in a line. */
  readonly how: string;
}

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What one benchmark found. */
export interface Findings {
  readonly tables: readonly Table[];
  readonly figures: readonly Figure[];
  /** What the chart shows of it. */
  readonly bars?: readonly BarGroup[] | undefined;
}

export function isMet({ measured, bound }: Figure): boolean {
  return "atLeast" in bound ? measured.median >= bound.atLeast : measured.median <= bound.atMost;
}

/** "2,000 (1,900 to 2,200)": the median, and the least and the most of the rounds. */
export function showSpread({ median, least, most }: Spread, unit = ""): string {
  const after = unit === "" ? "" : ` ${unit}`;
  return `${threeDigits(median)}${after} (${threeDigits(least)} to ${threeDigits(most)})`;
}

export function figuresTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    showSpread(figure.measured, figure.unit),
    showBound(figure),
    isMet(figure) ? "met" : "**missed**",
    figure.how,
  ]);
  return markdownTable(["figure", "measured", "target", "verdict", "how"], rows);
}

export function tableText({ title, head, rows }: Table): string {
  return `## ${title}\n\n${markdownTable(head, rows)}`;
}

function showBound({ bound, unit }: Figure): string {
  const after = unit === "" ? "" : ` ${unit}`;
  return "atLeast" in bound
    ? `>= ${threeDigits(bound.atLeast)}${after}`
    : `<= ${threeDigits(bound.atMost)}${after}`;
}
