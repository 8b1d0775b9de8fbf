import type { SlotImage } from "../indexes/vector-index.js";
import { AhnlichError } from "../model/errors.js";
import { vectorToBytes } from "../model/vector.js";
import type { Persistence, Snapshot } from "../persistence/persistence.js";
import { readVector } from "../rows/entry-rows.js";
import { type ReadVectorsValue, readVectorsJob } from "../rows/read-vectors-job.js";
import { readVectorBlocks, type VectorRange } from "../rows/vector-blocks.js";

export interface Filling {
  /** Whose first slots were laid, and taken, without their float32 rows. */
  readonly image: SlotImage;
  readonly slots: number;
  readonly persistence: Persistence;
  /** Has the vectors of all that the slots hold. */
  readonly snapshot: Snapshot;
  readonly range: VectorRange;
  /** Waited for now and then; it throws where nothing more is wanted. */
  readonly pause: () => Promise<void> | undefined;
}

/**
 * Reads the rows that slots lack from the tables, by another thread where they are many. That one reads a later state
 * perhaps, in which some are gone, and it may fail: what is missing then is read here.
 *
 * @throws CORRUPT, what `pause` throws; nothing is being read then any more
 */
export async function fillRows(filling: Filling): Promise<void> {
  const { image, slots, snapshot, range, pause } = filling;
  const { incarnation, dimension, from, to } = range;
  const bytes = (to - from) * dimension * 4;
  if (filling.persistence.readBehind && bytes >= worthAThread) await readThere(filling);
  else {
    for (const vectors of readVectorBlocks(snapshot, range, blockBytes)) {
      image.putRows(vectors);
      await pause();
    }
  }
  for (const ordinal of image.lacking()) {
    if (ordinal !== undefined) {
      const vector = readVector(snapshot, incarnation, ordinal);
      if (vector === undefined) throw missing(incarnation, ordinal);
      image.putRows({ ordinals: Float64Array.of(ordinal), bytes: vectorToBytes(vector) });
    }
    await pause();
  }
  image.giveRows(slots);
}

/** Stops where the thread fails. */
async function readThere({ image, persistence, range, pause }: Filling): Promise<void> {
  let isPausing = false;
  try {
    for await (const value of persistence.readBehind?.(readVectorsJob, range) ?? []) {
      const given = value as ReadVectorsValue;
      if ("ordinals" in given) image.putRows(given);
      isPausing = true;
      await pause();
      isPausing = false;
    }
  } catch (error) {
    if (isPausing) throw error;
  }
}

function missing(incarnation: number, ordinal: number): AhnlichError {
  const sentence = `store incarnation ${incarnation}: the vector of ordinal ${ordinal} has no row`;
  return new AhnlichError("CORRUPT", sentence);
}

const blockBytes = 128 * 1024;
const worthAThread = 16 * 1024 * 1024;
