import type { Beam } from "./beam.js";
import type { Probe } from "./probe.js";
import type { Rung } from "./recall-curve.js";
import { RecallTally } from "./recall-tally.js";
import type { RecallTruths } from "./recall-truths.js";
import { pieceTargets, type StudyWork } from "./study-work.js";

/** One beam, tried with the targets whose truth is known. */
export class RecallTrial {
  readonly limit: number;
  readonly beam: Beam;
  readonly #tally = new RecallTally();

  constructor(limit: number, beam: Beam) {
    this.limit = limit;
    this.beam = beam;
  }

  get lost(): number {
    return this.#tally.lost;
  }

  /** The standard error of `lost`. */
  get error(): number {
    return this.#tally.error;
  }

  get cost(): number {
    return this.#tally.cost;
  }

  /** Searches for those up to a number that it was not tried with yet. */
  async extend(probe: Probe, work: StudyWork, truths: RecallTruths, upTo: number): Promise<void> {
    const { limit, beam } = this;
    while (this.#tally.queries < upTo) {
      await work.next();
      const first = this.#tally.queries;
      const piece = truths.targets.slice(first, Math.min(upTo, first + pieceTargets));
      for (const [i, found] of (await probe.walk(piece, limit, beam)).entries()) {
        this.#tally.add(truths.lost(first + i, limit, found), found.examined);
        work.spend(found.examined);
      }
    }
  }

  /** Whether the error is small beside what a recall may be off. */
  get isSure(): boolean {
    const { lost, error } = this.#tally;
    if (lost < 0.0005 || lost > 0.12) return true;
    return error <= Math.max(0.001, Math.min(0.005, lost / 5)) / 2.5;
  }

  rung(setting: number): Rung {
    const { queries, lost, error, cost } = this.#tally;
    return { setting, queries, lost, error, cost };
  }
}
