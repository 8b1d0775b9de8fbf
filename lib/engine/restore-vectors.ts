import type { Checkpoint, CheckpointReading } from "../checkpoints/checkpoint.js";
import type { CheckpointHeader } from "../checkpoints/checkpoint-header.js";
import { closedError } from "../model/errors.js";
import type { Snapshot } from "../persistence/persistence.js";
import { readDeaths } from "../rows/change-rows.js";
import { ordinalKey, ordinalOfKey } from "../rows/keys.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Slice } from "./slice.js";
import { inSlices, type Steps } from "./steps.js";

export interface Restoring {
  readonly checkpoint: Checkpoint;
  /** Laid already, in an index that follows what happens meanwhile. */
  readonly reading: CheckpointReading;
  readonly snapshot: Snapshot;
  /** As the snapshot has it. */
  readonly store: StoredStore;
  readonly slice: Slice;
  /** Asked now and then. */
  readonly isWanted: () => boolean;
}

/**
 * Takes the vectors of a checkpoint that live in the snapshot; all of those below the checkpoint's next ordinal, and
 * some of the others. How many were born and have died since it was begun.
 *
 * @throws where it is damaged, or not all can be told that happened since; then nothing of it is taken
 */
export async function restoreVectors(restoring: Restoring): Promise<number> {
  const { checkpoint, reading, slice, isWanted } = restoring;
  try {
    const ordinals = await reading.ordinals();
    const changed = await inSlices(reconcile(restoring, checkpoint.header, ordinals), slice);
    await reading.fill(() => {
      if (!isWanted()) throw closedError();
      return slice.isOver ? slice.next() : undefined;
    });
    await inSlices(reading.take(), slice);
    return changed;
  } catch (error) {
    await inSlices(reading.abandon(), slice);
    throw error;
  }
}

/**
 * Strikes out those that have died since the checkpoint was begun. The log may be too short to tell of all; but what is
 * left of the old ones are all that live and perhaps some more, so that their number tells.
 */
function* reconcile(
  { snapshot, store }: Restoring,
  { begun, nextOrdinal }: CheckpointHeader,
  ordinals: Float64Array,
): Steps<number> {
  const { incarnation, counters } = store;
  const hasChanged = counters.position > begun;
  const changesMax = Math.max(ordinals.length, changesLeast);
  const dead = new Set<number>();
  const born = new Set<number>();
  if (hasChanged) {
    for (const died of readDeaths(snapshot, incarnation, begun + 1)) {
      for (const ordinal of died) dead.add(ordinal);
      if (dead.size > changesMax) throw new Error("too much has changed since it was begun");
      yield;
    }
    const from = ordinalKey(incarnation, nextOrdinal);
    const to = ordinalKey(incarnation, counters.nextOrdinal);
    for (const { key } of snapshot.range("vectors", from, to)) {
      born.add(ordinalOfKey(key));
      if (born.size > changesMax) throw new Error("too much has changed since it was begun");
      yield;
    }
  }
  let old = 0;
  for (let i = 0; i < ordinals.length; i++) {
    const ordinal = ordinals[i] as number;
    const lives = ordinal < nextOrdinal ? !dead.has(ordinal) : born.has(ordinal);
    if (!lives) ordinals[i] = 0;
    else if (ordinal !== 0 && ordinal < nextOrdinal) old++;
    if (i % slotsPerStep === 0) yield;
  }
  if (old + born.size === counters.entries) return dead.size + born.size;
  const expected = counters.entries - born.size;
  throw new Error(`${old} vectors are left of it, and the store has ${expected} of that age`);
}

const changesLeast = 65_536;
const slotsPerStep = 4_096;
