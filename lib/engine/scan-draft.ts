import { compilePredicate } from "../model/compile-predicate.js";
import type { Predicate } from "../model/predicate.js";
import { decodeMetadata, entryOfRow, type StoredEntry } from "../rows/entry-rows.js";
import { afterStoreKey, ordinalOfKey, storeKey } from "../rows/keys.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Draft } from "./draft.js";
import type { DraftedEntry } from "./drafted-entries.js";
import { hasExpired } from "./expiry.js";
import type { Steps } from "./steps.js";

/**
 * Visits every entry of the store that lives at that time and that the predicate allows, as the draft leaves it, in
 * the order of their ordinals: the rows below the draft, and what it and the draft before it have written over and
 * behind them.
 */
export function* scanDraft(
  draft: Draft,
  store: StoredStore,
  time: number,
  where: Predicate | undefined,
  visit: (entry: StoredEntry | DraftedEntry) => void,
): Steps<void> {
  const { incarnation } = store;
  const matches = where && compilePredicate(where);
  const consider = (entry: StoredEntry): void => {
    if (hasExpired(entry.expiresAt, time)) return;
    if (!matches || matches(decodeMetadata(entry.metadata))) visit(entry);
  };
  let last = 0;
  const from = storeKey(incarnation);
  for (const { key, value } of draft.snapshot.range("entries", from, afterStoreKey(incarnation))) {
    last = ordinalOfKey(key);
    const stored = entryOfRow(key, value, last);
    const drafted = draft.drafted(incarnation, stored.id);
    if (drafted === undefined) consider(stored);
    else if (drafted?.ordinal === last) consider(drafted);
    yield;
  }
  // What the draft before has written may be among the rows already, where it was published meanwhile.
  for (const { ordinal, entries } of draft.added(incarnation)) {
    for (const [i, { id }] of entries.entries()) {
      const drafted = ordinal + i > last ? draft.drafted(incarnation, id) : undefined;
      if (drafted?.ordinal === ordinal + i) consider(drafted);
      yield;
    }
  }
}
