import type { IndexSearch, Nearest } from "../../lib/indexes/vector-index.js";
import { distanceOf } from "../../lib/model/distance-of.js";
import { vectorToBytes } from "../../lib/model/vector.js";

/** What an index should hold, in the plainest way: an ordinal's vector and its life. */
export class NaiveIndex {
  readonly rows: { ordinal: number; vector: Float32Array; born: number; died: number }[] = [];

  add(ordinal: number, vector: Float32Array, born: number): void {
    this.rows.push({ ordinal, vector, born, died: Number.POSITIVE_INFINITY });
  }

  kill(ordinal: number, died: number): void {
    const row = this.rows.find((one) => one.ordinal === ordinal);
    if (row !== undefined) row.died = Math.min(row.died, died);
  }

  /** What there is to compare. */
  seen(
    { sequence }: IndexSearch,
    within?: ReadonlySet<number>,
    without?: ReadonlySet<number>,
  ): { ordinal: number; vector: Float32Array }[] {
    return this.rows
      .filter(({ born, died }) => born <= sequence && sequence < died)
      .filter(({ ordinal }) => within === undefined || within.has(ordinal))
      .filter(({ ordinal }) => !without?.has(ordinal));
  }

  /** By distance, then ordinal; all that tie with the last. */
  search(
    request: IndexSearch,
    within?: ReadonlySet<number>,
    without?: ReadonlySet<number>,
  ): [number, number][][] {
    const { metric, limit, maxDistance = Number.POSITIVE_INFINITY } = request;
    const seen = this.seen(request, within, without);
    return request.targets.map((target) => {
      const all = seen
        .map((row): [number, number] => [row.ordinal, distanceOf(metric, target, row.vector)])
        .filter(([, distance]) => distance <= maxDistance)
        .sort((a, b) => a[1] - b[1] || a[0] - b[0]);
      if (all.length <= limit) return all;
      const last = all[limit - 1][1];
      return all.filter(([, distance]) => distance <= last);
    });
  }
}

/** Ordinal and distance of each, to compare with what the naive index says. */
export function pairs(nearest: readonly Nearest[]): [number, number][][] {
  return nearest.map(({ ordinals, distances }) =>
    Array.from(ordinals, (ordinal, i): [number, number] => [ordinal, distances[i]]),
  );
}

/** Bytes at an odd address, as they come from a database. */
export function unaligned(vector: Float32Array): Uint8Array {
  const bytes = new Uint8Array(vector.byteLength + 1);
  bytes.set(vectorToBytes(vector), 1);
  return bytes.subarray(1);
}
