import { closedError } from "../model/errors.js";
import type { Job } from "./job.js";
import type { Lane } from "./lane.js";
import { unfinished } from "./layout.js";

/** Searches on the calling thread, in slices between which the event loop has its turn. */
export class LocalLane implements Lane {
  readonly broken = false;
  #closed = false;

  run(jobs: readonly Job[], sliceMs: number = localSliceMs): Promise<ArrayLike<number>> {
    const ownMs = Math.min(sliceMs, localSliceMs);
    return new Promise((resolve, reject) => {
      setImmediate(() => {
        if (this.#closed) reject(closedError());
        else resolve(runSlice(jobs, performance.now() + ownMs));
      });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}

/** Takes the jobs further until `deadline`, a time of `performance.now`; at least one step. */
export function runSlice(jobs: readonly Job[], deadline: number): number[] {
  const statuses = jobs.map(() => unfinished as number);
  for (let i = 0; i < jobs.length; i++) {
    statuses[i] = runJob(jobs[i], deadline);
    if (performance.now() >= deadline) break;
  }
  return statuses;
}

/** Takes one job further until `deadline`; at least one step. How it stands then. */
export function runJob(job: Job, deadline: number): number {
  let status: number;
  do status = job.advance();
  while (status === unfinished && performance.now() < deadline);
  return status;
}

const localSliceMs = 3;
