import type { CheckedQuery } from "../model/checked-query.js";
import type { Entry, Page } from "../model/entry.js";
import { compareText } from "../model/text.js";
import { allowedEntries, askIndexes } from "./allowed-entries.js";
import type { Call } from "./call.js";
import { readCursor } from "./cursor.js";
import type { Effort } from "./effort.js";
import { findSorted } from "./find-sorted.js";
import { GrowingPage } from "./growing-page.js";
import { fewOf, type Looking, testOf } from "./looking.js";
import type { Found } from "./predicate-planner.js";
import { readByOrdinal } from "./read.js";
import { Slice } from "./slice.js";
import { readSortCursor } from "./sort-cursor.js";
import { inSlices } from "./steps.js";
import type { View } from "./view.js";
import { passesOf, walkIds } from "./walk-ids.js";

/** A page of entries in id order, or in that of a field. */
export async function find(
  view: View,
  query: CheckedQuery<"find">,
  time: number,
  call: Call,
  effort?: Effort,
): Promise<Page<Entry>> {
  const store = view.catalog.get(query.store);
  const slice = new Slice(call);
  const page = new GrowingPage(view, store, query, call);
  const looking = { view, store, query, time, call, slice, effort, page };
  const { sort } = query;
  if (sort === undefined) await findById(looking, readCursor(store, query));
  else await findSorted({ ...looking, sort, after: readSortCursor(store, query) });
  return page.toPage();
}

export async function count(
  view: View,
  { store: name, where }: CheckedQuery<"count">,
  time: number,
  call: Call,
  effort?: Effort,
): Promise<number> {
  const store = view.catalog.get(name);
  const allowing = allowedEntries({ view, store, where, time, effort });
  const { ordinals, isNegated } = await inSlices(allowing, new Slice(call));
  const { size } = ordinals;
  const { entries } = store.counters;
  if (where.kind === "all" && entries > 0) effort?.add("scan", size);
  return isNegated ? entries - size : size;
}

/** Fills the page with what comes behind that id. */
async function findById(looking: Looking, after: string | undefined): Promise<void> {
  const { view, store, query, slice, effort } = looking;
  const { where, limit } = query;
  const most = fewOf(store, limit);
  const asking = askIndexes({ view, store, where, effort }, most);
  const found = where.kind === "all" ? undefined : await inSlices(asking, slice);
  if (found !== undefined && !found.isNegated && found.ordinals.size <= most) {
    await sortFew(looking, after, found);
  } else {
    const isKnown = found?.isExact ?? false;
    await walkIds(looking, { after, passes: passesOf(found), isKnown });
  }
}

/** All that was found is read, and put in the order of the ids. */
async function sortFew(
  looking: Looking,
  after: string | undefined,
  { ordinals, isExact }: Found,
): Promise<void> {
  const { view, store, slice, effort, page } = looking;
  const { snapshot } = view;
  const allows = testOf(looking, isExact);
  const allowed: { id: string; ordinal: number }[] = [];
  for (const ordinal of ordinals) {
    effort?.add("index", 1);
    const stored = readByOrdinal(snapshot, store, ordinal);
    const { id } = stored;
    if ((after === undefined || compareText(id, after) > 0) && allows(stored)) {
      allowed.push({ id, ordinal });
    }
    if (slice.isOver) await slice.next();
  }
  allowed.sort((a, b) => compareText(a.id, b.id));
  for (const { ordinal } of allowed) {
    if (!page.take(readByOrdinal(snapshot, store, ordinal))) return;
    if (slice.isOver) await slice.next();
  }
}
