import type { Beam } from "./beam.js";
import { calibrationFromBytes, calibrationToBytes } from "./calibration-bytes.js";
import type { LimitCurves } from "./limit-curves.js";
import {
  beamBetween,
  limitsAround,
  type MeasuredLimit,
  measuredLimits,
  type RecallEstimate,
  type RecallSource,
} from "./measured-limits.js";
import type { Probe, ProbeTarget } from "./probe.js";
import type { QueryReservoir } from "./query-reservoir.js";
import { studyRecall } from "./recall-study.js";
import { RecallTrial } from "./recall-trial.js";
import { RecallTruths } from "./recall-truths.js";
import { studyStored } from "./stored-study.js";
import { StudyWork, type WorkOptions } from "./study-work.js";

/**
 * Which beam gives the recall that a search asks for, in the mean over its queries: measured against exact search, with
 * the queries that came where there are enough of them, else with such as could come. Only limits that were asked
 * for are measured, and 10.
 */
export class Calibration {
  /** Where the queries that come are to be offered; undefined: they are never searched for. */
  readonly queries: QueryReservoir | undefined;
  readonly #measured = new Map<number, MeasuredLimit>();
  readonly #asked = new Set([10]);
  /** How many queries had come when it was last measured with such. */
  #arrived = 0;
  #hasDrifted = false;
  /** What was told last: most searches ask for the same again. */
  #told: ToldBeam | undefined;

  constructor(queries?: QueryReservoir) {
    this.queries = queries;
  }

  /**
   * The cheapest beam that reaches this recall; undefined: search exactly, since the recall is 1, no beam reaches it,
   * or searches like this one were not measured yet. Where the index, now of this size, has grown since, the beam is
   * wider than what was measured, by a guess on the safe side; past four times the size nothing is known.
   */
  beamFor(limit: number, recall: number, size = 0): Beam | undefined {
    const told = this.#told;
    if (told?.limit === limit && told.recall === recall && told.size === size) return told.beam;
    const beam = this.#findBeam(limit, recall, size);
    this.#told = { limit, recall, size, beam, cost: beam && this.#findCost(limit, beam) };
    return beam;
  }

  #findBeam(limit: number, recall: number, size: number): Beam | undefined {
    const around = limitsAround(limit);
    if (around === undefined || !(recall < 1)) return undefined;
    this.#asked.add(around.lower).add(around.upper);
    const [lower, upper] = [this.#measured.get(around.lower), this.#measured.get(around.upper)];
    if (upper === undefined) return undefined;
    const measured = Math.min(upper.size, lower?.size ?? upper.size);
    if (size > growthMax * measured) return undefined;
    const beam = beamBetween(limit, lower?.curves, upper.curves, recall);
    if (beam === undefined || size <= measured) return beam;
    return { width: Math.ceil(beam.width * Math.sqrt(size / measured)), slack: beam.slack };
  }

  /** What searches of this limit and recall find and cost at present; undefined where they have no beam. */
  estimate(limit: number, recall = 0.95): RecallEstimate | undefined {
    const upper = this.#measured.get(limitsAround(limit)?.upper ?? 0);
    const beam = recall < 1 ? upper?.curves.beamFor(recall) : undefined;
    if (upper === undefined || beam === undefined) return undefined;
    const { curves, source } = upper;
    return { ...curves.expect(beam), source, searches: curves.widths.rungs[0].queries };
  }

  /** The distances that a search with such a beam is expected to compute; undefined where that limit has none. */
  costOf(limit: number, beam: Beam): number | undefined {
    const told = this.#told;
    if (told?.limit === limit && told.beam === beam) return told.cost;
    return this.#findCost(limit, beam);
  }

  #findCost(limit: number, { width, slack }: Beam): number | undefined {
    const curves = this.#measured.get(limitsAround(limit)?.upper ?? 0)?.curves;
    if (curves === undefined) return undefined;
    const widest = curves.widestBeam.width;
    return curves.expect({ width, slack }).cost * Math.max(1, width / widest);
  }

  /**
   * Whether it is time to measure, in an index of this size: something asked for was not measured, by a quarter of
   * the index has grown or changed since, or queries have come or turned into others.
   *
   * @param changed - entries that were written and removed so far, a count that only grows while the index is open
   */
  isDue(size: number, changed: number): boolean {
    return measuredLimits.some((limit) => this.#isLimitDue(limit, size, changed));
  }

  /**
   * Measures what is due, with what the probe finds now; until it is done, and where it fails, all stays as it was. But
   * what was never measured is known, with larger errors and more caution, after the first few hundred queries. The
   * same `random` on the same index gives the same beams.
   *
   * @throws ABORTED, what the probe throws
   */
  async calibrate(probe: Probe, options: CalibrationOptions = {}): Promise<void> {
    const { random = Math.random, bytesMax = 16 * 1024 * 1024, targetsMax = 8_192 } = options;
    const { size, changed } = probe;
    const limits = measuredLimits.filter((limit) => this.#isLimitDue(limit, size, changed));
    if (limits.length === 0) return;
    const arrived = this.queries?.arrived ?? 0;
    const source: RecallSource = this.#hasQueries ? "queries" : "store";
    const [first] = await probe.sample(1, random);
    const count = Math.min(
      targetsMax,
      Math.floor(bytesMax / (first?.vector.byteLength ?? bytesMax)),
    );
    const targets =
      source === "queries" ? this.#drawQueries(count, random) : await probe.sample(count, random);
    const keep = (all: readonly LimitCurves[]): void => {
      if (options.signal?.aborted) return;
      this.#told = undefined;
      for (const curves of all) {
        this.#measured.set(curves.limit, { curves, size, changed, source });
      }
    };
    const unknown = new Set(limits.filter((limit) => !this.#measured.has(limit)));
    const known = (all: readonly LimitCurves[]): void =>
      keep(all.filter(({ limit }) => unknown.has(limit)));
    const study = { ...options, random, known };
    if (source === "store") keep(await studyStored(probe, targets, limits, study));
    else keep(await studyRecall(probe, targets, limits, study));
    this.#hasDrifted = false;
    if (source === "queries") this.#arrived = arrived;
  }

  /**
   * Whether the queries that came since find another share than those it was measured with; then all is due. A few
   * hundred searches; false where too few came.
   *
   * @throws ABORTED, what the probe throws
   */
  async checkDrift(probe: Probe, options: CalibrationOptions = {}): Promise<boolean> {
    const { random = Math.random } = options;
    const of = [...this.#measured.values()].filter(({ source }) => source === "queries");
    const came = this.queries?.sizeAfter(this.#arrived) ?? 0;
    if (of.length === 0 || came < driftTargets || !this.#hasQueries) return false;
    const targets = this.#drawQueries(driftTargets, random, this.#arrived);
    const work = new StudyWork(options);
    const truths = new RecallTruths(
      probe,
      work,
      targets,
      of.map(({ curves }) => curves.limit),
    );
    await truths.extend(targets.length);
    for (const { curves } of of) {
      const beam = curves.beamFor(0.95) ?? curves.widestBeam;
      const trial = new RecallTrial(curves.limit, beam);
      await trial.extend(probe, work, truths, truths.known);
      const { recall, error } = curves.expect(beam);
      const bound = Math.max(driftMin, 3 * Math.hypot(error, trial.error));
      if (Math.abs(1 - trial.lost - recall) > bound) this.#hasDrifted = true;
    }
    return this.#hasDrifted;
  }

  /** Nothing of the queries that came is known any more, nor what was measured with them. */
  forgetQueries(): void {
    this.#told = undefined;
    this.queries?.clear();
    this.#arrived = 0;
    this.#hasDrifted = false;
    for (const [limit, { source }] of this.#measured) {
      if (source === "queries") this.#measured.delete(limit);
    }
  }

  /** Whether anything was measured. */
  get isKnown(): boolean {
    return this.#measured.size > 0;
  }

  /** What was measured, as bytes that `fromBytes` takes. @param changed - the index's count of changes now */
  toBytes(changed = 0): Uint8Array {
    const since = (before: number): number => (changed >= before ? changed - before : changed);
    const measured = [...this.#measured.values()].sort((a, b) => a.curves.limit - b.curves.limit);
    return calibrationToBytes(measured.map((one) => ({ ...one, changed: since(one.changed) })));
  }

  /**
   * What was measured before, of an index that counts its changes from 0 on; nothing of it where the bytes are not what
   * `toBytes` gave.
   */
  static fromBytes(bytes: Uint8Array, queries?: QueryReservoir): Calibration {
    const calibration = new Calibration(queries);
    for (const measured of calibrationFromBytes(bytes)) {
      const { curves, changed } = measured;
      calibration.#measured.set(curves.limit, { ...measured, changed: 0 - changed });
      calibration.#asked.add(curves.limit);
    }
    return calibration;
  }

  get #hasQueries(): boolean {
    return (
      this.queries !== undefined &&
      this.queries.size >= Math.min(enoughQueries, this.queries.capacity)
    );
  }

  #drawQueries(count: number, random: () => number, after = 0): readonly ProbeTarget[] {
    return (this.queries?.draw(count, random, after) ?? []).map((vector) => ({ vector }));
  }

  #isLimitDue(limit: number, size: number, changed: number): boolean {
    if (!this.#asked.has(limit) || size < Math.max(sizeMin, sizePerLimit * limit)) return false;
    const measured = this.#measured.get(limit);
    if (measured === undefined || this.#hasDrifted) return true;
    if (measured.source === "store" && this.#hasQueries) return true;
    const changes = changed >= measured.changed ? changed - measured.changed : changed;
    const quarter = measured.size / 4;
    return changes >= quarter || Math.abs(size - measured.size) >= quarter;
  }
}

interface ToldBeam {
  readonly limit: number;
  readonly recall: number;
  readonly size: number;
  readonly beam: Beam | undefined;
  readonly cost: number | undefined;
}

export interface CalibrationOptions extends WorkOptions {
  /** From 0 to below 1; decides what is searched for. */
  readonly random?: (() => number) | undefined;
  /** The most targets of one measuring, and the most bytes they take. */
  readonly targetsMax?: number | undefined;
  readonly bytesMax?: number | undefined;
}

/** With fewer, the mean of a sample says too little about those that come. */
const enoughQueries = 1_024;
const driftTargets = 256;
/** So much of recall is no drift. */
const driftMin = 0.01;
const growthMax = 4;
/** Searching fewer exactly costs next to nothing. */
const sizeMin = 256;
/** A walk for more than a quarter of all is none. */
const sizePerLimit = 4;
