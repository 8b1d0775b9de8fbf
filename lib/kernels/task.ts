import type { Job } from "./job.js";
import type { Turn } from "./turns.js";

/** A job and who waits for it: its memory is taken when it starts, and given back when it ends, however. */
export interface Task {
  /** What it is a part of. */
  readonly turn: Turn;
  /** How many targets it answers. */
  readonly weight: number;
  /** Expected milliseconds on one thread. */
  readonly cost: number;
  readonly settled: boolean;
  readonly started: boolean;
  /** @throws LIMIT_EXCEEDED when there is no memory for it. */
  start(): Job;
  /**
   * Gives a job that cannot go on what it lacks; a promise where that takes a while.
   *
   * @throws LIMIT_EXCEEDED, what its source throws
   */
  provide(status: number): void | Promise<void>;
  /** The job is finished. */
  finish(): void;
  /** Whoever waits hears of it at once; a job that is being worked at stops after its step. */
  fail(error: Error): void;
  /** Nobody is at the job any more. */
  release(): void;
}
