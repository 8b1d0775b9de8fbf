/** What one end is to do about the other. */
export type Beat = "quiet" | "speak" | "lost";

/**
 * Whether the peer is still there, and whether it hears from this end: each sends something in every period, be it only
 * `alive`. Silence is counted in looks, not in time, so that an end that itself stood still does not take the
 * other for lost.
 */
export class KeepAlive {
  readonly #halfMs: number;
  #next: number;
  #heard = true;
  #sent = 0;
  #silent = 0;

  /** @param now milliseconds that never go back */
  constructor(aliveMs: number, now: number) {
    this.#halfMs = aliveMs / 2;
    this.#next = now + this.#halfMs;
  }

  /** Something came, or nothing could, since we did not listen. */
  heard(): void {
    this.#heard = true;
  }

  /**
   * To be called several times in a period.
   *
   * @param sent grows whenever something is sent
   */
  look(now: number, sent: number): Beat {
    if (now < this.#next) return "quiet";
    this.#next = now + this.#halfMs;
    this.#silent = this.#heard ? 0 : this.#silent + 1;
    this.#heard = false;
    if (this.#silent >= 2 * silentPeriodsMax) return "lost";
    const hasSpoken = sent !== this.#sent;
    this.#sent = sent;
    return hasSpoken ? "quiet" : "speak";
  }
}

/** The minor version that brought `alive`: ends of older ones are not sent it. */
export const aliveMinor = 3;
/** Milliseconds that a period has at least, and at most. */
export const aliveMsMin = 20;
export const aliveMsMax = 86_400_000;
/** A peer that was silent for so long is lost. */
export const silentPeriodsMax = 3;
