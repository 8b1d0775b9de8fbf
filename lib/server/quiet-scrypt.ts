import type { ScryptOptions } from "node:crypto";
import { Worker } from "node:worker_threads";

/** What is to be derived. */
export interface Derivation {
  readonly text: string;
  readonly salt: Uint8Array;
  /** Bytes. */
  readonly length: number;
  readonly options: ScryptOptions;
}

/**
 * Derives in a thread that gives way to all others of the machine, so that who floods a server with guesses does not
 * take the processor from its searches. One at a time; the thread goes when it was not wanted for a minute.
 */
export class QuietScrypt {
  #worker: Worker | undefined;
  #busy: ((hash: Uint8Array | undefined) => void) | undefined;
  #ending: NodeJS.Timeout | undefined;
  #isBroken = process.platform !== "linux";

  /**
   * The hash; undefined at once where the thread is busy or there is none, later where it has not come within the
   * patience, which a machine that has no time for it may bring about: derive it elsewhere then.
   */
  derive(derivation: Derivation, patienceMs: number): Promise<Uint8Array | undefined> | undefined {
    if (this.#isBroken || this.#busy !== undefined) return undefined;
    const worker = this.#start();
    clearTimeout(this.#ending);
    worker.ref();
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve(undefined), patienceMs);
      this.#busy = (hash) => {
        clearTimeout(late);
        resolve(hash);
      };
      worker.postMessage(derivation);
    });
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL("./quiet-thread.js", import.meta.url), {
      execArgv: [],
      name: "ahnlich login",
    });
    worker.on("message", (hash: Uint8Array) => this.#done(hash));
    // Where there is no /proc, or no room for a thread, the derivations are made elsewhere.
    worker.on("error", () => {
      this.#isBroken = true;
      this.#worker = undefined;
      this.#done(undefined);
    });
    this.#worker = worker;
    return worker;
  }

  #done(hash: Uint8Array | undefined): void {
    const busy = this.#busy;
    this.#busy = undefined;
    this.#worker?.unref();
    this.#ending = setTimeout(() => this.#stop(), unwantedMs);
    this.#ending.unref();
    busy?.(hash);
  }

  #stop(): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
  }
}

const unwantedMs = 60_000;
