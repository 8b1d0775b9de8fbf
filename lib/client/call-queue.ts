import { AhnlichError } from "../model/errors.js";
import type { PendingCall } from "./pending-call.js";

/** Calls that wait for room on a connection, first come first served, of a bounded number and size. */
export class CallQueue {
  #calls: PendingCall[] = [];
  /** Where the first that waits stands. */
  #head = 0;
  #size = 0;
  #bytes = 0;

  /** One that has been sent before is always taken. @throws BUSY when as much waits as may */
  push(call: PendingCall): void {
    const full = this.#size >= callsMax || this.#bytes + call.query.length > bytesMax;
    if (full && call.losses === 0) {
      const sentence = `${this.#size} calls wait for the server already, as many as may`;
      throw new AhnlichError("BUSY", sentence, { details: { waiting: this.#size } });
    }
    this.#calls.push(call);
    this.#size += 1;
    this.#bytes += call.query.length;
    call.queuedAt = performance.now();
  }

  /** The next that still has a caller. */
  shift(): PendingCall | undefined {
    while (this.#head < this.#calls.length) {
      const call = this.#calls[this.#head++];
      if (call.settled) continue;
      this.#forget(call);
      if (this.#head === this.#calls.length) this.#compact();
      return call;
    }
    this.#compact();
    return undefined;
  }

  /** A waiting call that has just been settled waits no longer. */
  forget(call: PendingCall): void {
    this.#forget(call);
    if (this.#calls.length > 2 * this.#size + slack) this.#compact();
  }

  /** Takes out those that have waited since `time` (`performance.now`) or longer. */
  takeSince(time: number): PendingCall[] {
    const taken: PendingCall[] = [];
    this.#compact();
    while (this.#size > 0 && this.#calls[this.#head].queuedAt <= time) {
      const call = this.shift();
      if (call !== undefined) taken.push(call);
    }
    return taken;
  }

  get size(): number {
    return this.#size;
  }

  #forget(call: PendingCall): void {
    this.#size -= 1;
    this.#bytes -= call.query.length;
  }

  #compact(): void {
    this.#calls = this.#calls.slice(this.#head).filter((call) => !call.settled);
    this.#head = 0;
  }
}

const callsMax = 65_536;
const bytesMax = 64 * 1024 * 1024;
/** Settled calls that may lie about before they are swept out. */
const slack = 1_024;
