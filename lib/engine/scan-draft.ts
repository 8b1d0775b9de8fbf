import { compilePredicate } from "../model/compile-predicate.js";
import type { Predicate } from "../model/predicate.js";
import { decodeMetadata, entryOfRow, type StoredEntry } from "../rows/entry-rows.js";
import { afterStoreKey, ordinalOfKey, storeKey } from "../rows/keys.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Draft } from "./draft.js";
import type { DraftedEntry } from "./drafted-entries.js";
import { hasExpired } from "./expiry.js";
import type { OrdinalSet } from "./ordinal-set.js";
import { PredicatePlanner } from "./predicate-planner.js";
import { readByOrdinal } from "./read.js";
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
  const below = where && draft.storeBelow(store);
  if (below !== undefined && below.indexes.length > 0) {
    const planner = new PredicatePlanner(draft.snapshot, below);
    const found = yield* planner.find(where as Predicate, below.counters.entries);
    if (found !== undefined && !found.isNegated) {
      yield* visitFound(draft, store, time, where as Predicate, found.ordinals, visit);
      return;
    }
  }
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

/** What indexes have found in the rows below, and whatever was written over and behind them, in the same order. */
function* visitFound(
  draft: Draft,
  store: StoredStore,
  time: number,
  where: Predicate,
  ordinals: OrdinalSet,
  visit: (entry: StoredEntry | DraftedEntry) => void,
): Steps<void> {
  const { incarnation } = store;
  const matches = compilePredicate(where);
  const drafted = new Map<number, DraftedEntry>();
  for (const entry of draft.living(incarnation)) {
    drafted.set(entry.ordinal, entry);
    ordinals.add(entry.ordinal);
    yield;
  }
  for (const ordinal of ordinals) {
    const entry = drafted.get(ordinal) ?? readByOrdinal(draft.snapshot, store, ordinal);
    const isAsItWas = !drafted.has(ordinal) && draft.drafted(incarnation, entry.id) === undefined;
    if (drafted.has(ordinal) || isAsItWas) {
      const isLiving = !hasExpired(entry.expiresAt, time);
      if (isLiving && matches(decodeMetadata(entry.metadata))) visit(entry);
    }
    yield;
  }
}
