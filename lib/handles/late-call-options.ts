import { AhnlichError } from "../model/errors.js";
import type { CallOptions } from "../model/options.js";
import { isScopeOfKeys, type WriteIdentity } from "../model/write-identity.js";

/** Begins the work when its turn has come. */
export type WaitForTurn = (work: () => Promise<unknown>) => Promise<unknown>;

/**
 * CallOptions whose signal is made when it is first read: making one costs more than answering a
 * ping, and most calls are over before anyone looks at theirs. Its reason is an error of ours.
 */
export class LateCallOptions implements CallOptions {
  /** Less of it is left to who begins later. */
  timeoutMs: number | undefined;
  /** Of a pipeline: how the member at a place waits for its turn; undefined: it does not wait. */
  turnOf: ((place: number) => WaitForTurn | undefined) | undefined;
  /** Of the write that is asked for. */
  readonly identity: WriteIdentity | undefined;
  readonly #answerBytesMax: number;
  #answerBytes = 0;
  #controller: AbortController | undefined;
  #reason: AhnlichError | undefined;

  /** @param answerBytesMax - of all that the answer is made of */
  constructor(timeoutMs: number | undefined, identity?: WriteIdentity, answerBytesMax?: number) {
    this.timeoutMs = timeoutMs;
    this.#answerBytesMax = answerBytesMax ?? Number.POSITIVE_INFINITY;
    this.identity = identity;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  get idempotencyKey(): string | undefined {
    const { identity } = this;
    return identity !== undefined && isScopeOfKeys(identity.scope) ? identity.key : undefined;
  }

  get aborted(): boolean {
    return this.#reason !== undefined;
  }

  /** How many bytes were made for the answer so far, about. */
  get answerBytes(): number {
    return this.#answerBytes;
  }

  /** So many bytes more are made for the answer. @throws LIMIT_EXCEEDED */
  takeRoom(bytes: number): void {
    this.#answerBytes += bytes;
    const bound = this.#answerBytesMax;
    if (this.#answerBytes <= bound) return;
    const sentence = `the answer would take more than ${bound} bytes: ask for less at once`;
    const details = { limit: "answerBytesMax", bound, got: this.#answerBytes };
    throw new AhnlichError("LIMIT_EXCEEDED", sentence, { details });
  }

  /** The first reason is the one; a signal read later is aborted from the start. */
  abort(reason: AhnlichError = new AhnlichError("ABORTED", "the call was aborted")): void {
    this.#reason ??= reason;
    this.#controller?.abort(this.#reason);
  }
}
