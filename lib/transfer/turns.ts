import { setImmediate as turn } from "node:timers/promises";

/** Lets the event loop have its turn whenever the work since the last one took some milliseconds. */
export class Turns {
  #since: number = performance.now();

  /** Whether it is time to `give` one. */
  get due(): boolean {
    return performance.now() - this.#since > sliceMs;
  }

  async give(): Promise<void> {
    await turn();
    this.#since = performance.now();
  }
}

const sliceMs = 3;
