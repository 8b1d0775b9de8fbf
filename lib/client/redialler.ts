import { type AhnlichError, type ErrorCode, toAhnlichError } from "../model/errors.js";
import type { Backoff } from "./backoff.js";
import type { Target } from "./dialer.js";

/** Whose connections they are. */
export interface DialOwner {
  /** An attempt begins. */
  trying(target: Target): void;
  /** Opens one there and takes it. @throws why it could not be reached; CLOSED when the signal is aborted */
  dial(target: Target, signal: AbortSignal): Promise<void>;
  /** One may be asked for again; why there is none where all targets were tried in vain. */
  attempted(failure?: AhnlichError): void;
}

/**
 * Opens connections, one at a time: with none left it tries the targets in their order, again and again, and waits
 * longer after each time; to grow it tries where the last one led.
 */
export class Redialler {
  readonly #targets: readonly [Target, ...Target[]];
  readonly #owner: DialOwner;
  readonly #backoff: Backoff;
  /** Where the last one leads that was opened. */
  #target: Target;
  #dialling = false;
  #growAt = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Ends what is dialled. */
  readonly #ending = new AbortController();

  constructor(targets: readonly [Target, ...Target[]], owner: DialOwner, backoff: Backoff) {
    this.#targets = targets;
    this.#target = targets[0];
    this.#owner = owner;
    this.#backoff = backoff;
  }

  /** Opens the first one. @throws why the last of the targets could not be reached */
  async open(): Promise<void> {
    this.#dialling = true;
    try {
      await this.#dialAny();
    } finally {
      this.#dialling = false;
    }
  }

  /** Opens one more beside those that are busy; where that fails, it is tried again later. */
  grow(): void {
    if (this.#dialling || performance.now() < this.#growAt) return;
    this.#dialling = true;
    this.#dial(this.#target)
      .then(() => this.#backoff.reset())
      .catch(() => {
        this.#growAt = performance.now() + this.#backoff.next();
      })
      .finally(() => this.#rest());
  }

  /** Opens one where none is left, in a moment. */
  recover(): void {
    if (this.#dialling || this.#timer !== undefined) return;
    // It alone does not keep the process alive: a call that waits has a timer of its own.
    this.#timer = setTimeout(() => this.#reconnect(), this.#backoff.next());
    this.#timer.unref();
  }

  /** Gives up what is dialled, and begins nothing any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#ending.abort();
  }

  #reconnect(): void {
    this.#timer = undefined;
    this.#dialling = true;
    this.#dialAny().then(
      () => {
        this.#backoff.reset();
        this.#rest();
      },
      (failure) => this.#rest(toAhnlichError(failure)),
    );
  }

  #rest(failure?: AhnlichError): void {
    this.#dialling = false;
    this.#owner.attempted(failure);
  }

  async #dialAny(): Promise<void> {
    let failure: unknown;
    for (const target of this.#targets) {
      this.#owner.trying(target);
      try {
        await this.#dial(target);
        return;
      } catch (error) {
        failure = error;
        if (this.#ending.signal.aborted) break;
      }
    }
    throw failure;
  }

  async #dial(target: Target): Promise<void> {
    await this.#owner.dial(target, this.#ending.signal);
    this.#target = target;
  }
}

/** Whether another attempt in a moment cannot cure it. */
export function isHopeless({ code }: AhnlichError): boolean {
  return hopeless.has(code);
}

const hopeless: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "VERSION_MISMATCH",
  "UNAUTHENTICATED",
  "FORBIDDEN",
  // These a folder gives that several processes share.
  "LOCKED",
  "INVALID_ARGUMENT",
  "CORRUPT",
  "FORMAT_TOO_NEW",
  "READ_ONLY",
]);
