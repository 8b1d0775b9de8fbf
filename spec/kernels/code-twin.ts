import type { KernelsKind } from "../../lib/kernels/kernels.js";
import { distanceOf } from "../../lib/model/distance-of.js";
import type { Metric } from "../../lib/model/metric.js";

/** A vector by its code, in plain float64: the direction is about `scale` times `code`, at most `error` away. */
export interface Code {
  readonly length: number;
  readonly scale: number;
  readonly code: readonly number[];
  readonly error: number;
}

/** What the kernels make of a row (`levels` 127) or of a query. */
export function codeOf(vector: Float32Array, levels: number): Code {
  const length = lengthOf(vector);
  if (length === 0) return { length, scale: 0, code: Array.from(vector, () => 0), error: 0 };
  const largest = vector.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const scale = Math.fround(largest / (levels * length));
  const code = Array.from(vector, (x) => Math.round(x / (scale * length)));
  const error = lengthOf(code.map((c, i) => vector[i] / length - scale * c));
  return { length, scale, code, error };
}

export function levelsOf(kind: KernelsKind, dimension: number): number {
  return kind === "relaxed" ? 63 : Math.min(32_767, Math.floor((2 ** 31 - 1) / (127 * dimension)));
}

/** By codes: about what a row is selected by under a metric, smaller is nearer, and how far off that may be. */
export function estimateOf(
  metric: Metric,
  query: Code,
  row: Code,
): { readonly key: number; readonly error: number } {
  const sum = query.code.reduce((total, c, i) => total + c * row.code[i], 0);
  const cosine = query.scale * row.scale * sum;
  const error = row.error * (1 + query.error) + query.error;
  if (metric === "cosine") return { key: row.length < 1e-18 ? 0 : -cosine, error };
  if (metric === "dot") return { key: -row.length * cosine, error: row.length * error };
  const product = 2 * query.length * row.length;
  const key = (query.length - row.length) ** 2 + product * (1 - cosine);
  return { key, error: product * error };
}

/** What a row is truly selected by: the distance under cosine less 1, that under dot for a query of length 1. */
export function keyOf(metric: Metric, query: Float32Array, row: Float32Array): number {
  const distance = distanceOf(metric, query, row);
  if (metric === "euclidean") return distance ** 2;
  if (metric === "cosine") return distance - 1;
  return distance === 0 ? 0 : distance / lengthOf(query);
}

function lengthOf(numbers: Iterable<number>): number {
  let sum = 0;
  for (const x of numbers) sum += x * x;
  return Math.sqrt(sum);
}
