import { candidatesPerMatch } from "../model/check-search.js";
import { distanceOf } from "../model/distance-of.js";
import type { Match } from "../model/entry.js";
import { vectorOf } from "./read.js";
import { toMatch } from "./resolve-matches.js";
import { type Searched, searchCandidates } from "./search-candidates.js";
import { idOf, visitNearest } from "./visit-nearest.js";

/** Maximal marginal relevance (Carbonell and Goldstein, 1998), with distances in place of similarities. */
export async function diverseSearch(
  searched: Searched,
  target: Float32Array,
  excluded: ReadonlySet<string>,
  diversity: number,
): Promise<Match[]> {
  const { view, store, ids, options, call, slice } = searched;
  const entries = { snapshot: view.snapshot, store, ids };
  const most = candidatesPerMatch * options.limit;
  const limit = most + excluded.size;
  const [nearest] = await searchCandidates(searched, [target], { limit });
  const candidates: Candidate[] = [];
  const visitor = {
    get left(): number {
      return candidates.length === most ? 0 : limit - candidates.length;
    },
    visit: (ordinal: number, distance: number): void => {
      if (excluded.has(idOf(entries, ordinal))) return;
      const vector = vectorOf(view.snapshot, store, ordinal);
      candidates.push({ ordinal, distance, vector, apart: Number.POSITIVE_INFINITY });
    },
  };
  await visitNearest(entries, nearest, visitor, slice);
  const { metric = store.metric } = options;
  const left = new Set(candidates);
  const chosen = new Set<Candidate>();
  while (chosen.size < options.limit) {
    const next = chosen.size === 0 ? candidates[0] : farthest(left, diversity);
    if (next === undefined) break;
    left.delete(next);
    chosen.add(next);
    for (const one of left) {
      one.apart = Math.min(one.apart, distanceOf(metric, one.vector, next.vector));
      if (slice.isOver) await slice.next();
    }
  }
  return candidates
    .filter((one) => chosen.has(one))
    .map(({ ordinal, distance }) => toMatch(entries, ordinal, distance, { ...options, call }));
}

interface Candidate {
  readonly ordinal: number;
  readonly distance: number;
  readonly vector: Float32Array;
  /** The distance to the nearest of those chosen. */
  apart: number;
}

/** The first whose relevance and novelty together are greatest; undefined where none is left. */
function farthest(left: ReadonlySet<Candidate>, diversity: number): Candidate | undefined {
  let best: Candidate | undefined;
  let highest = Number.NEGATIVE_INFINITY;
  for (const one of left) {
    const worth = diversity * one.apart - (1 - diversity) * one.distance;
    if (best !== undefined && worth <= highest) continue;
    best = one;
    highest = worth;
  }
  return best;
}
