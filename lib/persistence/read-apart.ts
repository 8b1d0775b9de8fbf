import { PassingSnapshot } from "./passing-snapshot.js";
import type { Persistence, Snapshot } from "./persistence.js";

/**
 * Reads the latest rows by a PassingSnapshot, in another thread where there may be one, and else here, with a turn of
 * the event loop after every few milliseconds. It ends early, without an error, where the persistence is closed.
 */
export async function* readApart<T>(
  persistence: Pick<Persistence, "snapshot" | "readBehind">,
  { job, input, here }: Reading<T>,
): AsyncGenerator<T, void, undefined> {
  if (persistence.readBehind !== undefined) {
    yield* persistence.readBehind(job, input) as AsyncIterable<T>;
    return;
  }
  const snapshot = new PassingSnapshot(() => persistence.snapshot());
  let steps = 0;
  try {
    for (const value of here(snapshot)) {
      if (value === undefined && ++steps % stepsPerTurn !== 0) continue;
      snapshot.release();
      if (value !== undefined) yield value;
      else await new Promise(setImmediate);
    }
  } finally {
    snapshot.release();
  }
}

interface Reading<T> {
  /** A module for a thread that passes, and what it is given. */
  readonly job: URL;
  readonly input: unknown;
  /** The same in small steps: a value now and then, and nothing between. */
  readonly here: (snapshot: Snapshot) => Iterable<T | undefined>;
}

const stepsPerTurn = 500;
