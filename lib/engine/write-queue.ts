import { AhnlichError } from "../model/errors.js";
import type { Call } from "./call.js";
import type { Command } from "./command.js";
import { PendingWrite } from "./pending-write.js";

/** Writes that wait to be applied, in their order; of a bounded number. */
export class WriteQueue {
  readonly #max: number;
  /** Those that were given up meanwhile among them, which are passed over. */
  #writes: PendingWrite[] = [];
  #size = 0;
  /** Why no write is taken any more. */
  #refusal: AhnlichError | undefined;
  #arrived: (() => void) | undefined;

  /** @param max how many writes may wait: `limits.queuedWrites` */
  constructor(max: number) {
    this.#max = max;
  }

  /** @throws why a write that comes now may not wait here */
  checkRoom({ signal }: Call): void {
    if (this.#refusal !== undefined) throw this.#refusal;
    if (signal?.aborted) throw signal.reason;
    if (this.#size < this.#max) return;
    const sentence = `${this.#size} writes are waiting already (limits.queuedWrites)`;
    throw new AhnlichError("BUSY", sentence);
  }

  /** Settles when the write is carried out, refused or given up; there must be room. */
  push(command: Command, call: Call): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#writes.push(new PendingWrite(command, call, resolve, reject, () => this.#forget()));
      this.#size++;
      this.#arrived?.();
    });
  }

  /** The first that still waits. */
  get next(): PendingWrite | undefined {
    while (this.#writes[0]?.isGivenUp) this.#writes.shift();
    return this.#writes[0];
  }

  /** Takes the first, which must be there: from here on it may be applied. */
  take(): PendingWrite {
    const pending = this.#writes.shift() as PendingWrite;
    pending.isTaken = true;
    this.#size--;
    return pending;
  }

  /** Settles when a write comes, or with the other. */
  async arrivalOr(other: Promise<unknown>): Promise<void> {
    const arrival = new Promise<void>((resolve) => {
      this.#arrived = resolve;
    });
    await Promise.race([other, arrival]);
    this.#arrived = undefined;
  }

  /** Refuses what waits and what comes; the first reason is the one. */
  refuse(refusal: AhnlichError): void {
    this.#refusal ??= refusal;
    for (const pending of this.#writes.splice(0)) pending.reject(this.#refusal);
    this.#size = 0;
  }

  /** One was given up. They are taken out when they are many: one by one each would cost a walk over all. */
  #forget(): void {
    this.#size--;
    if (this.#writes.length < 2 * this.#size + 64) return;
    this.#writes = this.#writes.filter(({ isGivenUp }) => !isGivenUp);
  }
}
