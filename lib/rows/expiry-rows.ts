import type { Snapshot } from "../persistence/persistence.js";
import type { WriteBatch } from "../persistence/write-batch.js";
import { afterStoreKey, expiryKey, readU48, storeKey } from "./keys.js";
import { bodyOf, putRow } from "./row.js";

/*
 * One for each entry that expires, in the order in which they do:
 *
 *   expiries   incarnation, expires at u48, ordinal   | |
 */

export interface StoredExpiry {
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly ordinal: number;
}

export function putExpiry(
  batch: WriteBatch,
  incarnation: number,
  { expiresAt, ordinal }: StoredExpiry,
): void {
  putRow(batch, "expiries", expiryKey(incarnation, expiresAt, ordinal), 0, () => {});
}

export function deleteExpiry(
  batch: WriteBatch,
  incarnation: number,
  { expiresAt, ordinal }: StoredExpiry,
): void {
  batch.delete("expiries", expiryKey(incarnation, expiresAt, ordinal));
}

/** The entries of the store that expire, the first to do so first. */
export function* readExpiries(snapshot: Snapshot, incarnation: number): Generator<StoredExpiry> {
  const rows = snapshot.range("expiries", storeKey(incarnation), afterStoreKey(incarnation));
  for (const { key, value } of rows) {
    bodyOf("expiries", key, value);
    yield { expiresAt: readU48(key, 4), ordinal: readU48(key, 10) };
  }
}
