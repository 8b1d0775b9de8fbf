import type { Examples } from "../../lib/model/entry.js";
import type { Limits } from "../../lib/model/limits.js";
import type { Kinds } from "../../lib/model/query.js";
import { checkedId, checkedVector, demand, demandFields, isPlain, refuse } from "./naive-checks.js";

/** The vector that a search is for, and the ids that are not among its matches. */
export function naiveTarget(
  limits: Limits,
  store: {
    readonly dimension: number;
    readonly entries: ReadonlyMap<string, { readonly vector: Float32Array }>;
  },
  target: Kinds["search"]["ask"]["target"],
): { vector: Float32Array; without: ReadonlySet<string> } {
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
