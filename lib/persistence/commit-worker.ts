import { Worker } from "node:worker_threads";
import { AhnlichError } from "../model/errors.js";
import type { ThrownThere } from "./disk-failure.js";

/**
 * A thread of its own for large batches, on the same environment. It is started with the first
 * batch, takes one at a time, and does not keep the process alive while it has none.
 */
export class CommitWorker {
  readonly #thread: CommitThread;
  #worker: Worker | undefined;

  /** @param givesWay - to other threads, where the system knows such a thing */
  constructor(file: string, givesWay = false) {
    this.#thread = { file, givesWay };
  }

  /** Makes the environment, where there is none, and the owner row of it. */
  async own(epoch: number, row: Uint8Array): Promise<void> {
    await this.#ask({ epoch, row }, []);
  }

  /** As `LmdbEnvironment.writeHere`, over there; the bytes' buffer is moved and gone from here. */
  write(bytes: Uint8Array<ArrayBuffer>, epoch: number, isOrdered = false): Promise<boolean> {
    return this.#ask({ bytes, epoch, isOrdered }, [bytes.buffer]);
  }

  async #ask(job: CommitJob, moved: ArrayBuffer[]): Promise<boolean> {
    const worker = this.#worker ?? this.#start();
    worker.ref();
    try {
      const answer = firstAnswer(worker);
      worker.postMessage(job, moved);
      const outcome = await answer;
      if ("owned" in outcome) return outcome.owned;
      throw Object.assign(new Error(outcome.message), { code: outcome.code });
    } finally {
      worker.unref();
    }
  }

  /** One that ended by itself is forgotten: there is nobody to answer, or to be closed. */
  #start(): Worker {
    const worker = new Worker(new URL("./commit-thread.js", import.meta.url), {
      workerData: this.#thread,
    });
    // Who waits for an answer hears of it; between answers nobody has to.
    worker.on("error", () => undefined);
    worker.on("exit", () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    this.#worker = worker;
    return worker;
  }

  /** Closes the environment over there and ends the thread, in bounded time. Idempotent. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    if (worker === undefined) return;
    worker.ref();
    const ended = new Promise((resolve) => worker.once("exit", resolve));
    worker.postMessage("close" satisfies CommitJob);
    const timer = setTimeout(() => worker.terminate(), closingMilliseconds);
    await ended;
    clearTimeout(timer);
  }
}

/** What the thread is started with. */
export interface CommitThread {
  readonly file: string;
  readonly givesWay: boolean;
}

/** What the thread is told, and what it answers to all but the end. */
export type CommitJob =
  | { readonly row: Uint8Array; readonly epoch: number }
  | { readonly bytes: Uint8Array; readonly epoch: number; readonly isOrdered: boolean }
  | "close";
export type CommitOutcome = { readonly owned: boolean } | ThrownThere;

function firstAnswer(worker: Worker): Promise<CommitOutcome> {
  return new Promise((resolve, reject) => {
    const stop = (cause?: unknown): void => {
      worker.off("message", answered).off("error", stop).off("exit", exited);
      const sentence = "the commit's thread ended, and what it wrote may or may not be on disk";
      reject(new AhnlichError("OUTCOME_UNKNOWN", sentence, { cause }));
    };
    const exited = (): void => stop();
    const answered = (outcome: CommitOutcome): void => {
      worker.off("message", answered).off("error", stop).off("exit", exited);
      resolve(outcome);
    };
    worker.on("message", answered).on("error", stop).on("exit", exited);
  });
}

const closingMilliseconds = 5_000;
