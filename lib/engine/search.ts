import type { Nearest, Selection, VectorIndex } from "../indexes/vector-index.js";
import type { CheckedQuery, CheckedSearchOptions } from "../model/checked-query.js";
import type { Match } from "../model/entry.js";
import { checkDimension } from "../model/vector.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Call } from "./call.js";
import { resolveExamples } from "./examples.js";
import type { Publication } from "./publication.js";
import { resolveMatches } from "./resolve-matches.js";
import { scanEntries } from "./scan.js";
import { Slice } from "./slice.js";
import type { View } from "./view.js";

/** The matches of one target, nearest first. */
export async function search(
  publication: Publication,
  view: View,
  query: CheckedQuery<"search">,
  call: Call,
): Promise<Match[]> {
  const store = view.catalog.get(query.store);
  const { vector, excluded } = resolveExamples(view.snapshot, store, query.target);
  const searched = { publication, view, store, options: query, call };
  const [matches] = await nearest(searched, [vector], excluded);
  return matches as Match[];
}

/** The matches of each target. */
export async function searchMany(
  publication: Publication,
  view: View,
  query: CheckedQuery<"searchMany">,
  call: Call,
): Promise<Match[][]> {
  const store = view.catalog.get(query.store);
  for (const [index, { length }] of query.targets.entries()) {
    checkDimension(length, store.dimension, `targets[${index}]`);
  }
  if (query.targets.length === 0) return [];
  return nearest({ publication, view, store, options: query, call }, query.targets, noIds);
}

interface Searched {
  readonly publication: Publication;
  readonly view: View;
  readonly store: StoredStore;
  readonly options: CheckedSearchOptions;
  readonly call: Call;
}

async function nearest(
  { publication, view, store, options, call }: Searched,
  targets: readonly Float32Array[],
  excluded: ReadonlySet<string>,
): Promise<Match[][]> {
  const index = await publication.vectorsOf(store).ready(publication.views, call);
  const within = await select(index, view, store, options, call);
  const { limit, maxDistance, include } = options;
  const request = {
    targets,
    metric: options.metric ?? store.metric,
    limit: limit + excluded.size,
    sequence: view.sequence,
    maxDistance,
    within,
  };
  const found: readonly Nearest[] =
    within?.size === 0 ? targets.map(() => nothing) : await index.search(request, call.signal);
  const answers: Match[][] = [];
  for (const candidates of found) {
    const wanted = { limit, include, excluded };
    answers.push(await resolveMatches(view.snapshot, store, candidates, wanted, new Slice(call)));
  }
  return answers;
}

/** What the predicate allows; undefined where there is none. */
async function select(
  index: VectorIndex,
  view: View,
  store: StoredStore,
  { where }: CheckedSearchOptions,
  call: Call,
): Promise<Selection | undefined> {
  if (where.kind === "all") return undefined;
  const selection = index.select();
  await scanEntries(view.snapshot, store, where, new Slice(call), ({ ordinal }) => {
    selection.add(ordinal);
  });
  return selection;
}

const noIds: ReadonlySet<string> = new Set();
const nothing: Nearest = { ordinals: new Float64Array(0), distances: new Float64Array(0) };
