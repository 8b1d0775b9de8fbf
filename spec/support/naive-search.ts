import assert from "node:assert/strict";
import type { Metric } from "../../lib/model/metric.js";

/** The distance in float64, by the textbook. */
export function naiveDistance(metric: Metric, a: Float32Array, b: Float32Array): number {
  if (metric === "dot") return 0 - productOf(a, b); // never -0
  if (metric === "euclidean") {
    let squares = 0;
    for (let i = 0; i < a.length; i++) squares += (a[i] - b[i]) ** 2;
    return Math.sqrt(squares);
  }
  const lengths = [lengthOf(a), lengthOf(b)];
  if (Math.min(...lengths) < 1e-18) return 1;
  return 1 - productOf(a, b) / (lengths[0] * lengths[1]);
}

/** What a search is compared with: an entry that it may find. */
export interface Candidate {
  readonly id: string;
  readonly vector: Float32Array;
}

/** The ids of the candidates, nearest first, ties by the UTF-8 bytes of the id. */
export function naivelyNearest(
  candidates: readonly Candidate[],
  target: Float32Array,
  metric: Metric,
): { id: string; distance: number }[] {
  return candidates
    .map(({ id, vector }) => ({ id, distance: naiveDistance(metric, target, vector) }))
    .sort(byDistanceThenId);
}

/**
 * The matches are the `limit` nearest of the candidates, in order, at their distances. Two float64
 * sums of the same products in another order differ in their last digits: so much is forgiven.
 */
export function assertNearest(
  matches: readonly { id: string; distance: number }[],
  candidates: readonly Candidate[],
  target: Float32Array,
  metric: Metric,
  limit: number,
): void {
  const expected = naivelyNearest(candidates, target, metric);
  const vectors = new Map(candidates.map(({ id, vector }) => [id, vector]));
  assert.equal(matches.length, Math.min(limit, expected.length), "the number of matches");
  assert.deepEqual([...matches].sort(byDistanceThenId), matches, "nearest first, ties by id");
  assert.equal(new Set(matches.map(({ id }) => id)).size, matches.length, "an id comes once");
  matches.forEach(({ id, distance }, rank) => {
    const vector = vectors.get(id);
    assert.ok(vector, `${id} is no candidate`);
    const forgiven = roundingOf(metric, target, vector);
    assertClose(distance, naiveDistance(metric, target, vector), forgiven, `the distance of ${id}`);
    assertClose(distance, expected[rank].distance, forgiven, `the distance at rank ${rank}`);
  });
}

function assertClose(actual: number, expected: number, forgiven: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= forgiven, `${what}: ${actual} is not ${expected}`);
}

/** How far two orders of float64 arithmetic may be apart. */
function roundingOf(metric: Metric, a: Float32Array, b: Float32Array): number {
  if (metric === "cosine") return 1e-12;
  if (metric === "euclidean") return 1e-12 * naiveDistance("euclidean", a, b);
  return 1e-12 * lengthOf(a) * lengthOf(b);
}

export function byId(a: { id: string }, b: { id: string }): number {
  return Buffer.compare(Buffer.from(a.id), Buffer.from(b.id));
}

function byDistanceThenId(a: { id: string; distance: number }, b: typeof a): number {
  return a.distance - b.distance || byId(a, b);
}

function lengthOf(vector: Float32Array): number {
  return Math.sqrt(productOf(vector, vector));
}

function productOf(a: Float32Array, b: Float32Array): number {
  let product = 0;
  for (let i = 0; i < a.length; i++) product += a[i] * b[i];
  return product;
}
