import { timeMax } from "../model/check-ttl.js";
import type { Snapshot } from "../persistence/persistence.js";
import { readExpiries } from "../rows/expiry-rows.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Slice } from "./slice.js";
import { inSlices, type Steps } from "./steps.js";

/** Whether an entry is gone at that time. Reads judge by the clock, writes by the time of their command. */
export function hasExpired(expiresAt: number, time: number): boolean {
  return expiresAt !== 0 && expiresAt <= time;
}

/** When an entry expires that is written now; 0: never. */
export function expiryAfter(
  time: number,
  ttlMs: number | null | undefined,
  store: StoredStore,
): number {
  const lives = ttlMs === undefined ? store.ttlMs : ttlMs;
  return lives === undefined || lives === null ? 0 : Math.min(time + lives, timeMax);
}

/** Visits the entries that have expired at that time and are not swept yet. */
export function* visitExpired(
  snapshot: Snapshot,
  store: StoredStore,
  time: number,
  visit: (ordinal: number) => void,
): Steps<void> {
  if (store.counters.expiring === 0) return;
  for (const { expiresAt, ordinal } of readExpiries(snapshot, store.incarnation)) {
    if (!hasExpired(expiresAt, time)) return;
    visit(ordinal);
    yield;
  }
}

/** How many entries of the store live at that time. */
export async function countLiving(
  snapshot: Snapshot,
  store: StoredStore,
  time: number,
  slice: Slice,
): Promise<number> {
  const { entries, expiring } = store.counters;
  if (expiring === 0) return entries;
  let expired = 0;
  const count = visitExpired(snapshot, store, time, () => {
    expired++;
  });
  await inSlices(count, slice);
  return entries - expired;
}
