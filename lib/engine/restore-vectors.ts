import type { CheckpointReading } from "../checkpoints/checkpoint-reading.js";
import { closedError } from "../model/errors.js";
import type { Judged } from "./judge-vectors.js";
import type { Slice } from "./slice.js";
import { inSlices } from "./steps.js";

export interface Restoring {
  /** Laid already, in an index that follows what happens meanwhile. */
  readonly reading: CheckpointReading;
  /** Finds out what lives. */
  readonly judge: () => Promise<Judged>;
  readonly slice: Slice;
  /** Asked now and then. */
  readonly isWanted: () => boolean;
}

/**
 * Takes the vectors of a checkpoint that live. How many were born and have died since it was begun.
 *
 * @throws where it is damaged, or not all can be told that happened since; then nothing of it is taken
 */
export async function restoreVectors(restoring: Restoring): Promise<number> {
  const { reading, slice, isWanted } = restoring;
  // While other threads fill memory, this one finds out what lives.
  const filling = reading.fill(() => {
    if (!isWanted()) throw closedError();
    return slice.isOver ? slice.next() : undefined;
  });
  const taking = judgeAndTake(restoring);
  try {
    const [changed] = await Promise.all([taking, filling]);
    return changed;
  } catch (error) {
    await Promise.allSettled([taking, filling]);
    await inSlices(reading.abandon(), slice);
    throw error;
  }
}

async function judgeAndTake({ reading, judge, slice }: Restoring): Promise<number> {
  const { ordinals, changed } = await judge();
  await inSlices(reading.take(ordinals), slice);
  return changed;
}
