import type { CheckedSort } from "../model/checked-query.js";
import { fieldReader } from "../model/field-reader.js";
import { compareText } from "../model/text.js";
import { compareSortKeys, type SortKey, sortKeyOf, valueRanks } from "../model/value-order.js";
import { orderedPostings } from "../rows/ordered-postings.js";
import type { TermRange } from "../rows/posting-ranges.js";
import { postingParts } from "../rows/posting-rows.js";
import { keyOfTerm, termOfKey } from "../rows/sorted-terms.js";
import { isUsable, type StoredIndex } from "../rows/stored-index.js";
import { askIndexes, rowsOfAll } from "./allowed-entries.js";
import { Foremost } from "./foremost.js";
import { fewOf, type Looking } from "./looking.js";
import { OrdinalSet } from "./ordinal-set.js";
import { type Found, PredicatePlanner } from "./predicate-planner.js";
import { readByOrdinal } from "./read.js";
import { sortBounds } from "./sort-bounds.js";
import type { SortPlace } from "./sort-cursor.js";
import { inSlices, type Steps } from "./steps.js";
import { type Candidates, visitAllowed } from "./visit-allowed.js";
import { passesOf, walkIds } from "./walk-ids.js";

/** A page that is looked for in the order of a field. */
export interface Sorting extends Looking {
  readonly sort: CheckedSort;
  /** Behind which the page begins. */
  readonly after: SortPlace | undefined;
}

/**
 * Fills the page in the order of a field: along the field's index, as far as it takes, where it has one and more than a
 * few may match; otherwise all that match are looked at, and the first of them are kept.
 */
export async function findSorted(sorting: Sorting): Promise<void> {
  const { store, query, sort, slice } = sorting;
  const index = store.indexes.find((one) => one.field === sort.field && isUsable(one));
  const most = index === undefined ? rowsOfAll(store) : fewOf(store, query.limit);
  const isAll = query.where.kind === "all";
  const asking = askIndexes({ ...sorting, where: query.where }, most);
  const found = isAll ? undefined : await inSlices(asking, slice);
  const isFew = found !== undefined && !found.isNegated && found.ordinals.size <= most;
  if (index === undefined || isFew) await takeForemost(sorting, found);
  else await walkTerms(sorting, index, found);
}

/** Looks at all candidates and takes the first, in their order. Whether there is still room. */
async function takeForemost(
  sorting: Sorting,
  candidates: Candidates | undefined,
): Promise<boolean> {
  const { view, store, query, sort, after, slice, page } = sorting;
  const compare = (a: SortPlace, b: SortPlace): number =>
    compareSortKeys(a.key, b.key, sort.isDescending) || compareText(a.id, b.id);
  const foremost = new Foremost<Placed>(page.room, compare);
  const read = fieldReader(sort.field);
  const visiting = visitAllowed(
    { ...sorting, where: query.where },
    candidates,
    ({ id, ordinal }, metadata) => {
      const placed = { key: sortKeyOf(read(metadata)), id, ordinal };
      if (after === undefined || compare(placed, after) > 0) foremost.add(placed);
    },
  );
  await inSlices(visiting, slice);
  for (const { ordinal, key } of foremost.sorted()) {
    if (!page.take(readByOrdinal(view.snapshot, store, ordinal), key)) return false;
    if (slice.isOver) await slice.next();
  }
  return true;
}

/** An entry and its place. */
interface Placed extends SortPlace {
  readonly ordinal: number;
}

/** Goes along the postings of the field, and to what does not have it. */
async function walkTerms(
  sorting: Sorting,
  index: StoredIndex,
  found: Found | undefined,
): Promise<void> {
  const { query, sort, after, slice, effort } = sorting;
  effort?.fields.add(sort.field);
  const bounds = sortBounds(query.where, sort.field);
  if (after?.key.rank !== valueRanks.missing) {
    const passes = passesOf(found);
    let group: Group | undefined;
    for (const posting of postingsOf(sorting, index, bounds)) {
      if (slice.isOver) await slice.next();
      if (posting === undefined) continue;
      effort?.add("index", 1);
      if (group !== undefined && group.term !== posting.term) {
        if (!(await takeGroup(sorting, group, found))) return;
        group = undefined;
      }
      group ??= { term: posting.term, ordinals: [] };
      for (const ordinal of posting.ordinals()) {
        if (passes === undefined || passes(ordinal)) group.ordinals.push(ordinal);
      }
    }
    if (group !== undefined && !(await takeGroup(sorting, group, found))) return;
  }
  // What is asked about the field is not said of what lacks it.
  if (bounds === undefined) await takeMissing(sorting, found);
}

/** Those that have a term, and that indexes have found. */
interface Group {
  readonly term: string;
  readonly ordinals: number[];
}

/** Those that may be allowed, from the place behind which the page begins. */
function postingsOf(
  { view, store, sort, after }: Sorting,
  index: StoredIndex,
  bounds: TermRange | undefined,
): ReturnType<typeof orderedPostings> {
  const { isDescending } = sort;
  let { from, to } = bounds ?? allTerms;
  const term = after && termOfKey(after.key);
  if (term !== undefined && !isDescending && term > from) from = term;
  // The first term behind it.
  if (term !== undefined && isDescending && `${term}\u0000` < to) to = `${term}\u0000`;
  const part = postingParts.value;
  const sought = { incarnation: store.incarnation, index: index.number, part, isDescending };
  return orderedPostings(view.snapshot, { ...sought, from, to });
}

/** Whether there is still room. */
async function takeGroup(
  sorting: Sorting,
  { term, ordinals }: Group,
  found: Found | undefined,
): Promise<boolean> {
  const { store, query, sort, after, slice } = sorting;
  if (ordinals.length === 0) return true;
  const isKnown = found?.isExact ?? query.where.kind === "all";
  const key = keyOfTerm(term);
  if (key === undefined || ordinals.length <= fewOf(store, query.limit)) {
    return takeForemost(sorting, { ordinals, isNegated: false, isExact: isKnown });
  }
  // All of them are in the order of their ids, and more than a page takes.
  const set = new OrdinalSet();
  await inSlices(addAll(set, ordinals), slice);
  const isSame = after !== undefined && compareSortKeys(after.key, key, sort.isDescending) === 0;
  const passes = set.has.bind(set);
  return walkIds(sorting, { after: isSame ? after.id : undefined, passes, isKnown, key });
}

function* addAll(set: OrdinalSet, ordinals: readonly number[]): Steps<void> {
  for (const ordinal of ordinals) {
    set.add(ordinal);
    yield;
  }
}

async function takeMissing(sorting: Sorting, found: Found | undefined): Promise<void> {
  const { view, store, query, sort, after, slice } = sorting;
  const planner = new PredicatePlanner(view.snapshot, store);
  const asking = planner.find({ kind: "exists", field: sort.field }, Number.POSITIVE_INFINITY);
  const there = await inSlices(asking, slice);
  if (there === undefined || there.ordinals.size >= store.counters.entries) return;
  const passes = passesOf(found);
  await walkIds(sorting, {
    after: after?.key.rank === valueRanks.missing ? after.id : undefined,
    passes: (ordinal) => !there.ordinals.has(ordinal) && (passes === undefined || passes(ordinal)),
    isKnown: found?.isExact ?? query.where.kind === "all",
    key: missing,
  });
}

const allTerms: TermRange = { from: "", to: "\u00ff" };
const missing: SortKey = sortKeyOf(undefined);
