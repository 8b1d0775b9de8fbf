import { compilePredicate } from "../model/compile-predicate.js";
import type { Metadata } from "../model/metadata.js";
import { decodeMetadata, entryOfRow, type StoredEntry } from "../rows/entry-rows.js";
import { afterStoreKey, ordinalOfKey, storeKey } from "../rows/keys.js";
import type { Sought } from "./allowed-entries.js";
import { hasExpired } from "./expiry.js";
import type { Found } from "./predicate-planner.js";
import { readByOrdinal } from "./read.js";
import type { Steps } from "./steps.js";

/** Gets an entry, whose bytes are good until it returns, and its metadata. */
export type Visit = (entry: StoredEntry, metadata: Metadata) => void;

/** What indexes have found, or some ordinals in their order. */
export type Candidates =
  | Found
  | {
      readonly ordinals: readonly number[];
      readonly isNegated: false;
      /** Whether all of them are allowed. */
      readonly isExact: boolean;
    };

/** Visits what lives and is allowed, in the order of the ordinals: of what indexes have found, where they have. */
export function* visitAllowed(
  sought: Sought,
  found: Candidates | undefined,
  visit: Visit,
): Steps<void> {
  const { view, store, where, time, effort } = sought;
  const { sequence, snapshot, columns } = view;
  const isScan = found === undefined;
  const seen = isScan ? columns.beginScan({ sequence, snapshot, store }, where) : undefined;
  const matches = found?.isExact || where.kind === "all" ? undefined : compilePredicate(where);
  const plan = isScan ? "scan" : "index";
  for (const entry of entriesOf(sought, found)) {
    if (entry !== undefined) {
      effort?.add(plan, 1);
      const isLiving = !hasExpired(entry.expiresAt, time);
      if (isLiving || seen !== undefined) {
        const metadata = decodeMetadata(entry.metadata);
        seen?.add(entry.ordinal, metadata);
        if (isLiving && (!matches || matches(metadata))) visit(entry, metadata);
      }
    }
    yield;
  }
  seen?.keep();
}

function* entriesOf(
  { view: { snapshot }, store }: Sought,
  found: Candidates | undefined,
): Generator<StoredEntry | undefined, void, undefined> {
  if (found !== undefined && !found.isNegated) {
    for (const ordinal of found.ordinals) yield readByOrdinal(snapshot, store, ordinal);
    return;
  }
  const { incarnation } = store;
  const without = found?.ordinals;
  const rows = snapshot.range("entries", storeKey(incarnation), afterStoreKey(incarnation));
  for (const { key, value } of rows) {
    const ordinal = ordinalOfKey(key);
    yield without?.has(ordinal) ? undefined : entryOfRow(key, value, ordinal);
  }
}
