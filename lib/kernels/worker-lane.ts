import { Worker } from "node:worker_threads";
import { AhnlichError, closedError } from "../model/errors.js";
import type { Job } from "./job.js";
import type { Lane } from "./lane.js";
import type {
  WorkerMemory,
  WorkerReady,
  WorkerRequest,
  WorkerResponse,
} from "./worker-messages.js";

/** Searches in a worker thread of its own, which keeps the process alive only while it searches. */
export class WorkerLane implements Lane {
  readonly #worker: Worker;
  readonly #met = new Set<number>();
  #settle: PromiseWithResolversOf<ArrayLike<number>> | undefined;
  #error: AhnlichError | undefined;
  #isUp = false;

  constructor(entry: URL = workerEntry) {
    this.#worker = new Worker(entry, { execArgv: [], name: "ahnlich search" });
    this.#worker.unref();
    this.#worker.on("message", (statuses: WorkerResponse | WorkerReady) => {
      if (statuses === "ready") {
        this.#isUp = true;
        if (this.#settle === undefined) this.#worker.unref();
        return;
      }
      this.#worker.unref();
      this.#settle?.resolve(statuses);
      this.#settle = undefined;
    });
    this.#worker.on("error", (cause) => this.#fail(`a search worker failed: ${cause}`, cause));
    this.#worker.on("exit", (code) => this.#fail(`a search worker ended with code ${code}`));
  }

  /** Whether it would begin at once. */
  get isUp(): boolean {
    return this.#isUp;
  }

  get broken(): boolean {
    return this.#error !== undefined;
  }

  run(jobs: readonly Job[], sliceMs: number = workerSliceMs): Promise<ArrayLike<number>> {
    return new Promise((resolve, reject) => {
      if (this.#error !== undefined) {
        reject(this.#error);
        return;
      }
      this.#settle = { resolve, reject };
      this.#worker.ref();
      this.#worker.postMessage({
        memories: this.#introduce(jobs),
        jobs: jobs.flatMap((job) => [job.arena.id, job.address]),
        sliceMs,
      } satisfies WorkerRequest);
    });
  }

  async close(): Promise<void> {
    this.#error ??= closedError();
    await this.#worker.terminate();
  }

  #introduce(jobs: readonly Job[]): WorkerMemory[] {
    const fresh = new Map<number, WorkerMemory>();
    for (const { arena } of jobs) {
      if (this.#met.has(arena.id)) continue;
      this.#met.add(arena.id);
      fresh.set(arena.id, { arena: arena.id, memory: arena.memory, module: arena.module });
    }
    return [...fresh.values()];
  }

  #fail(sentence: string, cause?: unknown): void {
    this.#error ??= new AhnlichError("INTERNAL", sentence, { cause });
    this.#settle?.reject(this.#error);
  }
}

interface PromiseWithResolversOf<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** After this long others have their turn. */
const workerSliceMs = 12;
const workerEntry: URL = new URL("./worker.js", import.meta.url);
