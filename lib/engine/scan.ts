import { compilePredicate } from "../model/compile-predicate.js";
import type { Metadata } from "../model/metadata.js";
import type { Predicate } from "../model/predicate.js";
import type { Snapshot } from "../persistence/persistence.js";
import { decodeMetadata, entryOfRow, type StoredEntry } from "../rows/entry-rows.js";
import { afterStoreKey, ordinalOfKey, storeKey } from "../rows/keys.js";
import type { StoredStore } from "../rows/store-rows.js";
import { hasExpired } from "./expiry.js";
import type { Steps } from "./steps.js";

/**
 * Visits every entry that lives at that time and that the predicate allows, in the order of their ordinals; how many
 * rows were read for it.
 */
export function* scanEntries(
  snapshot: Snapshot,
  store: StoredStore,
  time: number,
  where: Predicate | undefined,
  visit: (entry: StoredEntry) => void,
): Steps<number> {
  const { incarnation } = store;
  const matches = where ? compilePredicate(where) : everything;
  let read = 0;
  const rows = snapshot.range("entries", storeKey(incarnation), afterStoreKey(incarnation));
  for (const { key, value } of rows) {
    const entry = entryOfRow(key, value, ordinalOfKey(key));
    const isLiving = !hasExpired(entry.expiresAt, time);
    if (isLiving && (!where || matches(decodeMetadata(entry.metadata)))) visit(entry);
    read++;
    yield;
  }
  return read;
}

const everything = (_: Metadata): boolean => true;
