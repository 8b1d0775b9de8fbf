import { onAbort } from "../model/abort-listeners.js";
import { AhnlichError } from "../model/errors.js";
import type { CallOptions } from "../model/options.js";

/** How long the caller of a long method waits: its signal and its deadline over many short calls. */
export class Patience {
  readonly #signal: AbortSignal | undefined;
  readonly #deadline: number | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #forget: (() => void) | undefined;
  readonly #aborted = (): void => this.#giveUp(abortError(this.#signal));
  /** Rejects the one promise that is raced now. */
  #giveUp: (error: AhnlichError) => void = () => {};

  constructor(signal: AbortSignal | undefined, timeoutMs: number | undefined) {
    this.#signal = signal;
    this.#forget = signal && onAbort(signal, this.#aborted);
    if (timeoutMs === undefined) return;
    this.#deadline = performance.now() + timeoutMs;
    this.#timer = setTimeout(() => this.#giveUp(timeoutError()), timeoutMs);
  }

  /** The options of a call made now. @throws ABORTED, TIMEOUT */
  options(): CallOptions | undefined {
    this.check();
    const deadline = this.#deadline;
    if (deadline === undefined) return { signal: this.#signal };
    return {
      signal: this.#signal,
      timeoutMs: Math.max(1, Math.ceil(deadline - performance.now())),
    };
  }

  /** @throws ABORTED, TIMEOUT */
  check(): void {
    if (this.#signal?.aborted) throw abortError(this.#signal);
    if (this.#deadline !== undefined && performance.now() >= this.#deadline) throw timeoutError();
  }

  /** What the promise gives, or ABORTED or TIMEOUT where that comes first; one at a time. */
  race<T>(promise: Promise<T>): Promise<T> {
    if (this.#signal === undefined && this.#deadline === undefined) return promise;
    // Not Promise.race, which would hang one more reaction on a lasting promise for every step.
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      promise.then(resolve, reject);
    });
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#forget?.();
  }
}

function abortError(signal: AbortSignal | undefined): AhnlichError {
  return new AhnlichError("ABORTED", "the call was aborted", { cause: signal?.reason });
}

function timeoutError(): AhnlichError {
  return new AhnlichError("TIMEOUT", "the deadline passed");
}
