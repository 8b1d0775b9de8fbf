import type { Engine } from "../../lib/handles/engine.js";
import type { Operation } from "../operations/operation.js";

/** A way to make many calls. It resolves to how many were answered rightly. */
export interface Style {
  readonly name: "one at a time" | "128 in flight" | "batch frames" | "batch frames, two in flight";
  /** Calls that make sense at least. */
  readonly least: number;
  run(operation: Operation, engine: Engine, from: number, count: number): Promise<number>;
}

export const width = 128;

export const oneAtATime: Style = {
  name: "one at a time",
  least: 1,
  async run(operation, engine, from, count) {
    const call = operation.on(engine);
    let right = 0;
    for (let i = from; i < from + count; i++) if (await call(i)) right++;
    return right;
  },
};

/** So many programs, each of which waits for its own answers. */
export const inFlight: Style = {
  name: "128 in flight",
  least: width,
  async run(operation, engine, from, count) {
    const call = operation.on(engine);
    const end = from + count;
    let next = from;
    let right = 0;
    const program = async () => {
      while (next < end) if (await call(next++)) right++;
    };
    await Promise.all(Array.from({ length: Math.min(width, count) }, program));
    return right;
  },
};

/** Pipelines of 128 queries, one pipeline at a time: one frame there, one back. */
export const batchFrames: Style = {
  name: "batch frames",
  least: width,
  run: (operation, engine, from, count) => pipelines(operation, engine, from, count, 1),
};

/** As many, one of which is under way while the other is answered: both ends are busy. */
export const twoBatchFrames: Style = {
  name: "batch frames, two in flight",
  least: 2 * width,
  run: (operation, engine, from, count) => pipelines(operation, engine, from, count, 2),
};

export const styles: readonly Style[] = [oneAtATime, inFlight, batchFrames];

async function pipelines(
  operation: Operation,
  engine: Engine,
  from: number,
  count: number,
  callers: number,
): Promise<number> {
  const end = from + count;
  let next = from;
  let right = 0;
  const program = async () => {
    while (next < end) {
      const start = next;
      next = Math.min(start + width, end);
      const queries = Array.from({ length: next - start }, (_, i) => operation.query(start + i));
      const outcomes = await engine.pipeline(queries);
      for (const [i, outcome] of outcomes.entries()) {
        if (outcome.ok && operation.isRight(outcome.response, start + i)) right++;
      }
    }
  };
  await Promise.all(Array.from({ length: callers }, program));
  return right;
}
