import { setImmediate as nextTurn } from "node:timers/promises";
import { type Call, checkCall } from "./call.js";

/**
 * Cuts long work on the calling thread into slices, so that the event loop is never held for longer than
 * one: `const pause = slice.pause(); if (pause) await pause;` once a step.
 */
export class Slice {
  readonly #call: Call | undefined;
  #steps = 0;
  #ends = performance.now() + sliceMs;

  /** With a call: pausing throws its reason once it is given up. */
  constructor(call?: Call) {
    this.#call = call;
  }

  /** A promise for the next slice when this one is used up. */
  pause(): Promise<void> | undefined {
    if ((++this.#steps & (stepsPerLook - 1)) !== 0) return undefined;
    return performance.now() < this.#ends ? undefined : this.#next();
  }

  async #next(): Promise<void> {
    await nextTurn();
    if (this.#call) checkCall(this.#call);
    this.#ends = performance.now() + sliceMs;
  }
}

const sliceMs = 3;
/** The clock is read every so many steps, a power of two; a step is some microseconds. */
const stepsPerLook = 16;
