import type { CheckedQuery, CheckedSearchOptions } from "../model/checked-query.js";
import type { Match } from "../model/entry.js";
import { checkDimension } from "../model/vector.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Call } from "./call.js";
import { diverseSearch } from "./diverse-search.js";
import type { Effort } from "./effort.js";
import { resolveExamples } from "./examples.js";
import { groupedSearch } from "./grouped-search.js";
import type { Publication } from "./publication.js";
import { resolveMatches } from "./resolve-matches.js";
import { effortOf, requestOf, type Searched, searchCandidates } from "./search-candidates.js";
import { selectsAll } from "./selections.js";
import { Slice } from "./slice.js";
import type { View } from "./view.js";

/** The matches of one target, nearest first. */
export async function search(
  publication: Publication,
  view: View,
  query: CheckedQuery<"search">,
  time: number,
  call: Call,
  effort?: Effort,
): Promise<Match[]> {
  const store = view.catalog.get(query.store);
  if (query.target.kind === "vector") {
    checkDimension(query.target.vector.length, store.dimension, "target");
  }
  const vectors = publication.vectorsOf(store);
  using _ = vectors.hold(time);
  const { target } = query;
  const sought =
    vectors.loaded ??
    (target.kind === "vector" && isPlain(store, query)
      ? await vectors.find(store, requestOf([target.vector], view, store, query), call)
      : await vectors.ready(store, call));
  const slice = new Slice(call);
  if ("ordinals" in sought) {
    effort?.add(effortOf(sought), sought.examined);
    const wanted = { limit: query.limit, include: query.include, excluded: noIds, call };
    return resolveMatches(
      { snapshot: view.snapshot, store, ids: vectors.ids },
      sought,
      wanted,
      slice,
    );
  }
  const index = sought;
  const { vector, excluded } =
    target.kind === "vector"
      ? { vector: target.vector, excluded: noIds }
      : await resolveExamples(view.snapshot, store, target, time, slice);
  const { ids } = vectors;
  const searched = { index, ids, view, store, time, options: query, call, slice, effort };
  const [matches] = await nearest(searched, [vector], excluded);
  return matches as Match[];
}

/** The matches of each target. */
export async function searchMany(
  publication: Publication,
  view: View,
  query: CheckedQuery<"searchMany">,
  time: number,
  call: Call,
): Promise<Match[][]> {
  const store = view.catalog.get(query.store);
  for (const [index, { length }] of query.targets.entries()) {
    checkDimension(length, store.dimension, `targets[${index}]`);
  }
  if (query.targets.length === 0) return [];
  const vectors = publication.vectorsOf(store);
  using _ = vectors.hold(time);
  const index = vectors.loaded ?? (await vectors.ready(store, call));
  const searched = {
    index,
    ids: vectors.ids,
    view,
    store,
    time,
    options: query,
    call,
    slice: new Slice(call),
    effort: undefined,
  };
  return nearest(searched, query.targets, noIds);
}

async function nearest(
  searched: Searched,
  targets: readonly Float32Array[],
  excluded: ReadonlySet<string>,
): Promise<Match[][]> {
  const { ids, view, store, options, call, slice } = searched;
  const { limit, include, groupBy, diversity } = options;
  const answers: Match[][] = [];
  if (groupBy !== undefined) {
    for (const target of targets) {
      answers.push(await groupedSearch(searched, target, excluded, groupBy));
    }
    return answers;
  }
  if (diversity !== undefined) {
    for (const target of targets) {
      answers.push(await diverseSearch(searched, target, excluded, diversity));
    }
    return answers;
  }
  const entries = { snapshot: view.snapshot, store, ids };
  const wanted = { limit: limit + excluded.size };
  for (const candidates of await searchCandidates(searched, targets, wanted)) {
    answers.push(
      await resolveMatches(entries, candidates, { limit, include, excluded, call }, slice),
    );
  }
  return answers;
}

/** Whether the answer is the nearest of all, and nothing else has to be known for it. */
function isPlain(store: StoredStore, { where, groupBy, diversity }: CheckedSearchOptions): boolean {
  return groupBy === undefined && diversity === undefined && selectsAll(store, where);
}

const noIds: ReadonlySet<string> = new Set();
