import { normMin, normOf, vectorFromBytes } from "../model/vector.js";
import type { Beam } from "./beam.js";
import type { Graphs } from "./graphs.js";
import type { Probe, ProbeTarget } from "./probe.js";
import type { SlotSearches } from "./slot-searches.js";
import type { Slots } from "./slots.js";
import type { IndexSearch, Nearest, SeenRows, StoredRows } from "./vector-index.js";

interface Parts {
  readonly slots: Slots;
  readonly graphs: Graphs;
  readonly searches: SlotSearches;
  /** Where float32 rows are that are not in memory. */
  readonly rows?: StoredRows | undefined;
}

/** What a calibration asks of an index, answered by its own searches over what lives at the moment. */
export class IndexProbe implements Probe {
  readonly #slots: Slots;
  readonly #graphs: Graphs;
  readonly #searches: SlotSearches;
  readonly #rows: StoredRows | undefined;

  constructor({ slots, graphs, searches, rows }: Parts) {
    this.#rows = rows;
    this.#slots = slots;
    this.#graphs = graphs;
    this.#searches = searches;
  }

  /** Whether there is a graph that searches walk through, and all vectors are in memory. */
  get isReady(): boolean {
    return !this.#graphs.areGrowing && this.#slots.hasRows && this.#graphs.plan !== undefined;
  }

  /** Whether the graph is as good as it will be. */
  get isRefined(): boolean {
    return this.#graphs.isRefined;
  }

  get size(): number {
    return this.#slots.size;
  }

  get changed(): number {
    return this.#slots.changed + this.#graphs.refined;
  }

  /** How early walks end. */
  get tightness(): number {
    return this.#searches.tightness;
  }

  set tightness(tightness: number) {
    this.#searches.tightness = tightness;
  }

  async sample(count: number, random: () => number): Promise<readonly ProbeTarget[]> {
    const sampled = new Set<number>();
    for (let tries = 0; sampled.size < count && tries < count * triesMax; tries++) {
      const ordinal = this.#slots.pick(random);
      if (ordinal !== undefined) sampled.add(ordinal);
    }
    const targets: ProbeTarget[] = [];
    for (const [own, vector] of await this.#vectorsOf([...sampled])) targets.push({ own, vector });
    return targets;
  }

  async placeOf(ordinal: number): Promise<Float32Array | undefined> {
    const { metric } = this.#graphs;
    if (metric === "dot") return undefined;
    const vector = (await this.#vectorsOf([ordinal])).get(ordinal);
    if (vector === undefined || metric !== "cosine") return vector;
    const norm = normOf(vector);
    return norm < normMin ? undefined : vector.map((x) => x / norm);
  }

  async exact(targets: readonly ProbeTarget[], limit: number): Promise<readonly Nearest[]> {
    using seen = this.#rows?.acquire();
    const found = await this.#searches.exact(this.#request(targets, limit + 1, seen));
    return found.map((nearest, i) => without(nearest, targets[i]?.own, limit));
  }

  async walk(
    targets: readonly ProbeTarget[],
    limit: number,
    beam: Beam,
  ): Promise<readonly Nearest[]> {
    using seen = this.#rows?.acquire();
    const plan = this.#graphs.plan;
    const request = this.#request(targets, limit, seen);
    const walked = plan && (await this.#searches.walk({ request, plan, beam }));
    // Where a search would look at everything instead, this is what it finds.
    const found = walked ?? (await this.#searches.exact(this.#request(targets, limit + 1, seen)));
    return found.map((one, i) => without(one, targets[i]?.own, limit));
  }

  /** Copies of those that are there. */
  async #vectorsOf(ordinals: readonly number[]): Promise<Map<number, Float32Array>> {
    using seen = this.#rows?.acquire();
    const vectors = new Map<number, Float32Array>();
    if (seen === undefined) {
      for (const ordinal of ordinals) {
        const vector = this.#slots.vectorOf(ordinal);
        if (vector !== undefined) vectors.set(ordinal, vector);
      }
      return vectors;
    }
    const there = ordinals.filter((ordinal) => this.#slots.livedAt(ordinal, seen.sequence));
    const length = this.#slots.dimension * 4;
    const bytes = new Uint8Array(there.length * length);
    await seen.source.read(Float64Array.from(there), bytes);
    for (const [i, ordinal] of there.entries()) {
      vectors.set(ordinal, vectorFromBytes(bytes.subarray(i * length, (i + 1) * length)));
    }
    return vectors;
  }

  #request(targets: readonly ProbeTarget[], limit: number, seen?: SeenRows): IndexSearch {
    const { metric } = this.#graphs;
    const vectors = targets.map(({ vector }) => vector);
    const own = targets.map((target) => target.own);
    const { sequence = Number.MAX_VALUE, source } = seen ?? {};
    return { targets: vectors, own, metric, limit, sequence, source, isBackground: true };
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
