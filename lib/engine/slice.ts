import { setImmediate as nextTurn } from "node:timers/promises";
import { type Call, checkCall } from "./call.js";

/**
 * Cuts long work on the calling thread into slices, so that the event loop is never held for longer than
 * one: `if (slice.isOver) await slice.next();` once a step.
 */
export class Slice {
  readonly #call: Call | undefined;
  #steps = 0;
  #ends = performance.now() + sliceMs;

  constructor(call?: Call) {
    this.#call = call;
  }

  /** Whether others should have their turn now; to be asked once a step. */
  get isOver(): boolean {
    return (++this.#steps & (stepsPerLook - 1)) === 0 && performance.now() >= this.#ends;
  }

  /** The next slice begins. @throws the call's reason when it was given up */
  async next(): Promise<void> {
    await nextTurn();
    if (this.#call) checkCall(this.#call);
    this.#ends = performance.now() + sliceMs;
  }
}

const sliceMs = 3;
/** The clock is read every so many steps, a power of two; a step is some microseconds. */
const stepsPerLook = 16;
