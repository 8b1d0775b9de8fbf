import type { Snapshot } from "../persistence/persistence.js";
import type { WriteBatch } from "../persistence/write-batch.js";
import { summaryOfChanges } from "../rows/change-rows.js";
import { afterStoreKey, changeKey, partOfKey, sequenceOfKey } from "../rows/keys.js";
import type { Counters } from "../rows/store-rows.js";
import type { LogRow } from "./drafted-log.js";
import type { Steps } from "./steps.js";

/** A store's log in a transaction: what is committed of it, and where rows are taken from it. */
export interface Log {
  readonly snapshot: Snapshot;
  readonly batch: WriteBatch;
  readonly incarnation: number;
  /** Rows that come behind those of the snapshot, in their order. */
  readonly drafted: Iterable<LogRow>;
}

/** Whether the log is so long or so old that some of it is to be taken away. */
export function isToTrim({ changes, changesSince }: Counters, time: number): boolean {
  return changes > changesKept + slackChanges || changesSince < time - msKept - slackMs;
}

/**
 * Takes the oldest changes from the log where it is too long or too old: whole commands, and about as much as is
 * added, so that a log that is too long does not grow and no write pays for those before it. What is left is the
 * last million changes, as far as they are not older than a day; then it is complete from `changesFrom` on, also
 * when nothing is left. The counters as they are then.
 */
export function* trimChanges(
  log: Log,
  counters: Counters,
  { time, added }: { time: number; added: number },
): Steps<Counters> {
  const { changes, changesFrom, changesSince } = counters;
  if (!isToTrim(counters, time)) return counters;
  const oldest = time - msKept;
  const rowsMax = Math.max(rowsTrimmed, 2 * added);
  let rows = 0;
  let trimmed = 0;
  let last = changesFrom - 1;
  for (const { sequence, part, count, time: came } of rowsOf(log, changesFrom)) {
    if (sequence !== last) {
      if (rows >= rowsMax) break;
      if (changes - trimmed <= changesKept && came >= oldest) break;
    }
    log.batch.delete("changes", changeKey(log.incarnation, sequence, part));
    rows++;
    trimmed += count;
    last = sequence;
    yield;
  }
  return {
    ...counters,
    changes: Math.max(0, changes - trimmed),
    changesFrom: last + 1,
    changesSince: rows < rowsMax ? Math.max(changesSince, oldest) : changesSince,
  };
}

/** The whole log, of which the end is drafted: what is trimmed must not depend on how much of it is committed. */
function* rowsOf(log: Log, changesFrom: number): Generator<LogRow, void, undefined> {
  const { snapshot, incarnation, drafted } = log;
  const from = changeKey(incarnation, changesFrom, 0);
  let last = changesFrom - 1;
  for (const { key, value } of snapshot.range("changes", from, afterStoreKey(incarnation))) {
    last = sequenceOfKey(key);
    yield { sequence: last, part: partOfKey(key), ...summaryOf(key, value) };
  }
  for (const row of drafted) if (row.sequence > last) yield row;
}

/** A row that cannot be read is taken away with the old ones: it must not stand in the way of writes. */
function summaryOf(key: Uint8Array, row: Uint8Array): { count: number; time: number } {
  try {
    return summaryOfChanges(key, row);
  } catch {
    return { count: 1, time: 0 };
  }
}

/** How many changes, and for how long, a store keeps. */
const changesKept = 1_000_000;
const msKept = 24 * 60 * 60 * 1000;
/** It may grow by so much before it is trimmed, so that this is not done at every command. */
const slackChanges = 1_000;
const slackMs = 60 * 1000;
/** The least that one command takes away. */
const rowsTrimmed = 128;
