import { onAbort } from "../model/abort-listeners.js";
import { AhnlichError } from "../model/errors.js";
import type { Call } from "./call.js";
import type { Command } from "./command.js";

/** A write on its way. */
export class PendingWrite {
  readonly command: Command;
  /** From here on it may be applied, whatever its caller does. */
  isTaken = false;
  /** Its caller gave it up before it was taken: it is not applied. */
  isGivenUp = false;
  answer: unknown;
  error: AhnlichError | undefined;
  readonly #resolve: (answer: unknown) => void;
  readonly #reject: (error: AhnlichError) => void;
  /** Absent where nobody can give it up. */
  #stopListening: (() => void) | undefined;

  constructor(
    command: Command,
    { signal }: Call,
    resolve: (answer: unknown) => void,
    reject: (error: AhnlichError) => void,
    whenGivenUp: () => void,
  ) {
    this.command = command;
    this.#resolve = resolve;
    this.#reject = reject;
    if (signal !== undefined) this.#listen(signal, whenGivenUp);
  }

  settle(): void {
    this.#stopListening?.();
    if (this.error) this.#reject(this.error);
    else this.#resolve(this.answer);
  }

  reject(error: AhnlichError): void {
    this.#stopListening?.();
    this.#reject(error);
  }

  #listen(signal: AbortSignal, whenGivenUp: () => void): void {
    const giveUp = () => {
      if (!this.isTaken) {
        this.isGivenUp = true;
        whenGivenUp();
      }
      this.#reject(this.isTaken ? outcomeUnknown(signal.reason) : signal.reason);
    };
    this.#stopListening = onAbort(signal, giveUp);
  }
}

function outcomeUnknown(reason: unknown): AhnlichError {
  return new AhnlichError(
    "OUTCOME_UNKNOWN",
    "the write was given up while it was being applied: it may or may not have been",
    { cause: reason },
  );
}
