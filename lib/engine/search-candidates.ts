import type { IndexSearch, Nearest } from "../indexes/vector-index.js";
import type { CheckedSearchOptions } from "../model/checked-query.js";
import type { Predicate } from "../model/predicate.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Call } from "./call.js";
import { keptSelectionsOf } from "./kept-selections.js";
import type { KnownIds } from "./known-ids.js";
import { RowSource } from "./row-source.js";
import { type Selecting, type Selections, selectionsOf, selectsAll } from "./selections.js";
import type { View } from "./view.js";

/** A search that is carried out, its store's vectors at hand. */
export interface Searched extends Selecting {
  readonly ids: KnownIds;
  readonly options: CheckedSearchOptions;
  readonly call: Call;
}

export interface CandidatesWanted {
  readonly limit: number;
  /** In place of the search's own predicate, and not likely to be asked again. */
  readonly where?: Predicate | undefined;
}

/** The nearest of each target among those that the predicate allows. */
export async function searchCandidates(
  searched: Searched,
  targets: readonly Float32Array[],
  { limit, where }: CandidatesWanted,
): Promise<readonly Nearest[]> {
  const { index, view, store, options, call, effort } = searched;
  const { within, without } = await selectedBy(searched, where);
  const request = { ...requestOf(targets, view, store, options), limit, within, without };
  const found: readonly Nearest[] =
    within?.size === 0 ? targets.map(() => nothing) : await index.search(request, call.signal);
  for (const one of found) effort?.add(effortOf(one), one.examined);
  return found;
}

/** A search among all that the view has. */
export function requestOf(
  targets: readonly Float32Array[],
  view: View,
  store: StoredStore,
  { metric = store.metric, limit, recall, maxDistance }: CheckedSearchOptions,
): IndexSearch {
  const source = new RowSource(view.snapshot, store);
  return { targets, metric, limit, recall, sequence: view.sequence, maxDistance, source };
}

export function effortOf({ plan, examined }: Nearest): "empty" | Nearest["plan"] {
  return examined === 0 ? "empty" : plan;
}

function selectedBy(
  searched: Searched,
  where: Predicate | undefined,
): Selections | Promise<Selections> {
  const { store, options } = searched;
  if (where !== undefined) return selectionsOf(searched, where);
  return selectsAll(store, options.where) ? everything : keptSelectionsOf(searched, options.where);
}

const everything: Selections = { within: undefined, without: undefined };
const nothing: Nearest = {
  ordinals: new Float64Array(0),
  distances: new Float64Array(0),
  plan: "exact",
  examined: 0,
};
