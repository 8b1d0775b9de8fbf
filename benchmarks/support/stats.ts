/** The middle of some measurements, and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    least: quantile(sorted, 0),
    most: quantile(sorted, 1),
  };
}

/** The value that this share of them is below, between the two nearest of a sorted list. */
export function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) throw new Error("quantile: there is no value");
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}

export function median(values: readonly number[]): number {
  return spreadOf(values).median;
}

/** Each measurement divided by the other of the same round. */
export function ratios(values: readonly number[], limits: readonly number[]): number[] {
  return values.map((value, round) => value / limits[round]);
}
