import type { Slice } from "./slice.js";

/**
 * Work in small steps: between any two of them others may have their turn. What is short is done at once, and
 * then costs no promise.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** What is done already, as one step. */
export function* done<T>(value: T): Steps<T> {
  yield;
  return value;
}

/** @throws what the steps throw, or the reason why the slice's call was given up: then they end */
export async function inSlices<T>(steps: Steps<T>, slice: Slice): Promise<T> {
  try {
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      if (slice.isOver) await slice.next();
    }
  } finally {
    steps.return(undefined as never); // lets go of the rows it was reading
  }
}

/** So many entries are a step where each takes a microsecond or two: a step itself costs a part of one. */
export const entriesPerStep = 8;
