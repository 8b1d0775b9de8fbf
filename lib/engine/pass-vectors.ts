import type { Checkpoint } from "../checkpoints/checkpoint.js";
import { passCheckpoint, slotsPassingBy } from "../checkpoints/pass-checkpoint.js";
import type {
  IndexSearch,
  Nearest,
  PassingSearch,
  VectorIndex,
  VectorIndexes,
} from "../indexes/vector-index.js";
import { closedError } from "../model/errors.js";
import { vectorToBytes } from "../model/vector.js";
import type { Snapshot } from "../persistence/persistence.js";
import { readVector } from "../rows/entry-rows.js";
import type { StoredStore } from "../rows/store-rows.js";
import { readVectorBlocks } from "../rows/vector-blocks.js";
import type { Judged } from "./judge-vectors.js";
import type { Slice } from "./slice.js";

export interface PassingVectors {
  readonly indexes: VectorIndexes;
  readonly checkpoint: Checkpoint;
  readonly snapshot: Snapshot;
  /** As the snapshot has it. */
  readonly store: StoredStore;
  /** Of one target, for anything that the snapshot has. */
  readonly search: IndexSearch;
  /** Finds out what lives in the snapshot. */
  readonly judge: () => Promise<Judged>;
  readonly slice: Slice;
  /** Asked now and then. */
  readonly isWanted: () => boolean;
}

/**
 * What a search finds without anything staying in memory: the codes of a checkpoint pass by, and the vectors of those
 * that may be among the nearest come from their rows, as do all that are younger than it. Undefined where too much is
 * wanted or has changed for that to be worth while, or codes tell too little.
 *
 * @throws where the checkpoint is damaged, or not all can be told that happened since
 */
export async function passVectors(passing: PassingVectors): Promise<Nearest | undefined> {
  const { indexes, checkpoint, store, search, judge, slice, isWanted } = passing;
  const [target] = search.targets;
  const { nextOrdinal } = checkpoint.header;
  const younger = store.counters.nextOrdinal - nextOrdinal;
  if (target === undefined || search.limit + younger > readMax) return undefined;
  const passed = indexes.pass?.({ ...search, target }, slotsPassingBy(checkpoint));
  if (passed === undefined) return undefined;
  const judged = judge().then(({ ordinals }) => ordinals);
  try {
    const isEnough = await passCheckpoint(checkpoint, passed, judged, () => {
      if (!isWanted()) throw closedError();
      return slice.isOver ? slice.next() : undefined;
    });
    return isEnough ? await nearestOf(passing, passed) : undefined;
  } finally {
    await judged.catch(() => undefined);
    passed.close();
  }
}

/** Of the candidates, and of all that the checkpoint is too old for. */
async function nearestOf(passing: PassingVectors, passed: PassingSearch): Promise<Nearest> {
  const { indexes, store, search } = passing;
  const index = indexes.create(store.dimension, store.metric);
  try {
    await addCandidates(passing, passed.candidates, index);
    await addYounger(passing, index);
    const [found] = await index.search({ ...search, recall: 1, source: undefined });
    return { ...(found as Nearest), plan: "exact", examined: store.counters.entries };
  } finally {
    index.close();
  }
}

async function addCandidates(
  { checkpoint, snapshot, store, slice }: PassingVectors,
  candidates: Float64Array,
  index: VectorIndex,
): Promise<void> {
  for (const ordinal of candidates) {
    if (ordinal >= checkpoint.header.nextOrdinal) continue;
    const vector = readVector(snapshot, store.incarnation, ordinal);
    if (vector === undefined) throw new Error(`its vector of ordinal ${ordinal} has no row`);
    index.addBlock({ ordinals: Float64Array.of(ordinal), bytes: vectorToBytes(vector) }, 0);
    if (slice.isOver) await slice.next();
  }
}

async function addYounger(
  { checkpoint, snapshot, store, slice }: PassingVectors,
  index: VectorIndex,
): Promise<void> {
  const { incarnation, dimension, counters } = store;
  const from = checkpoint.header.nextOrdinal;
  const range = { incarnation, dimension, from, to: counters.nextOrdinal };
  if (range.to <= from) return;
  for (const vectors of readVectorBlocks(snapshot, range, blockBytes)) {
    index.addBlock(vectors, 0);
    if (slice.isOver) await slice.next();
  }
}

/** Rows that are read for one search: some milliseconds. */
const readMax = 2_000;
const blockBytes = 128 * 1024;
