import type { CheckedQuery } from "../model/checked-query.js";
import { compilePredicate } from "../model/compile-predicate.js";
import type { Entry, Page } from "../model/entry.js";
import { decodeMetadata, ordinalOfRow } from "../rows/entry-rows.js";
import { afterIdKey, afterStoreKey, storeKey } from "../rows/keys.js";
import type { Call } from "./call.js";
import { makeCursor, readCursor } from "./cursor.js";
import type { Effort } from "./effort.js";
import { countLiving, hasExpired } from "./expiry.js";
import { readByOrdinal, toEntry } from "./read.js";
import { scanEntries } from "./scan.js";
import { Slice } from "./slice.js";
import { inSlices } from "./steps.js";
import type { View } from "./view.js";

/** A page of entries in id order. */
export async function find(
  { snapshot, catalog }: View,
  query: CheckedQuery<"find">,
  time: number,
  call: Call,
  effort?: Effort,
): Promise<Page<Entry>> {
  const store = catalog.get(query.store);
  const { incarnation } = store;
  const after = readCursor(store, query);
  const from = after === undefined ? storeKey(incarnation) : afterIdKey(incarnation, after);
  const matches = query.where.kind === "all" ? undefined : compilePredicate(query.where);
  const slice = new Slice(call);
  const entries: Entry[] = [];
  for (const { key, value } of snapshot.range("ids", from, afterStoreKey(incarnation))) {
    effort?.add("scan", 1);
    const stored = readByOrdinal(snapshot, store, ordinalOfRow(key, value));
    const isLiving = !hasExpired(stored.expiresAt, time);
    if (isLiving && (!matches || matches(decodeMetadata(stored.metadata)))) {
      if (entries.length === query.limit) {
        return { entries, cursor: makeCursor(store, query, (entries.at(-1) as Entry).id) };
      }
      entries.push(toEntry(snapshot, store, stored, query.include, call));
    }
    if (slice.isOver) await slice.next();
  }
  return { entries };
}

export async function count(
  { snapshot, catalog }: View,
  { store: name, where }: CheckedQuery<"count">,
  time: number,
  call: Call,
  effort?: Effort,
): Promise<number> {
  const store = catalog.get(name);
  const slice = new Slice(call);
  if (where.kind === "all") {
    const living = await countLiving(snapshot, store, time, slice);
    const { entries } = store.counters;
    if (entries > 0) effort?.add("scan", entries - living);
    return living;
  }
  let counted = 0;
  const scan = scanEntries(snapshot, store, time, where, () => {
    counted++;
  });
  const read = await inSlices(scan, slice);
  if (read > 0) effort?.add("scan", read);
  return counted;
}
