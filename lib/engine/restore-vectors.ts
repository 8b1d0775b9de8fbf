import type { CheckpointReading } from "../checkpoints/checkpoint-reading.js";
import { floatsKind, type SlotImage } from "../indexes/vector-index.js";
import { closedError } from "../model/errors.js";
import { vectorToBytes } from "../model/vector.js";
import type { Snapshot } from "../persistence/persistence.js";
import { readDeaths } from "../rows/change-rows.js";
import { readVector } from "../rows/entry-rows.js";
import { ordinalKey, ordinalOfKey } from "../rows/keys.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Slice } from "./slice.js";
import { inSlices, type Steps } from "./steps.js";

export interface Restoring {
  /** Laid already, in an index that follows what happens meanwhile. */
  readonly reading: CheckpointReading;
  readonly image: SlotImage;
  readonly snapshot: Snapshot;
  /** As the snapshot has it. */
  readonly store: StoredStore;
  readonly slice: Slice;
  /** Asked now and then. */
  readonly isWanted: () => boolean;
}

/**
 * Takes the vectors of a checkpoint that live in the snapshot: all of those below the checkpoint's next ordinal, and
 * some of the others. How many were born and have died since it was begun.
 *
 * @throws where it is damaged, or not all can be told that happened since; then nothing of it is taken
 */
export async function restoreVectors(restoring: Restoring): Promise<number> {
  const { reading, slice, isWanted } = restoring;
  try {
    const ordinals = await reading.checkpoint.ordinals();
    const changed = await inSlices(reconcile(restoring, ordinals), slice);
    await reading.fill(() => {
      if (!isWanted()) throw closedError();
      return slice.isOver ? slice.next() : undefined;
    });
    await inSlices(compare(restoring, ordinals), slice);
    await inSlices(reading.take(ordinals), slice);
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
  { reading, snapshot, store }: Restoring,
  ordinals: Float64Array,
): Steps<number> {
  const { begun, nextOrdinal } = reading.checkpoint.header;
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
  for (let from = 0; from < ordinals.length; from += slotsPerStep) {
    old += strikeOut(ordinals.subarray(from, from + slotsPerStep), nextOrdinal, dead, born);
    yield;
  }
  if (old + born.size === counters.entries) return dead.size + born.size;
  const expected = counters.entries - born.size;
  throw new Error(`${old} vectors are left of it, and the store has ${expected} of that age`);
}

/**
 * Looks at some vectors in their rows, the youngest above all. Nothing is expected of it, since what happened since is
 * known; but a folder may have been put together from two that had gone separate ways.
 */
function* compare({ image, snapshot, store }: Restoring, ordinals: Float64Array): Steps<void> {
  const section = image.sections.findIndex(({ kind }) => kind === floatsKind);
  for (const slot of samplesOf(ordinals)) {
    const ordinal = ordinals[slot] as number;
    const vector = readVector(snapshot, store.incarnation, ordinal);
    const bytes = image.view(section, slot, 1).subarray(0, store.dimension * 4);
    if (vector === undefined || Buffer.compare(vectorToBytes(vector), bytes) !== 0) {
      throw new Error(`its vector of ordinal ${ordinal} is not that of the row`);
    }
    yield;
  }
}

/** Leaves those that live; how many of them are below the next ordinal. */
function strikeOut(
  ordinals: Float64Array,
  nextOrdinal: number,
  dead: ReadonlySet<number>,
  born: ReadonlySet<number>,
): number {
  const mayHaveDied = dead.size > 0;
  let old = 0;
  for (let i = 0; i < ordinals.length; i++) {
    const ordinal = ordinals[i] as number;
    if (ordinal === 0) continue;
    if (ordinal >= nextOrdinal) {
      if (!born.has(ordinal)) ordinals[i] = 0;
    } else if (mayHaveDied && dead.has(ordinal)) ordinals[i] = 0;
    else old++;
  }
  return old;
}

/** The slots of the youngest, and some from everywhere. */
function samplesOf(ordinals: Float64Array): Set<number> {
  const samples = new Set<number>();
  const step = Math.ceil(ordinals.length / samplesMax);
  for (let slot = 0; slot < ordinals.length; slot += step) {
    if (ordinals[slot] !== 0) samples.add(slot);
  }
  let youngest = 0;
  for (let slot = 0; slot < ordinals.length; slot++) {
    if ((ordinals[slot] as number) > youngest) youngest = ordinals[slot] as number;
  }
  for (let slot = 0, left = samplesMax; slot < ordinals.length && left > 0; slot++) {
    if ((ordinals[slot] as number) <= Math.max(0, youngest - samplesMax)) continue;
    samples.add(slot);
    left--;
  }
  return samples;
}

const samplesMax = 16;
const changesLeast = 65_536;
const slotsPerStep = 64 * 1_024;
