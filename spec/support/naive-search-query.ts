import type { Match } from "../../lib/model/entry.js";
import type { Limits } from "../../lib/model/limits.js";
import type { Metadata } from "../../lib/model/metadata.js";
import type { Metric } from "../../lib/model/metric.js";
import type { Kinds } from "../../lib/model/query.js";
import { checkedCount, demand, demandInclude, demandMetric } from "./naive-checks.js";
import { naivelyNearest } from "./naive-search.js";
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
  const { vector, without } = naiveTarget(limits, store, ask.target);
  const candidates = allowed.filter(({ id }) => !without.has(id));
  return naivelyNearest(candidates, vector, metric)
    .filter(({ distance }) => distance <= maxDistance)
    .slice(0, limit)
    .map(({ id, distance }) => {
      const entry = store.entries.get(id) as Searched;
      const { metadata = true, vector = false } = ask.include ?? {};
      return {
        id,
        distance,
        ...(metadata && { metadata: entry.metadata }),
        ...(vector && { vector: entry.vector }),
      } as Match;
    });
}
