import type { Match } from "../../lib/model/entry.js";
import type { Limits } from "../../lib/model/limits.js";
import type { Metadata, MetadataValue } from "../../lib/model/metadata.js";
import type { Metric } from "../../lib/model/metric.js";
import type { Kinds } from "../../lib/model/query.js";
import {
  checkedCount,
  demand,
  demandFields,
  demandInclude,
  demandMetric,
  within,
} from "./naive-checks.js";
import { demandIndexes } from "./naive-field-indexes.js";
import { lookUp, spell } from "./naive-predicate.js";
import { naiveDistance, naivelyNearest } from "./naive-search.js";
import { naiveTarget } from "./naive-target.js";

interface Searched {
  readonly id: string;
  readonly vector: Float32Array;
  readonly metadata: Metadata;
}

interface SearchedStore {
  readonly dimension: number;
  readonly metric: Metric;
  readonly entries: ReadonlyMap<string, Searched>;
}

interface Near {
  readonly id: string;
  readonly distance: number;
}

/** At most so many of each value, of the values that come first. */
function naivelyGrouped(
  near: readonly Near[],
  groups: number,
  each: number,
  fieldOf: (id: string) => MetadataValue | undefined,
): readonly Near[] {
  const counts = new Map<string, number>();
  return near.filter(({ id }) => {
    const value = fieldOf(id);
    if (value === undefined) return false;
    const key = spell(value);
    if (!counts.has(key) && counts.size === groups) return false;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count <= each;
  });
}

/** The nearest, then always the one that is best in being near and unlike those there, in the order of the nearest. */
function naivelyDiverse(
  near: readonly Near[],
  limit: number,
  diversity: number,
  distance: (a: string, b: string) => number,
): readonly Near[] {
  const chosen = near.slice(0, 1);
  while (chosen.length < Math.min(limit, near.length)) {
    const left = near.filter((one) => !chosen.includes(one));
    const worths = left.map((one) => {
      const apart = Math.min(...chosen.map(({ id }) => distance(one.id, id)));
      return diversity * apart - (1 - diversity) * one.distance;
    });
    chosen.push(left[worths.indexOf(Math.max(...worths))]);
  }
  return near.filter((one) => chosen.includes(one));
}

/** Refuses what is wrong about groups and diversity. */
function demandSpread(limits: Limits, ask: Kinds["search"]["ask"], limit: number): void {
  const { groupBy, diversity } = ask;
  if (groupBy !== undefined) {
    demandFields(groupBy, ["field", "limit"], "groupBy");
    demandIndexes(limits, [groupBy.field]);
    demand(Number.isSafeInteger(groupBy.limit) && groupBy.limit >= 1, "groupBy.limit");
    within(limits, "limit", limit * groupBy.limit);
  }
  if (diversity === undefined) return;
  demand(typeof diversity === "number" && diversity >= 0 && diversity <= 1, "diversity");
  if (4 * limit * limit > 100 * limits.limit) within(limits, "limit", Number.POSITIVE_INFINITY);
  demand(groupBy === undefined, "diversity beside groupBy");
}

/** The matches of one search among those that its predicate allows, nearest first. */
export function naivelySearch(
  limits: Limits,
  store: SearchedStore,
  allowed: readonly Searched[],
  ask: Kinds["search"]["ask"],
): Match[] {
  const { metric = store.metric, recall = 0.95, maxDistance = Number.POSITIVE_INFINITY } = ask;
  const limit = checkedCount(limits, ask.limit, 10);
  demandInclude(ask.include);
  demandMetric(metric);
  demand(typeof recall === "number" && recall > 0 && recall <= 1, "recall is above 0, to 1");
  demand(typeof maxDistance === "number" && !Number.isNaN(maxDistance), "maxDistance");
  demandSpread(limits, ask, limit);
  const { vector, without } = naiveTarget(limits, store, ask.target);
  const candidates = allowed.filter(({ id }) => !without.has(id));
  const near = naivelyNearest(candidates, vector, metric).filter(
    ({ distance }) => distance <= maxDistance,
  );
  const of = (id: string) => store.entries.get(id) as Searched;
  const { groupBy, diversity } = ask;
  const found = groupBy
    ? naivelyGrouped(near, limit, groupBy.limit, (id) => lookUp(groupBy.field, of(id).metadata))
    : diversity === undefined
      ? near.slice(0, limit)
      : naivelyDiverse(near.slice(0, 4 * limit), limit, diversity, (a, b) =>
          naiveDistance(metric, of(a).vector, of(b).vector),
        );
  return found.map(({ id, distance }) => {
    const entry = of(id);
    const { metadata = true, vector = false } = ask.include ?? {};
    return {
      id,
      distance,
      ...(metadata && { metadata: entry.metadata }),
      ...(vector && { vector: entry.vector }),
    } as Match;
  });
}
