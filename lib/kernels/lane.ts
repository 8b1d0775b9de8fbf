import type { Job } from "./job.js";

/** Something that takes jobs further, one batch at a time: the calling thread in slices, or a worker. */
export interface Lane {
  /**
   * Takes each of the jobs some way, the first one surely, for about `sliceMs` together; how each then stands:
   * `unfinished`, `finished`, `hungry` or `wanting`. Rejected with INTERNAL when it broke down: it is of no more use.
   */
  run(jobs: readonly Job[], sliceMs?: number): Promise<ArrayLike<number>>;
  /** It broke down while it had nothing to do, or before. */
  readonly broken: boolean;
  /** What runs is rejected with CLOSED. Resolves when nothing touches the memory any more. */
  close(): Promise<void>;
}
