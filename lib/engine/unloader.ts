import type { Clock } from "./ports.js";
import type { Publication } from "./publication.js";

/** Looks every minute for stores that have long not been searched, and gives the memory of their vectors back. */
export class Unloader {
  readonly #timer: NodeJS.Timeout;

  constructor(publication: Publication, clock: Clock) {
    this.#timer = setInterval(() => publication.unloadIdle(clock.now(), idleMs), lookMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

const idleMs = 30 * 60 * 1_000;
const lookMs = 60 * 1_000;
