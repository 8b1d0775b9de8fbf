import { timeOfChanges } from "../rows/change-rows.js";
import { afterStoreKey, changeKey, sequenceOfKey } from "../rows/keys.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Draft } from "./draft.js";

/** How many rows of changes, and for how long, a store keeps; a row holds up to 256 changes of one command. */
const rowsKept = 1_000_000;
const msKept = 24 * 60 * 60 * 1000;
/** Old rows are looked for this much later than they could be, so that it is not done at every command. */
const slackMs = 60 * 1000;

/**
 * Takes the oldest changes of the store from the log where it is too long or too old: whole commands,
 * and a bounded number at a time, which is more than a command adds on average, so that the log shrinks.
 */
export function trimChanges(draft: Draft, store: StoredStore, time: number): void {
  const { changes, changesFrom, changesSince } = store.counters;
  const oldest = time - msKept;
  if (changes <= rowsKept && changesSince >= oldest - slackMs) return;
  const { incarnation } = store;
  const from = changeKey(incarnation, changesFrom, 0);
  let trimmed = 0;
  let last = changesFrom - 1;
  for (const { key, value } of draft.snapshot.range("changes", from, afterStoreKey(incarnation))) {
    const sequence = sequenceOfKey(key);
    if (sequence !== last) {
      if (trimmed >= rowsTrimmed) break;
      if (changes - trimmed <= rowsKept && isSince(oldest, key, value)) break;
    }
    draft.batch.delete("changes", key);
    trimmed++;
    last = sequence;
  }
  draft.update(store, {
    ...store.counters,
    changes: changes - trimmed,
    changesFrom: last + 1,
    changesSince: trimmed < rowsTrimmed ? Math.max(changesSince, oldest) : changesSince,
  });
}

/** A row that cannot be read is taken away with the old ones: it must not stand in the way of writes. */
function isSince(oldest: number, key: Uint8Array, value: Uint8Array): boolean {
  try {
    return timeOfChanges(key, value) >= oldest;
  } catch {
    return false;
  }
}

const rowsTrimmed = 128;
