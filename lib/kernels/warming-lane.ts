import type { Job } from "./job.js";
import type { Lane } from "./lane.js";
import { LocalLane } from "./local-lane.js";
import { WorkerLane } from "./worker-lane.js";

/**
 * A worker that is started after the first search began, and until it is up the calling thread in slices: most first
 * searches are over by then.
 */
export class WarmingLane implements Lane {
  readonly #local = new LocalLane();
  readonly #startTimer: NodeJS.Timeout;
  #worker: WorkerLane | undefined;

  constructor() {
    this.#startTimer = setTimeout(() => this.#start(), startMs).unref();
  }

  get broken(): boolean {
    return this.#worker?.broken ?? false;
  }

  run(jobs: readonly Job[], sliceMs?: number): Promise<ArrayLike<number>> {
    return this.#worker?.isUp ? this.#worker.run(jobs, sliceMs) : this.#local.run(jobs, sliceMs);
  }

  async close(): Promise<void> {
    clearTimeout(this.#startTimer);
    await Promise.all([this.#local.close(), this.#worker?.close()]);
  }

  /** Where the system gives no thread, the calling one goes on. */
  #start(): void {
    try {
      this.#worker = new WorkerLane();
    } catch {
      this.#worker = undefined;
    }
  }
}

/** Making a worker holds the calling thread for some milliseconds. */
const startMs = 15;
