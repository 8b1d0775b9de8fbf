import { AhnlichError } from "../model/errors.js";
import type { CallOptions } from "../model/options.js";

/**
 * CallOptions whose signal is made when it is first read: making one costs more than answering a
 * ping, and most calls are over before anyone looks at theirs. Its reason is an ABORTED error.
 */
export class LateCallOptions implements CallOptions {
  readonly timeoutMs: number | undefined;
  #controller: AbortController | undefined;
  #aborted = false;

  constructor(timeoutMs: number | undefined) {
    this.timeoutMs = timeoutMs;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(reason());
    }
    return this.#controller.signal;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  /** Once is enough; a signal read later is aborted from the start. */
  abort(): void {
    this.#aborted = true;
    this.#controller?.abort(reason());
  }
}

function reason(): AhnlichError {
  return new AhnlichError("ABORTED", "the call was aborted");
}
