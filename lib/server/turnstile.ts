import { AhnlichError } from "../model/errors.js";

/** Lets so much work be under way at once, and so much wait for it, in order. */
export class Turnstile {
  readonly #atOnce: number;
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;

  constructor({ atOnce, waitingMax }: { atOnce: number; waitingMax: number }) {
    this.#atOnce = atOnce;
    this.#waitingMax = waitingMax;
  }

  /** @throws BUSY when as many wait as may */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#underWay >= this.#atOnce) await this.#wait();
    else this.#underWay += 1;
    try {
      return await work();
    } finally {
      // Whoever waited longest takes the place that is free.
      const next = this.#waiting.shift();
      if (next === undefined) this.#underWay -= 1;
      else next();
    }
  }

  #wait(): Promise<void> {
    if (this.#waiting.length >= this.#waitingMax) {
      throw new AhnlichError("BUSY", "too many log in at once");
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
