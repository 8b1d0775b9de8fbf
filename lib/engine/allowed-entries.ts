import { compilePredicate } from "../model/compile-predicate.js";
import type { Predicate } from "../model/predicate.js";
import { decodeMetadata } from "../rows/entry-rows.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Effort } from "./effort.js";
import { hasExpired, visitExpired } from "./expiry.js";
import { OrdinalSet } from "./ordinal-set.js";
import { type Found, PredicatePlanner } from "./predicate-planner.js";
import { readByOrdinal } from "./read.js";
import { scanEntries } from "./scan.js";
import type { Steps } from "./steps.js";
import type { View } from "./view.js";

/** What lives at a time and a predicate allows: these ordinals, or all but these. */
export interface Allowed {
  readonly ordinals: OrdinalSet;
  readonly isNegated: boolean;
}

/** What a read looks for. */
export interface Sought {
  readonly view: View;
  readonly store: StoredStore;
  readonly where: Predicate;
  readonly time: number;
  readonly effort: Effort | undefined;
}

/** By the indexes of the store where these help, by its entries' rows where not. */
export function* allowedEntries(sought: Sought): Steps<Allowed> {
  const { view, store, where, time, effort } = sought;
  const { snapshot } = view;
  const found = where.kind === "all" ? everything() : yield* askIndexes(sought, rowsOfAll(store));
  if (found === undefined || (found.isNegated && !found.isExact)) {
    const ordinals = new OrdinalSet();
    const add = ({ ordinal }: { ordinal: number }): void => ordinals.add(ordinal);
    const seen = view.columns.beginScan({ sequence: view.sequence, snapshot, store }, where);
    const read = yield* scanEntries(snapshot, store, time, where, add, seen?.add);
    seen?.keep();
    if (read > 0) effort?.add("scan", read);
    return { ordinals, isNegated: false };
  }
  const { isNegated } = found;
  if (!found.isExact) return { ordinals: yield* testEach(sought, found.ordinals), isNegated };
  return yield* livingOf(sought, found);
}

/** What indexes have found and nobody need look at, but what has expired. */
export function* livingOf(
  { view: { snapshot }, store, time }: Sought,
  { ordinals, isNegated }: Found,
): Steps<Allowed> {
  const pass = isNegated ? ordinals.add.bind(ordinals) : ordinals.delete.bind(ordinals);
  yield* visitExpired(snapshot, store, time, pass);
  return { ordinals, isNegated };
}

/**
 * What the indexes say, or what is known of fields from former scans, those that have expired among it; undefined where
 * they do not help, or not in so few rows.
 */
export function* askIndexes(
  { view, store, where, effort }: Omit<Sought, "time">,
  rowsMax: number,
): Steps<Found | undefined> {
  const { sequence, snapshot, columns } = view;
  if (store.indexes.length > 0) {
    const planner = new PredicatePlanner(snapshot, store);
    const found = yield* planner.find(where, rowsMax);
    effort?.asked(found === undefined ? { fields: new Set(), rows: planner.rows } : planner);
    if (found !== undefined) return found;
  }
  const known = yield* columns.find({ sequence, snapshot, store }, where, rowsMax);
  if (known === undefined) return undefined;
  effort?.add("scan", known.read);
  return { ordinals: known.ordinals, isNegated: false, isExact: true };
}

/** Those that live, and that the predicate allows. */
function* testEach(
  { view, store, where, time, effort }: Sought,
  candidates: OrdinalSet,
): Steps<OrdinalSet> {
  const matches = compilePredicate(where);
  const ordinals = new OrdinalSet();
  let read = 0;
  for (const ordinal of candidates) {
    const entry = readByOrdinal(view.snapshot, store, ordinal);
    const isLiving = !hasExpired(entry.expiresAt, time);
    if (isLiving && matches(decodeMetadata(entry.metadata))) ordinals.add(ordinal);
    read++;
    yield;
  }
  if (read > 0) effort?.add("index", read);
  return ordinals;
}

/** What is found where all is allowed. */
export function everything(): Found {
  return { ordinals: new OrdinalSet(), isNegated: true, isExact: true };
}

/** Where all that matches is wanted, rows of postings are as cheap as those of entries, and have many. */
export function rowsOfAll({ counters }: StoredStore): number {
  return 1_000 + counters.entries;
}
