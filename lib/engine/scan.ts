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
 * rows were read for it. What observes gets the metadata of all, those that do not live among them.
 */
export function* scanEntries(
  snapshot: Snapshot,
  store: StoredStore,
  time: number,
  where: Predicate | undefined,
  visit: (entry: StoredEntry) => void,
  observe?: (ordinal: number, metadata: Metadata) => void,
): Steps<number> {
  const { incarnation } = store;
  const matches = where ? compilePredicate(where) : everything;
  let read = 0;
  const rows = snapshot.range("entries", storeKey(incarnation), afterStoreKey(incarnation));
  for (const { key, value } of rows) {
    const entry = entryOfRow(key, value, ordinalOfKey(key));
    const isLiving = !hasExpired(entry.expiresAt, time);
    if (where || observe) {
      const metadata = decodeMetadata(entry.metadata);
      observe?.(entry.ordinal, metadata);
      if (isLiving && matches(metadata)) visit(entry);
    } else if (isLiving) visit(entry);
    read++;
    yield;
  }
  return read;
}

const everything = (_: Metadata): boolean => true;
