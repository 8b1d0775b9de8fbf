import type { Beam } from "./beam.js";
import type { GraphPlan } from "./graphs.js";
import { pickedMs, walkMs } from "./search-costs.js";
import type { Selected } from "./search-units.js";
import { reachOf, type SelectionSpread } from "./selection-spread.js";
import type { Found, SlotSearches } from "./slot-searches.js";
import type { Slots } from "./slots.js";
import type { IndexSearch, Nearest } from "./vector-index.js";

export interface FilteredSearchOptions {
  readonly slots: Slots;
  readonly searches: SlotSearches;
  readonly plan: GraphPlan;
  readonly request: IndexSearch;
  readonly selected: Selected;
  readonly spread: SelectionSpread | undefined;
  /** What finds so many of the nearest of all with the recall of the search; undefined where nothing is known to. */
  readonly beamFor: (reach: number) => Beam | undefined;
}

/**
 * A search for some slots only, by walks through all. Whoever finds the nearest r of all with some recall finds those
 * of them that are selected with the same, and if r is large enough, `limit` are among them: so the beams that are
 * known for larger limits are those of filtered searches. How large r is to be is seen in what a walk comes to. Where
 * that is more than it was made for, another one goes farther; where looking at all that is selected is cheaper, that
 * is done.
 */
export class FilteredSearch {
  readonly #options: FilteredSearchOptions;
  readonly #answers: Nearest[] = [];
  /** What is still searched for, and whose answers those are. */
  #request: IndexSearch;
  #places: readonly number[];

  constructor(options: FilteredSearchOptions) {
    this.#options = options;
    this.#request = options.request;
    this.#places = Array.from(options.request.targets.keys());
  }

  /** Once. */
  run(signal?: AbortSignal): Promise<Nearest[]> {
    const { searches, spread, request } = this.#options;
    const { limit } = request;
    return searches.during(async () => {
      let reach = spread?.reachFor(limit) ?? limit;
      if (!this.#pays(reach) && spread?.isToBeTried) await this.#walk(limit, signal, triedPart);
      for (let walks = 0; walks < walksMax && this.#places.length > 0; walks++) {
        const farthest = await this.#walk(reach, signal);
        if (farthest === undefined) break;
        reach = Math.max(farthest, farthestFor(limit, reach));
      }
      if (this.#places.length > 0) this.#keep(await searches.exact(this.#request, signal));
      return this.#answers;
    });
  }

  /** The farthest reach of those that have no answer yet; undefined where a walk would not pay. */
  async #walk(reach: number, signal?: AbortSignal, part?: number): Promise<number | undefined> {
    const { searches, plan, spread } = this.#options;
    const { limit } = this.#request;
    const beam = this.#beamFor(reach, part);
    if (beam === undefined) return undefined;
    const found = await searches.walkEach({ request: this.#request, plan, beam, reach }, signal);
    const enough = farthestFor(limit, reach);
    const left: number[] = [];
    let farthest = 0;
    for (const [i, one] of found.entries()) {
      const reached = reachedBy(one, limit, beam);
      spread?.note(limit, reached);
      if (one.found >= limit && reached <= enough) continue;
      left.push(i);
      farthest = Math.max(farthest, reached);
    }
    this.#keep(found, left);
    return farthest;
  }

  #pays(reach: number): boolean {
    return this.#beamFor(reach) !== undefined;
  }

  /**
   * Undefined where it takes longer than that part of looking at all that is selected, or where nothing is known to
   * give that recall.
   */
  #beamFor(reach: number, part = 1): Beam | undefined {
    const { slots, selected, beamFor } = this.#options;
    const { dimension, size } = slots;
    const targets = this.#places.length;
    const ms = part * pickedMs(selected.within?.size ?? size, size, dimension, targets);
    // No beam is narrower than what it is to find: then it need not be known either.
    if (targets * walkMs(reach, dimension) >= ms) return undefined;
    const beam = beamFor(reach);
    return beam && targets * walkMs(beam.width, dimension) < ms ? beam : undefined;
  }

  /** These are the answers of what is searched for, but for some, which it is searched for from now on. */
  #keep(answers: readonly Nearest[], left: readonly number[] = []): void {
    const isLeft = new Set(left);
    for (const [i, answer] of answers.entries()) {
      if (!isLeft.has(i)) this.#answers[this.#places[i]] = answer;
    }
    const { targets, own } = this.#request;
    this.#places = left.map((i) => this.#places[i]);
    this.#request = {
      ...this.#request,
      targets: left.map((i) => targets[i]),
      own: own && left.map((i) => own[i]),
    };
  }
}

/** How far a walk turned out to have to go; a guess where it did not go as far. */
function reachedBy({ found, meanPlace }: Found, limit: number, { width }: Beam): number {
  if (found >= limit) return reachOf(meanPlace);
  return Math.ceil((width * (limit + 1)) / (found + 1)) * 2;
}

/** So far may what was found reach by chance, where one was to expect this reach. */
function farthestFor(limit: number, reach: number): number {
  return Math.ceil(reach * (1 + 1.5 / Math.sqrt(limit)));
}

/** A walk that is only tried takes no more of what looking at all that is selected takes. */
const triedPart = 0.6;
/** Then all that is selected is looked at. */
const walksMax = 3;
