import type { Arenas } from "../kernels/arenas.js";
import * as layout from "../kernels/layout.js";
import { SearchJob } from "../kernels/search-job.js";
import { bytesForSlots, Run, type SlotSizes, sizesOf } from "./run.js";
import type { PassingSearch, PassingTarget } from "./vector-index.js";

/**
 * Looks at codes in runs that are used again and again. Each window is a job of its own, which begins with the cut
 * that those before it have come to, and is given up where it would want rows: what it has left by then are candidates.
 */
export class PassingCodes implements PassingSearch {
  readonly windows: number = windowsMax;
  readonly #arenas: Arenas;
  readonly #search: PassingTarget;
  readonly #sizes: SlotSizes;
  readonly #runs: Run[] = [];
  #candidates: Candidate[] = [];
  /** No key beyond it is among the nearest. */
  #cut = Number.POSITIVE_INFINITY;

  /** @throws LIMIT_EXCEEDED, CLOSED */
  constructor(arenas: Arenas, search: PassingTarget, slots: number) {
    this.#arenas = arenas;
    this.#search = search;
    this.#sizes = sizesOf(search.target.length);
    try {
      for (let window = 0; window < windowsMax; window++) {
        const bytes = bytesForSlots(this.#sizes, slots);
        const options = { firstBlock: 0, keepsRows: false };
        this.#runs.push(new Run(arenas, this.#sizes, bytes, options));
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get candidates(): Float64Array {
    return Float64Array.from(this.#candidates, ({ ordinal }) => ordinal);
  }

  view(window: number, count: number): Uint8Array {
    const run = this.#runs[window];
    const { recordStride } = this.#sizes;
    const at = run.placeOf(layout.runRecords, 0, recordStride);
    return run.arena.bytes.subarray(at, at + count * recordStride);
  }

  look(window: number, ordinals: Float64Array): boolean {
    const run = this.#runs[window];
    const blocks = Math.ceil(ordinals.length / layout.blockSlots);
    const slots = Math.min(run.capacity, blocks * layout.blockSlots);
    const born = slots === ordinals.length ? ordinals : new Float64Array(slots);
    if (born !== ordinals) born.set(ordinals);
    run.take(0, born);
    const { metric, limit, maxDistance = Number.POSITIVE_INFINITY, sequence } = this.#search;
    const units = Uint32Array.of(run.address, 0, blocks, 0);
    const { arena } = run;
    const job = new SearchJob({
      vectors: { arena, ...this.#sizes, units, picked: false, rows: slots },
      targets: [this.#search.target],
      ...{ metric, limit, maxDistance, sequence },
    });
    try {
      job.cutAt(this.#cut);
      return this.#scan(job, ordinals);
    } finally {
      job.free();
    }
  }

  close(): void {
    for (const run of this.#runs) run.give(this.#arenas);
    this.#runs.length = 0;
  }

  #scan(job: SearchJob, ordinals: Float64Array): boolean {
    let status: number = layout.unfinished;
    while (status === layout.unfinished) status = job.advance();
    if (status === layout.finished) return true;
    if (status !== layout.wanting || !job.hasScanned) return false;
    job.forEachCandidate((lower, upper, index) => {
      this.#candidates.push({ lower, upper, ordinal: ordinals[index] });
    });
    this.#narrow();
    return this.#candidates.length <= candidatesMax;
  }

  #narrow(): void {
    const { limit } = this.#search;
    if (this.#candidates.length <= limit) return;
    const uppers = Float64Array.from(this.#candidates, ({ upper }) => upper).sort();
    this.#cut = Math.min(this.#cut, uppers[limit - 1]);
    this.#candidates = this.#candidates.filter(({ lower }) => lower <= this.#cut);
  }
}

interface Candidate {
  readonly lower: number;
  readonly upper: number;
  readonly ordinal: number;
}

/** One is looked at while the others are written to. */
const windowsMax = 4;
/** Where there are more, vectors are too much alike for codes. */
const candidatesMax = 10_000;
