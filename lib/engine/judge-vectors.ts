import type { Checkpoint } from "../checkpoints/checkpoint.js";
import { recordsKind, type VectorIndexes } from "../indexes/vector-index.js";
import { vectorToBytes } from "../model/vector.js";
import type { Snapshot } from "../persistence/persistence.js";
import { readDeaths } from "../rows/change-rows.js";
import { readVector } from "../rows/entry-rows.js";
import { ordinalKey, ordinalOfKey } from "../rows/keys.js";
import type { StoredStore } from "../rows/store-rows.js";
import { recordsOf } from "./records-of.js";
import type { Slice } from "./slice.js";
import { inSlices, type Steps } from "./steps.js";

export interface Judging {
  readonly indexes: VectorIndexes;
  readonly checkpoint: Checkpoint;
  readonly snapshot: Snapshot;
  /** As the snapshot has it. */
  readonly store: StoredStore;
  readonly slice: Slice;
}

/** What of a checkpoint lives in a snapshot. */
export interface Judged {
  /** Of its slots, 0 where nothing lives: all that live below its next ordinal, and some of the others. */
  readonly ordinals: Float64Array;
  /** How many were born and have died since it was begun. */
  readonly changed: number;
}

/** Finds out what lives. @throws where the checkpoint is damaged, or not all can be told that happened since */
export async function judgeVectors(judging: Judging): Promise<Judged> {
  const { checkpoint, slice } = judging;
  const ordinals = await checkpoint.ordinals();
  const changed = await inSlices(reconcile(judging, ordinals), slice);
  await inSlices(compare(judging, ordinals), slice);
  return { ordinals, changed };
}

/**
 * Strikes out those that have died since the checkpoint was begun. The log may be too short to tell of all; but what is
 * left of the old ones are all that live and perhaps some more, so that their number tells.
 */
function* reconcile(
  { checkpoint, snapshot, store }: Judging,
  ordinals: Float64Array,
): Steps<number> {
  const { begun, nextOrdinal } = checkpoint.header;
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
 * Looks at some vectors in their rows, the last ones above all. Nothing is expected of it, since what happened since is
 * known; but a folder may have been put together from two that had gone separate ways.
 */
function* compare(judging: Judging, ordinals: Float64Array): Steps<void> {
  const { indexes, checkpoint, snapshot, store } = judging;
  const slots = [...samplesOf(ordinals)];
  const vectors: Uint8Array[] = [];
  for (const slot of slots) {
    const ordinal = ordinals[slot] as number;
    const vector = readVector(snapshot, store.incarnation, ordinal);
    if (vector === undefined) throw new Error(`its vector of ordinal ${ordinal} has no row`);
    vectors.push(vectorToBytes(vector));
    yield;
  }
  const records = slots.map((slot) => checkpoint.peek(recordsKind, slot));
  const expected = recordsOf(indexes, store, Buffer.concat(vectors));
  if (expected === undefined || Buffer.compare(Buffer.concat(records), expected) !== 0) {
    throw new Error("its vectors are not those of the rows");
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

/** Of those that live: the last slots, where the youngest mostly are, and some from everywhere. */
function samplesOf(ordinals: Float64Array): Set<number> {
  const samples = new Set<number>();
  const step = Math.ceil(ordinals.length / samplesMax);
  for (let slot = 0; slot < ordinals.length; slot += step) {
    if (ordinals[slot] !== 0) samples.add(slot);
  }
  for (let slot = ordinals.length - 1, left = samplesMax; slot >= 0 && left > 0; slot--) {
    if (ordinals[slot] === 0) continue;
    samples.add(slot);
    left--;
  }
  return samples;
}

const samplesMax = 8;
const changesLeast = 65_536;
const slotsPerStep = 64 * 1_024;
