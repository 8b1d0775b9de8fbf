import type { CheckedQuery } from "../model/checked-query.js";
import { compilePredicate } from "../model/compile-predicate.js";
import { decodeMetadata, type StoredEntry } from "../rows/entry-rows.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Call } from "./call.js";
import type { Effort } from "./effort.js";
import { hasExpired } from "./expiry.js";
import type { GrowingPage } from "./growing-page.js";
import type { Slice } from "./slice.js";
import type { View } from "./view.js";

/** A page that somebody looks for, and what is needed for it. */
export interface Looking {
  readonly view: View;
  readonly store: StoredStore;
  readonly query: CheckedQuery<"find">;
  readonly time: number;
  readonly call: Call;
  readonly slice: Slice;
  readonly effort: Effort | undefined;
  /** What is found, in the order of the page. */
  readonly page: GrowingPage;
}

/** Whether an entry lives, and the predicate allows it, where that is not known already. */
export function testOf(
  { query: { where }, time }: Looking,
  isKnown: boolean,
): (stored: StoredEntry) => boolean {
  const matches = isKnown || where.kind === "all" ? undefined : compilePredicate(where);
  return ({ expiresAt, metadata }) => {
    if (hasExpired(expiresAt, time)) return false;
    return !matches || matches(decodeMetadata(metadata));
  };
}

/**
 * Up to so many entries are read and sorted; where more match, a walk in the order of the page fills it sooner. To
 * find a match on it takes as many steps as there are entries for each that matches.
 */
export function fewOf({ counters }: StoredStore, limit: number): number {
  return Math.max(fewest, Math.ceil(Math.sqrt(limit * counters.entries)));
}

const fewest = 1_000;
