import { setTimeout } from "node:timers/promises";
import { AhnlichError } from "../model/errors.js";
import { vectorToBytes } from "../model/vector.js";
import type { Persistence } from "../persistence/persistence.js";
import { readVector } from "../rows/entry-rows.js";
import { type ReadVectorsValue, readVectorsJob } from "../rows/read-vectors-job.js";
import { readVectorBlocks, type StoredVectors, type VectorRange } from "../rows/vector-blocks.js";
import type { Slice } from "./slice.js";
import type { View, Views } from "./view.js";

export interface Loading {
  readonly persistence: Persistence;
  readonly views: Views;
  /** Held until it is done; all its vectors in `range` are given. */
  readonly view: View;
  readonly range: VectorRange;
  readonly slice: Slice;
  /** Takes vectors; false ends the reading. */
  readonly take: (vectors: StoredVectors) => boolean;
  readonly has: (ordinal: number) => boolean;
  /** What has died since the view, by its ordinal. */
  readonly deaths: ReadonlyMap<number, number>;
}

/** Gives every vector of the range that the view sees, once; the second half of many is read by another thread. */
export async function loadVectors(loading: Loading): Promise<void> {
  const { persistence, range } = loading;
  const { from, to, dimension } = range;
  if (!persistence.readBehind || (to - from) * dimension * 4 < worthAThread) {
    return readHere(loading, range);
  }
  const middle = Math.ceil(from + (to - from) * shareHere);
  await Promise.all([
    readHere(loading, { ...range, to: middle }),
    readThere(loading, { ...range, from: middle }),
  ]);
}

async function readHere({ view, slice, take }: Loading, range: VectorRange): Promise<void> {
  for (const vectors of readVectorBlocks(view.snapshot, range, blockBytes)) {
    if (!take(vectors)) return;
    if (slice.isOver) await slice.next();
  }
}

/** Where the thread fails, what it has not given is read here, and fails here for a reason that can be told. */
async function readThere(loading: Loading, range: VectorRange): Promise<void> {
  const { persistence, slice, take } = loading;
  let last = range.from - 1;
  let sequence: number | undefined;
  try {
    for await (const value of persistence.readBehind?.(readVectorsJob, range) ?? []) {
      const given = value as ReadVectorsValue;
      if ("sequence" in given) sequence = given.sequence;
      else {
        if (!take(given)) return;
        last = given.ordinals.at(-1) as number;
      }
      if (slice.isOver) await slice.next();
    }
    last = range.to;
  } catch {
    // What is missing is read below.
  }
  if (last < range.to) await readHere(loading, { ...range, from: last + 1 });
  await takeMissing(loading, { ...range, to: last + 1 }, sequence);
}

/** The thread may have read a later state than the view, in which some of the view's vectors are gone. */
async function takeMissing(
  { views, view, slice, take, has, deaths }: Loading,
  { incarnation, from, to }: VectorRange,
  sequence: number | undefined,
): Promise<void> {
  if (sequence === undefined || sequence === view.sequence) return;
  await published(views, sequence);
  for (const ordinal of deaths.keys()) {
    if (ordinal < from || ordinal >= to || has(ordinal)) continue;
    const vector = readVector(view.snapshot, incarnation, ordinal);
    const bytes = vector && vectorToBytes(vector);
    if (bytes && !take({ ordinals: Float64Array.of(ordinal), bytes })) return;
    if (slice.isOver) await slice.next();
  }
}

/** What is committed is published soon after: only then all deaths up to the sequence are known. */
async function published(views: Views, sequence: number): Promise<void> {
  for (let waited = 0; views.current.sequence < sequence; waited++) {
    if (waited === publishedMs) {
      throw new AhnlichError("INTERNAL", `command ${sequence} is durable, but is not published`);
    }
    await setTimeout(1);
  }
}

const blockBytes = 128 * 1024;
/** What is read in less than the 50 ms that a thread takes to begin. */
const worthAThread = 16 * 1024 * 1024;
/** The thread begins later, but what it has read is added here too. */
const shareHere = 0.45;
const publishedMs = 10_000;
