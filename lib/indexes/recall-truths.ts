import type { Probe, ProbeTarget } from "./probe.js";
import { pieceTargets, type StudyWork } from "./study-work.js";
import type { Nearest } from "./vector-index.js";

/** Targets, and how far away the true nearest of those are that were searched for exactly. */
export class RecallTruths {
  /** What is searched for: from `known` on it may yet be made into something else. */
  readonly targets: ProbeTarget[];
  readonly limits: readonly number[];
  /** Of how many targets the truth is known, from the first on. */
  known = 0;
  readonly #probe: Probe;
  readonly #work: StudyWork;
  readonly #make: TargetMaker | undefined;
  readonly #last: ReadonlyMap<number, Last[]>;

  constructor(
    probe: Probe,
    work: StudyWork,
    targets: readonly ProbeTarget[],
    limits: readonly number[],
    make?: TargetMaker,
  ) {
    this.#probe = probe;
    this.#work = work;
    this.targets = [...targets];
    this.#make = make;
    this.limits = limits;
    this.#last = new Map(limits.map((limit) => [limit, []]));
  }

  /** Searches exactly for those up to a number, as far as the work allows. */
  async extend(upTo: number): Promise<void> {
    const most = Math.max(...this.limits);
    while (this.known < Math.min(upTo, this.targets.length) && !this.#work.isSpent) {
      await this.#work.next();
      const piece = await this.#piece(Math.min(upTo, this.known + pieceTargets));
      for (const exact of await this.#probe.exact(piece, most)) this.#note(exact);
      this.#work.spend(piece.length * this.#probe.size);
      this.known += piece.length;
    }
  }

  async #piece(end: number): Promise<readonly ProbeTarget[]> {
    const piece = this.targets.slice(this.known, end);
    if (this.#make === undefined) return piece;
    const made = await this.#make(piece);
    this.#work.spend(piece.length * this.#probe.size);
    for (const [i, target] of made.entries()) this.targets[this.known + i] = target;
    return made;
  }

  /** The share of a target's nearest that is missing in what was found; a tie with the last of them is as good. */
  lost(target: number, limit: number, { distances }: Nearest): number {
    const lasts = this.#last.get(limit) ?? [];
    const { count, distance } = lasts[target] as Last;
    if (count === 0) return 0;
    let hits = 0;
    while (hits < count && hits < distances.length && distances[hits] <= distance) hits++;
    return 1 - hits / count;
  }

  /** How far the last true one is on average. */
  meanDistance(limit: number): number {
    const lasts = this.#last.get(limit) ?? [];
    return lasts.reduce((sum, { distance }) => sum + Math.abs(distance), 0) / lasts.length;
  }

  #note({ distances }: Nearest): void {
    for (const [limit, lasts] of this.#last) {
      const count = Math.min(limit, distances.length);
      lasts.push({ count, distance: count === 0 ? 0 : distances[count - 1] });
    }
  }
}

/** Makes what is searched for of what was drawn. */
export type TargetMaker = (drawn: readonly ProbeTarget[]) => Promise<readonly ProbeTarget[]>;

/** How many a target's true nearest are, and the distance of the last. */
interface Last {
  readonly count: number;
  readonly distance: number;
}
