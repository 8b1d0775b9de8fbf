import type { Metric } from "../model/metric.js";
import type { Arena } from "./arena.js";
import { noMemory } from "./arenas.js";
import type { Job } from "./job.js";
import * as layout from "./layout.js";
import { metricCodes } from "./metric-codes.js";
import { wishStop } from "./slice-wish.js";
import type { Walk, Walks } from "./walks.js";

/** Some blocks of one arena. */
export interface JobVectors {
  readonly arena: Arena;
  readonly dimension: number;
  /** Bytes from one float32 row to the next. */
  readonly stride: number;
  /** Of four words each: spans, or picks where `picked` (layout.ts). */
  readonly units: Uint32Array;
  readonly picked: boolean;
  /** The most rows that those units have. */
  readonly rows: number;
}

/** A walk through a graph of the same memory, which finds most of the nearest of those that the units leave out. */
export interface JobWalk {
  readonly graph: number;
  readonly walks: Walks;
  /** How many slots the graph may lead to. */
  readonly reach: number;
  /** What its pool keeps, at least `limit`. */
  readonly width: number;
  /** It ends where all that is left is farther than the nearest `nth`, `limit` where absent, by more than this. */
  readonly slack: number;
  readonly nth?: number | undefined;
  /** Only some slots are found, though it goes through all. */
  readonly bits?: SlotBits | undefined;
  /** Of each target a slot of the graph that is passed over, as if it was not there; -1: none. */
  readonly hidden?: readonly number[] | undefined;
}

/** Some slots of a graph: those whose bits are set, or all others. */
export interface SlotBits {
  /** A bit for each, the lowest first; slots beyond the last word have none. */
  readonly words: Uint32Array;
  readonly areExcluded: boolean;
}

/** What a job is about: some targets against some vectors. */
export interface JobRequest {
  readonly vectors: JobVectors;
  readonly targets: readonly Float32Array[];
  readonly metric: Metric;
  readonly limit: number;
  readonly maxDistance: number;
  readonly sequence: number;
  readonly walk?: JobWalk | undefined;
}

/** The nearest of one target: by distance, then ordinal. */
export interface JobResult {
  /** How many the walk found, infinity where there was none: fewer than `limit` if it came to too many not seen. */
  readonly found: number;
  /** Where in the pool of the walk the first `limit` of those were on average, from 1 on; 0 where it found none. */
  readonly meanPlace: number;
  readonly ordinals: Float64Array;
  readonly distances: Float64Array;
  /** `exact`: all that there was to compare has been. */
  readonly plan: "exact" | "graph";
  /** Vectors that were compared with the target. */
  readonly examined: number;
}

/**
 * A search under way in the shared memory. Any thread can take it a step further, one at a time; this side
 * makes it, enlarges what is too small, reads the results and gives the memory back.
 */
export class SearchJob implements Job {
  readonly arena: Arena;
  readonly address: number;
  readonly #targets: number;
  readonly #targetCount: number;
  readonly dimension: number;
  readonly #stride: number;
  /** Extents held: the job's own, then areas that were moved to a larger place. */
  readonly #held = new Map<number, number>();
  readonly #limit: number;
  readonly #walks: Walks | undefined;
  #walk: Walk | undefined;

  /** @throws LIMIT_EXCEEDED when there is no memory for it. */
  constructor(request: JobRequest) {
    const { vectors, targets, limit } = request;
    const { arena, stride, units, rows } = vectors;
    const capacity = capacityFor(limit, rows);
    const fixed = layout.jobBytes + targets.length * layout.targetBytes + units.length * 4;
    const aligned = Math.ceil(fixed / 16) * 16;
    const bytes = aligned + targets.length * bytesPerTarget(stride, capacity);
    this.arena = arena;
    this.address = this.#allocate(bytes);
    this.#targetCount = targets.length;
    this.#limit = limit;
    this.dimension = vectors.dimension;
    this.#stride = stride;
    const unitsAt = this.address + layout.jobBytes;
    this.#targets = unitsAt + units.length * 4;
    this.#writeHeader(request, unitsAt);
    arena.words.set(units, unitsAt >>> 2);
    this.#writeTargets(request, this.address + aligned, capacity);
    this.#walks = request.walk?.walks;
    if (request.walk !== undefined) this.#beginWalk(request.walk, limit);
    arena.kernels.prepare(this.address);
  }

  /** What a job of so many targets takes, roughly: to choose how many go together. */
  static bytesPerTarget(stride: number, limit: number, rows: number): number {
    return bytesPerTarget(stride, capacityFor(limit, rows));
  }

  /** What is taken of a walk beyond the nearest asked for, since codes do not tell their order quite. */
  static extraFor(limit: number): number {
    return 4 + (limit >> 3);
  }

  /** One step: some 50 to 150 microseconds. */
  advance(): number {
    return this.arena.kernels.advance(this.address, stepBudget);
  }

  /** Whoever is at it stops after its step. */
  stop(): void {
    wishStop(this.arena.words, this.address);
  }

  /** Of a job with one target that nobody has begun: what lies beyond this key is too far. */
  cutAt(key: number): void {
    const { floats } = this.arena;
    const at = (this.#target(0) + layout.targetCut) >>> 2;
    floats[at] = Math.min(floats[at], key);
  }

  /** Of a job with one target that wants rows: whether it only does because all slots were looked at. */
  get hasScanned(): boolean {
    return this.arena.words[(this.address + layout.jobPhase) >>> 2] === layout.finishing;
  }

  /** Calls with each candidate of its one target: the bounds of its key, and its place in its run. */
  forEachCandidate(visit: (lower: number, upper: number, index: number) => void): void {
    const { words, floats } = this.arena;
    const target = this.#target(0);
    const count = words[(target + layout.targetCount) >>> 2];
    let at = words[(target + layout.targetArea) >>> 2] >>> 2;
    for (let i = 0; i < count; i++, at += layout.candidateBytes / 4) {
      const index = words[at + layout.candidateIndex / 4];
      visit(floats[at], floats[at + layout.candidateUpper / 4], index);
    }
  }

  /** Doubles the area that a hungry job lacks. @throws LIMIT_EXCEEDED */
  feed(): void {
    const { words } = this.arena;
    const target = this.#target(words[(this.address + layout.jobTarget) >>> 2]);
    const area = words[(target + layout.targetArea) >>> 2];
    const capacity = words[(target + layout.targetCapacity) >>> 2];
    const bytes = capacity * layout.candidateBytes;
    const larger = this.#allocate(bytes * 2);
    this.arena.kernels.move(larger, area, bytes);
    this.arena.words[(target + layout.targetArea) >>> 2] = larger;
    this.arena.words[(target + layout.targetCapacity) >>> 2] = capacity * 2;
    const held = this.#held.get(area);
    if (held === undefined) return;
    this.#held.delete(area);
    this.arena.scratch.give(area, held);
  }

  /** The ordinals whose rows a wanting job wants. */
  wanted(): Float64Array {
    const { words, doubles } = this.arena;
    const field = (name: number): number => words[(this.address + name) >>> 2];
    const area = words[(this.#target(field(layout.jobTarget)) + layout.targetArea) >>> 2];
    const ordinals = new Float64Array(field(layout.jobWantedCount));
    let candidate = area + field(layout.jobWantedFrom) * layout.candidateBytes;
    for (let i = 0; i < ordinals.length; i++, candidate += layout.candidateBytes) {
      const run = words[(candidate + layout.candidateRun) >>> 2];
      const index = words[(candidate + layout.candidateIndex) >>> 2];
      ordinals[i] = doubles[words[(run + layout.runOrdinals) >>> 2] / 8 + index];
    }
    return ordinals;
  }

  /** Copies those rows: little-endian float32s, one after the other. @throws LIMIT_EXCEEDED */
  lend(rows: Uint8Array): void {
    const at = (name: number): number => (this.address + name) >>> 2;
    const { [at(layout.jobLentMax)]: max, [at(layout.jobLent)]: former } = this.arena.words;
    const lent = former === 0 ? this.#allocate(max * this.#stride) : former;
    const { bytes, words } = this.arena;
    if (former === 0) bytes.fill(0, lent, lent + max * this.#stride);
    const rowBytes = this.dimension * 4;
    for (let from = 0, to = lent; from < rows.length; from += rowBytes, to += this.#stride) {
      bytes.set(rows.subarray(from, from + rowBytes), to);
    }
    words[at(layout.jobLent)] = lent;
    words[at(layout.jobLentCount)] = rows.length / rowBytes;
  }

  /** Of a finished job, one for each target. */
  results(): JobResult[] {
    const { words, doubles } = this.arena;
    const results: JobResult[] = [];
    const examined = words[(this.address + layout.jobExamined) >>> 2];
    const numbers = this.#roomForResults();
    for (let i = 0, used = 0; i < this.#targetCount; i++) {
      const target = this.#target(i);
      const count = words[(target + layout.targetCount) >>> 2];
      const distances = numbers.subarray(used, used + count);
      const ordinals = numbers.subarray(used + count, used + 2 * count);
      used += 2 * count;
      let at = words[(target + layout.targetArea) >>> 2] / 8;
      for (let j = 0; j < count; j++, at += 2) {
        distances[j] = doubles[at];
        ordinals[j] = doubles[at + 1];
      }
      const walk = this.#walk !== undefined;
      const found = walk ? words[(target + layout.targetFound) >>> 2] : Number.POSITIVE_INFINITY;
      const counted = Math.max(1, Math.min(found, this.#limit));
      const meanPlace = words[(target + layout.targetPlaces) >>> 2] / counted;
      const walked = words[(target + layout.targetExamined) >>> 2];
      const plan = walk ? "graph" : "exact";
      results.push({ ordinals, distances, found, meanPlace, plan, examined: examined + walked });
    }
    return results;
  }

  /** In one piece: an allocation for each of them would cost more than what is copied. */
  #roomForResults(): Float64Array {
    const { words } = this.arena;
    let count = 0;
    for (let i = 0; i < this.#targetCount; i++) {
      count += words[(this.#target(i) + layout.targetCount) >>> 2];
    }
    return new Float64Array(2 * count);
  }

  /** Gives its memory back; nobody is at it any more. */
  free(): void {
    for (const [address, bytes] of this.#held) this.arena.scratch.give(address, bytes);
    this.#held.clear();
    if (this.#walk !== undefined) this.#walks?.give(this.#walk);
    this.#walk = undefined;
  }

  #allocate(bytes: number): number {
    const address = this.arena.scratch.take(bytes);
    if (address === undefined) {
      this.free();
      throw noMemory(bytes);
    }
    this.#held.set(address, bytes);
    return address;
  }

  /** @throws LIMIT_EXCEEDED */
  #beginWalk(walk: JobWalk, limit: number): void {
    const { graph, walks, reach, width, slack, nth = limit, bits, hidden } = walk;
    try {
      this.#walk = walks.take(reach, width);
      if (bits !== undefined) this.#layBits(bits, reach);
    } catch (error) {
      this.free();
      throw error;
    }
    const { words, floats } = this.arena;
    words[(this.address + layout.jobGraph) >>> 2] = graph;
    words[(this.address + layout.jobWalk) >>> 2] = this.#walk.address;
    for (const [i, slot] of hidden?.entries() ?? []) {
      words[(this.#target(i) + layout.targetHidden) >>> 2] = slot + 1;
    }
    floats[(this.address + layout.jobSlack) >>> 2] = slack;
    words[(this.address + layout.jobExtra) >>> 2] = SearchJob.extraFor(limit);
    words[(this.address + layout.jobNth) >>> 2] = nth;
  }

  /** @throws LIMIT_EXCEEDED */
  #layBits({ words: some, areExcluded }: SlotBits, reach: number): void {
    const count = Math.ceil(reach / 32);
    const at = this.#allocate(count * 4);
    const { words } = this.arena;
    const given = some.length > count ? some.subarray(0, count) : some;
    words.set(given, at >>> 2);
    words.fill(0, (at >>> 2) + given.length, (at >>> 2) + count);
    words[(this.address + layout.jobBits) >>> 2] = at;
    words[(this.address + layout.jobBitsExclude) >>> 2] = areExcluded ? 1 : 0;
  }

  #target(index: number): number {
    return this.#targets + index * layout.targetBytes;
  }

  #writeHeader(request: JobRequest, unitsAt: number): void {
    const { words, doubles } = this.arena;
    const start = this.address >>> 2;
    words.fill(0, start, start + (layout.jobBytes >>> 2));
    const { dimension, stride, units, picked } = request.vectors;
    const set = (field: number, value: number): void => {
      words[start + (field >>> 2)] = value;
    };
    set(layout.jobMetric, metricCodes[request.metric]);
    set(layout.jobDimension, dimension);
    set(layout.jobStride, stride);
    set(layout.jobLimit, request.limit);
    set(layout.jobTargets, this.#targets);
    set(layout.jobTargetCount, this.#targetCount);
    set(layout.jobUnits, unitsAt);
    set(layout.jobUnitCount, units.length >>> 2);
    set(layout.jobPicked, picked ? 1 : 0);
    set(layout.jobLentMax, lentMaxFor(request.limit, stride));
    doubles[(this.address + layout.jobSequence) / 8] = request.sequence;
    doubles[(this.address + layout.jobMaxDistance) / 8] = request.maxDistance;
  }

  #writeTargets(request: JobRequest, start: number, capacity: number): void {
    const { words, floats } = this.arena;
    const { vectors, targets } = request;
    const { stride } = vectors;
    let at = start;
    words.fill(0, this.#targets >>> 2, this.#target(targets.length) >>> 2);
    for (let i = 0; i < targets.length; i++) {
      const target = this.#target(i);
      words[(target + layout.targetGiven) >>> 2] = at;
      words[(target + layout.targetScaled) >>> 2] = at + stride;
      words[(target + layout.targetEncoded) >>> 2] = at + 2 * stride;
      words[(target + layout.targetArea) >>> 2] = at + 2 * stride + encodedBytes(stride);
      words[(target + layout.targetCapacity) >>> 2] = capacity;
      floats.set(targets[i], at >>> 2);
      at += bytesPerTarget(stride, capacity);
    }
  }
}

/**
 * Room for the nearest and as many again before they are narrowed down; a block more than there are rows is
 * always enough.
 */
function capacityFor(limit: number, rows: number): number {
  return Math.min(2 * limit + 256, rows + layout.blockSlots);
}

/** Rows that are lent at a time, a multiple of four: so many that the nearest may be among them, within bounds. */
function lentMaxFor(limit: number, stride: number): number {
  const most = Math.min(Math.max(limit, 64), lentBytesMax / stride);
  return Math.max(1, Math.ceil(most / 4)) * 4;
}

/** The target as it is given, scaled and encoded, and the area of its candidates. */
function bytesPerTarget(stride: number, capacity: number): number {
  return 2 * stride + encodedBytes(stride) + capacity * layout.candidateBytes;
}

/** Two bytes for each number of a row, padded to 16 numbers. */
function encodedBytes(stride: number): number {
  return Math.ceil(stride / 64) * 32;
}

const lentBytesMax = 256 * 1024;

/** Multiplications of one step. */
const stepBudget = 512 * 1024;
