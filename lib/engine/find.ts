import type { CheckedQuery } from "../model/checked-query.js";
import { compilePredicate } from "../model/compile-predicate.js";
import type { Entry, Page } from "../model/entry.js";
import { compareText } from "../model/text.js";
import { decodeMetadata, ordinalOfRow, type StoredEntry } from "../rows/entry-rows.js";
import { afterIdKey, afterStoreKey, storeKey } from "../rows/keys.js";
import type { StoredStore } from "../rows/store-rows.js";
import { allowedEntries, askIndexes } from "./allowed-entries.js";
import type { Call } from "./call.js";
import { makeCursor, readCursor } from "./cursor.js";
import type { Effort } from "./effort.js";
import { hasExpired } from "./expiry.js";
import type { OrdinalSet } from "./ordinal-set.js";
import type { Found } from "./predicate-planner.js";
import { readByOrdinal, toEntry } from "./read.js";
import { Slice } from "./slice.js";
import { inSlices } from "./steps.js";
import type { View } from "./view.js";

/** A page of entries in id order. */
export async function find(
  view: View,
  query: CheckedQuery<"find">,
  time: number,
  call: Call,
  effort?: Effort,
): Promise<Page<Entry>> {
  const store = view.catalog.get(query.store);
  const after = readCursor(store, query);
  const slice = new Slice(call);
  const looking = { view, store, query, after, time, slice, effort };
  if (query.where.kind === "all") return walkIds(looking, undefined);
  const most = fewOf(store, query.limit);
  const found = await inSlices(
    askIndexes({ view, store, where: query.where, effort }, most),
    slice,
  );
  if (found === undefined || found.isNegated || found.ordinals.size > most) {
    return walkIds(looking, found);
  }
  return sortFew(looking, found.ordinals);
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

interface Looking {
  readonly view: View;
  readonly store: StoredStore;
  readonly query: CheckedQuery<"find">;
  /** The id after which the page begins. */
  readonly after: string | undefined;
  readonly time: number;
  readonly slice: Slice;
  readonly effort: Effort | undefined;
}

/** In the order of the ids, until the page is full; of what indexes have not found only the id is looked at. */
async function walkIds(looking: Looking, found: Found | undefined): Promise<Page<Entry>> {
  const { view, store, query, after, time, slice, effort } = looking;
  const { snapshot } = view;
  const { incarnation } = store;
  const from = after === undefined ? storeKey(incarnation) : afterIdKey(incarnation, after);
  const allows = testOf(query, time, found?.isExact ?? false);
  const entries: Entry[] = [];
  for (const { key, value } of snapshot.range("ids", from, afterStoreKey(incarnation))) {
    effort?.add(found === undefined ? "scan" : "index", 1);
    const ordinal = ordinalOfRow(key, value);
    if (found === undefined || found.ordinals.has(ordinal) !== found.isNegated) {
      const stored = readByOrdinal(snapshot, store, ordinal);
      if (allows(stored)) {
        if (entries.length === query.limit) return fullPage(store, query, entries);
        entries.push(toEntry(snapshot, store, stored, query.include));
      }
    }
    if (slice.isOver) await slice.next();
  }
  return { entries };
}

/** All that was found is read, and put in the order of the ids. */
async function sortFew(looking: Looking, ordinals: OrdinalSet): Promise<Page<Entry>> {
  const { view, store, query, after, time, slice, effort } = looking;
  const { snapshot } = view;
  const allows = testOf(query, time, false);
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
  const entries: Entry[] = [];
  for (const { ordinal } of allowed) {
    if (entries.length === query.limit) return fullPage(store, query, entries);
    const stored = readByOrdinal(snapshot, store, ordinal);
    entries.push(toEntry(snapshot, store, stored, query.include));
    if (slice.isOver) await slice.next();
  }
  return { entries };
}

/** Whether an entry lives, and the predicate allows it, where that is not known already. */
function testOf(
  { where }: CheckedQuery<"find">,
  time: number,
  isKnown: boolean,
): (stored: StoredEntry) => boolean {
  const matches = isKnown || where.kind === "all" ? undefined : compilePredicate(where);
  return ({ expiresAt, metadata }) => {
    if (hasExpired(expiresAt, time)) return false;
    return !matches || matches(decodeMetadata(metadata));
  };
}

function fullPage(store: StoredStore, query: CheckedQuery<"find">, entries: Entry[]): Page<Entry> {
  return { entries, cursor: makeCursor(store, query, (entries.at(-1) as Entry).id) };
}

/**
 * Up to so many entries are read and sorted; where more match, a walk in the order of the ids fills the page sooner. To
 * find a match on it takes as many steps as there are entries for each that matches.
 */
function fewOf({ counters }: StoredStore, limit: number): number {
  return Math.max(fewest, Math.ceil(Math.sqrt(limit * counters.entries)));
}

const fewest = 1_000;
