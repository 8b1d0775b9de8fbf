import type { Examples, Match } from "../../lib/model/entry.js";
import type { Limits } from "../../lib/model/limits.js";
import type { Metadata } from "../../lib/model/metadata.js";
import type { Metric } from "../../lib/model/metric.js";
import type { Kinds } from "../../lib/model/query.js";
import {
  checkedCount,
  checkedId,
  checkedVector,
  demand,
  demandFields,
  demandInclude,
  demandMetric,
  isPlain,
  refuse,
} from "./naive-checks.js";
import { naivelyNearest } from "./naive-search.js";

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
  const { vector, without } = targetOf(limits, store, ask.target);
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

/** The vector searched for, and the ids that are not among the matches. */
function targetOf(limits: Limits, store: SearchedStore, target: Kinds["search"]["ask"]["target"]) {
  if (!isPlain(target)) {
    return { vector: checkedVector(target, store.dimension), without: new Set<string>() };
  }
  demandFields(target, ["near", "awayFrom"], "target");
  const { near, awayFrom = [] } = target as unknown as Examples;
  demand(Array.isArray(near) && near.length > 0, "near is a list of at least one key");
  demand(Array.isArray(awayFrom), "awayFrom is a list of keys");
  const vectorOf = (key: unknown) => {
    if (typeof key !== "string") return checkedVector(key, store.dimension);
    const entry = store.entries.get(checkedId(limits, key));
    return entry?.vector ?? refuse("ENTRY_NOT_FOUND", `no entry ${key}`);
  };
  const towards = meanOf(near.map(vectorOf));
  const away = awayFrom.length === 0 ? towards : meanOf(awayFrom.map(vectorOf));
  const ids = [...near, ...awayFrom].filter((key) => typeof key === "string");
  const vector = checkedVector(towards.map((element, i) => element + (element - away[i])));
  return { vector, without: new Set(ids) };
}

function meanOf(vectors: Float32Array[]): number[] {
  const [first] = vectors;
  return [...first].map((_, i) => {
    return vectors.reduce((sum, vector) => sum + vector[i], 0) / vectors.length;
  });
}
