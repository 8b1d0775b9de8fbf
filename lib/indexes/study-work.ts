import { AhnlichError } from "../model/errors.js";

/** The work of one study: in pieces, with a bound, given up when a signal says so. */
export class StudyWork {
  readonly #signal: AbortSignal | undefined;
  readonly #pause: (() => Promise<void>) | undefined;
  #left: number;

  constructor({ signal, pause, workMax = 1e10 }: WorkOptions = {}) {
    this.#signal = signal;
    this.#pause = pause;
    this.#left = workMax;
  }

  /** To be awaited before each piece. @throws ABORTED, or the signal's reason where that is an AhnlichError */
  async next(): Promise<void> {
    this.#check();
    await this.#pause?.();
    this.#check();
  }

  /** So many distances were computed. */
  spend(distances: number): void {
    this.#left -= distances;
  }

  get isSpent(): boolean {
    return this.#left <= 0;
  }

  #check(): void {
    if (!this.#signal?.aborted) return;
    const { reason } = this.#signal;
    if (reason instanceof AhnlichError) throw reason;
    throw new AhnlichError("ABORTED", "the calibration was given up", { cause: reason });
  }
}

export interface WorkOptions {
  readonly signal?: AbortSignal | undefined;
  /** Awaited before each piece, of a few searches: so long others have their turn. */
  readonly pause?: (() => Promise<void>) | undefined;
  /** How many distances are computed in all, about. */
  readonly workMax?: number | undefined;
}

/** Searches of one piece. */
export const pieceTargets = 16;
