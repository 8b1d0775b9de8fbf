import type { IndexSearch, Nearest } from "../indexes/vector-index.js";
import type { CheckedQuery, CheckedSearchOptions } from "../model/checked-query.js";
import type { Match } from "../model/entry.js";
import { checkDimension } from "../model/vector.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Call } from "./call.js";
import type { Effort } from "./effort.js";
import { resolveExamples } from "./examples.js";
import { keptSelectionsOf } from "./kept-selections.js";
import type { KnownIds } from "./known-ids.js";
import type { Publication } from "./publication.js";
import { resolveMatches } from "./resolve-matches.js";
import { RowSource } from "./row-source.js";
import { type Selecting, type Selections, selectsAll } from "./selections.js";
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
    (target.kind === "vector" && selectsAll(store, query.where)
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

interface Searched extends Selecting {
  readonly ids: KnownIds;
  readonly options: CheckedSearchOptions;
  readonly call: Call;
}

async function nearest(
  searched: Searched,
  targets: readonly Float32Array[],
  excluded: ReadonlySet<string>,
): Promise<Match[][]> {
  const { index, ids, view, store, options, call, slice, effort } = searched;
  const { within, without } = selectsAll(store, options.where)
    ? everything
    : await keptSelectionsOf(searched, options.where);
  const { limit, include } = options;
  const all = requestOf(targets, view, store, options);
  const request = { ...all, limit: limit + excluded.size, within, without };
  const found: readonly Nearest[] =
    within?.size === 0 ? targets.map(() => nothing) : await index.search(request, call.signal);
  const entries = { snapshot: view.snapshot, store, ids };
  const answers: Match[][] = [];
  for (const candidates of found) {
    effort?.add(effortOf(candidates), candidates.examined);
    const wanted = { limit, include, excluded, call };
    answers.push(await resolveMatches(entries, candidates, wanted, slice));
  }
  return answers;
}

/** A search among all that the view has. */
function requestOf(
  targets: readonly Float32Array[],
  view: View,
  store: StoredStore,
  { metric = store.metric, limit, recall, maxDistance }: CheckedSearchOptions,
): IndexSearch {
  const source = new RowSource(view.snapshot, store);
  return { targets, metric, limit, recall, sequence: view.sequence, maxDistance, source };
}

function effortOf({ plan, examined }: Nearest): "empty" | Nearest["plan"] {
  return examined === 0 ? "empty" : plan;
}

const everything: Selections = { within: undefined, without: undefined };
const noIds: ReadonlySet<string> = new Set();
const nothing: Nearest = {
  ordinals: new Float64Array(0),
  distances: new Float64Array(0),
  plan: "exact",
  examined: 0,
};
