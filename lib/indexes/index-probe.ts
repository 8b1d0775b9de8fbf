import { normMin, normOf } from "../model/vector.js";
import type { Beam } from "./beam.js";
import type { Graphs } from "./graphs.js";
import type { Probe, ProbeTarget } from "./probe.js";
import type { SlotSearches } from "./slot-searches.js";
import type { Slots } from "./slots.js";
import type { IndexSearch, Nearest } from "./vector-index.js";

interface Parts {
  readonly slots: Slots;
  readonly graphs: Graphs;
  readonly searches: SlotSearches;
}

/** What a calibration asks of an index, answered by its own searches over what lives at the moment. */
export class IndexProbe implements Probe {
  readonly #slots: Slots;
  readonly #graphs: Graphs;
  readonly #searches: SlotSearches;

  constructor({ slots, graphs, searches }: Parts) {
    this.#slots = slots;
    this.#graphs = graphs;
    this.#searches = searches;
  }

  /** Whether there is a graph that searches walk through, and all vectors are in memory. */
  get isReady(): boolean {
    return !this.#graphs.isBusy && this.#slots.hasRows && this.#graphs.plan !== undefined;
  }

  get size(): number {
    return this.#slots.size;
  }

  get changed(): number {
    return this.#slots.changed;
  }

  /** Of those that are linked. */
  sample(count: number, random: () => number): readonly ProbeTarget[] {
    const sampled = new Map<number, ProbeTarget>();
    for (let tries = 0; sampled.size < count && tries < count * triesMax; tries++) {
      const target = this.#slots.pick(random);
      if (target !== undefined) sampled.set(target.own, target);
    }
    return [...sampled.values()];
  }

  placeOf(ordinal: number): Float32Array | undefined {
    const { metric } = this.#graphs;
    const vector = metric === "dot" ? undefined : this.#slots.vectorOf(ordinal);
    if (vector === undefined || metric !== "cosine") return vector;
    const norm = normOf(vector);
    return norm < normMin ? undefined : vector.map((x) => x / norm);
  }

  async exact(targets: readonly ProbeTarget[], limit: number): Promise<readonly Nearest[]> {
    const found = await this.#searches.exact(this.#request(targets, limit + 1));
    return found.map((nearest, i) => without(nearest, targets[i]?.own, limit));
  }

  async walk(
    targets: readonly ProbeTarget[],
    limit: number,
    beam: Beam,
  ): Promise<readonly Nearest[]> {
    const plan = this.#graphs.plan;
    const request = this.#request(targets, limit);
    const walked = plan && (await this.#searches.walk({ request, plan, beam }));
    // Where a search would look at everything instead, this is what it finds.
    const found = walked ?? (await this.#searches.exact(this.#request(targets, limit + 1)));
    return found.map((one, i) => without(one, targets[i]?.own, limit));
  }

  #request(targets: readonly ProbeTarget[], limit: number): IndexSearch {
    const { metric } = this.#graphs;
    const vectors = targets.map(({ vector }) => vector);
    const own = targets.map((target) => target.own);
    const sequence = Number.MAX_VALUE;
    return { targets: vectors, own, metric, limit, sequence, isBackground: true };
  }
}

/** The nearest `limit`, and what ties with the last of them, without that ordinal. */
function without(nearest: Nearest, own: number | undefined, limit: number): Nearest {
  const places: number[] = [];
  for (const [i, ordinal] of nearest.ordinals.entries()) {
    if (ordinal === own) continue;
    const last = places[limit - 1];
    if (last !== undefined && nearest.distances[i] !== nearest.distances[last]) break;
    places.push(i);
  }
  const ordinals = Float64Array.from(places, (i) => nearest.ordinals[i] as number);
  const distances = Float64Array.from(places, (i) => nearest.distances[i] as number);
  return { ...nearest, ordinals, distances };
}

/** Where that many draws for each found no more, most slots are empty. */
const triesMax = 8;
