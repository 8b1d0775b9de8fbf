import { AhnlichError } from "../model/errors.js";
import type { PendingCall } from "./pending-call.js";

/** The calls in flight on one connection, by request id: a place of a table, from 1 on. */
export class InFlightWindow {
  readonly #calls: (PendingCall | undefined)[];
  /** The free places; the one freed last is used first, so that few ids are ever in use. */
  readonly #free: number[];

  constructor(capacity: number) {
    this.#calls = new Array(capacity + 1).fill(undefined);
    this.#free = Array.from({ length: capacity }, (_, at) => capacity - at);
  }

  get room(): number {
    return this.#free.length;
  }

  get size(): number {
    return this.#calls.length - 1 - this.#free.length;
  }

  /** Its request id. There must be room. */
  add(call: PendingCall): number {
    const id = this.#free.pop();
    if (id === undefined) throw new AhnlichError("INTERNAL", "the window is full");
    this.#calls[id] = call;
    return id;
  }

  /** The call of this id, which is free from now on. @throws PROTOCOL_ERROR when there is none. */
  take(id: number): PendingCall {
    const call = this.check(id);
    this.#calls[id] = undefined;
    this.#free.push(id);
    return call;
  }

  /** @throws PROTOCOL_ERROR when no request of this id is in flight. */
  check(id: number): PendingCall {
    const call = this.#calls[id];
    if (call !== undefined) return call;
    const sentence = `the server answered request ${id}, which is not in flight`;
    throw new AhnlichError("PROTOCOL_ERROR", sentence);
  }

  /** All calls, in no order; the window is empty from now on. */
  drain(): PendingCall[] {
    const calls = this.#calls.filter((call) => call !== undefined);
    this.#calls.fill(undefined);
    this.#free.length = 0;
    for (let id = this.#calls.length - 1; id >= 1; id--) this.#free.push(id);
    return calls;
  }
}
