import type { Nearest } from "./vector-index.js";

/** The nearest of several parts of one index, each by distance and ordinal: up to the last tie. */
export function mergeNearest(parts: readonly Nearest[], limit: number): Nearest {
  if (parts.length === 0) return none;
  return parts.reduce((merged, part) => mergeTwo(merged, part, limit));
}

function mergeTwo(a: Nearest, b: Nearest, limit: number): Nearest {
  const total = a.distances.length + b.distances.length;
  const ordinals = new Float64Array(total);
  const distances = new Float64Array(total);
  let i = 0;
  let j = 0;
  let count = 0;
  for (; count < total; count++) {
    const first = j === b.distances.length || (i < a.distances.length && precedes(a, i, b, j));
    const from = first ? a : b;
    const at = first ? i++ : j++;
    if (count >= limit && from.distances[at] > distances[limit - 1]) break;
    distances[count] = from.distances[at];
    ordinals[count] = from.ordinals[at];
  }
  return {
    ordinals: ordinals.slice(0, count),
    distances: distances.slice(0, count),
    plan: a.plan === "graph" ? "graph" : b.plan,
    examined: a.examined + b.examined,
  };
}

function precedes(a: Nearest, i: number, b: Nearest, j: number): boolean {
  if (a.distances[i] !== b.distances[j]) return a.distances[i] < b.distances[j];
  return a.ordinals[i] < b.ordinals[j];
}

export const none: Nearest = Object.freeze({
  ordinals: new Float64Array(0),
  distances: new Float64Array(0),
  plan: "exact",
  examined: 0,
});
