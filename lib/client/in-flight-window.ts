import { AhnlichError } from "../model/errors.js";
import type { PendingCall } from "./pending-call.js";

/** The calls in flight on one connection, by request id: a place of a table, from 1 on. */
export class InFlightWindow {
  readonly #calls: (PendingCall | undefined)[];
  /** The free places; the one freed last is used first, so that few ids are ever in use. */
  readonly #free: number[];
  readonly #capacity: number;
  /** Places of calls that wait for changes; 0 where the server has none apart. */
  readonly #waitingCapacity: number;
  #waiting = 0;

  constructor(capacity: number, waitingCapacity = 0) {
    this.#capacity = capacity;
    this.#waitingCapacity = waitingCapacity;
    const places = capacity + waitingCapacity;
    this.#calls = new Array(places + 1).fill(undefined);
    this.#free = Array.from({ length: places }, (_, at) => places - at);
  }

  /** How many more calls there is room for that do not wait. */
  get room(): number {
    return this.#capacity - this.busy;
  }

  /** How many more calls like this one there is room for. */
  roomFor(call: PendingCall): number {
    return this.#isApart(call) ? this.#waitingCapacity - this.#waiting : this.room;
  }

  get size(): number {
    return this.#calls.length - 1 - this.#free.length;
  }

  /** Those that the server works at. */
  get busy(): number {
    return this.size - this.#waiting;
  }

  /** Its request id. There must be room. */
  add(call: PendingCall): number {
    const id = this.roomFor(call) > 0 ? this.#free.pop() : undefined;
    if (id === undefined) throw new AhnlichError("INTERNAL", "the window is full");
    this.#calls[id] = call;
    if (this.#isApart(call)) this.#waiting += 1;
    return id;
  }

  /** The call of this id, which is free from now on. @throws PROTOCOL_ERROR when there is none. */
  take(id: number): PendingCall {
    const call = this.check(id);
    this.#calls[id] = undefined;
    this.#free.push(id);
    if (this.#isApart(call)) this.#waiting -= 1;
    return call;
  }

  /** @throws PROTOCOL_ERROR when no request of this id is in flight. */
  check(id: number): PendingCall {
    const call = this.#calls[id];
    if (call !== undefined) return call;
    const sentence = `the server answered request ${id}, which is not in flight`;
    throw new AhnlichError("PROTOCOL_ERROR", sentence);
  }

  /** Those that wait for changes. */
  waiting(): PendingCall[] {
    return this.#calls.filter((call) => call?.waits === true) as PendingCall[];
  }

  /** All calls, in no order; the window is empty from now on. */
  drain(): PendingCall[] {
    const calls = this.#calls.filter((call) => call !== undefined);
    this.#calls.fill(undefined);
    this.#free.length = 0;
    this.#waiting = 0;
    for (let id = this.#calls.length - 1; id >= 1; id--) this.#free.push(id);
    return calls;
  }

  #isApart(call: PendingCall): boolean {
    return call.waits && this.#waitingCapacity > 0;
  }
}
