import { setTimeout as sleep } from "node:timers/promises";
import type { Beam } from "./beam.js";
import { Calibration } from "./calibration.js";
import type { IndexProbe } from "./index-probe.js";
import { QueryReservoir } from "./query-reservoir.js";
import { StudyWork } from "./study-work.js";
import { measureTightness } from "./tightness.js";

/** Knows which beam gives which recall in one index, and measures that anew in the background as the index changes. */
export class RecallKeeper {
  readonly #probe: IndexProbe;
  readonly #queries: QueryReservoir;
  #calibration: Calibration;
  #keepsQueries = true;
  #isClosed = false;
  #stopping = new AbortController();
  #checkedAt = 0;
  #asked = 0;
  #measured = 0;
  #working: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** What is being measured has changed meanwhile. */
  #hasToLook = false;

  constructor(dimension: number, probe: IndexProbe) {
    this.#probe = probe;
    this.#queries = new QueryReservoir(dimension);
    this.#calibration = new Calibration(this.#queries);
  }

  get bytes(): number {
    return this.#queries.bytes;
  }

  /** Whether a sample of the queries that come is kept; when it no longer is, all that came of them is dropped. */
  get keepsQueries(): boolean {
    return this.#keepsQueries;
  }

  set keepsQueries(keeps: boolean) {
    this.#keepsQueries = keeps;
    if (keeps) return;
    this.#stopping.abort();
    this.#stopping = new AbortController();
    if (this.#isClosed) this.#stopping.abort();
    this.#calibration.forgetQueries();
    this.#checkedAt = 0;
  }

  /** The recall that searches of the usual limit have at present, where that is known. */
  get standing(): number | undefined {
    return this.#calibration.estimate(10)?.recall;
  }

  /** How often it was measured here. */
  get measured(): number {
    return this.#measured;
  }

  /** What is known, for another keeper of the same vectors; empty where nothing is. */
  note(): Uint8Array {
    if (!this.#calibration.isKnown) return new Uint8Array(0);
    const measured = this.#calibration.toBytes(this.#probe.changed);
    const note = new Uint8Array(tightnessBytes + measured.length);
    new DataView(note.buffer).setFloat64(0, this.#probe.tightness, true);
    note.set(measured, tightnessBytes);
    return note;
  }

  /** Knows what another one knew, whatever the bytes are; until it is due, nothing needs to be measured. */
  takeNote(note: Uint8Array): void {
    if (this.#calibration.isKnown || this.#working !== undefined) return;
    if (note.length < tightnessBytes) return;
    const measured = note.subarray(tightnessBytes);
    const view = new DataView(note.buffer, note.byteOffset, tightnessBytes);
    const tightness = view.getFloat64(0, true);
    if (!(tightness > 0)) return;
    this.#probe.tightness = tightness;
    this.#calibration = Calibration.fromBytes(measured, this.#queries);
    if (!this.#keepsQueries) this.#calibration.forgetQueries();
  }

  /** Queries came. */
  offer(targets: readonly Float32Array[]): void {
    if (!this.#keepsQueries) return;
    for (const target of targets) this.#queries.offer(target);
  }

  /** Undefined where no beam is known to give that recall; then it is measured soon. */
  beamFor(limit: number, recall: number): Beam | undefined {
    const beam = this.#calibration.beamFor(limit, recall, this.#probe.size);
    if (beam === undefined || ++this.#asked % askedPerLook === 0) this.#plan();
    return beam;
  }

  /** The distances that a search with such a beam is expected to compute, where that is known. */
  costOf(limit: number, beam: Beam): number | undefined {
    return this.#calibration.costOf(limit, beam);
  }

  /** Searches find another share than before: where it was measured, it is soon measured again. */
  look(): void {
    this.#hasToLook = this.#working !== undefined;
    if (this.#calibration.isKnown) this.#plan();
  }

  /** Settles when nothing is left to be measured now. */
  async settled(): Promise<void> {
    await this.#working;
    if (!this.#isClosed && this.#isDue) await this.#begin();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#isClosed = true;
    this.#stopping.abort();
  }

  get #isDue(): boolean {
    const { isReady, size, changed } = this.#probe;
    return isReady && this.#calibration.isDue(size, changed);
  }

  get #mayHaveDrifted(): boolean {
    return this.#queries.arrived - this.#checkedAt >= queriesPerCheck;
  }

  #plan(): void {
    if (this.#working !== undefined || this.#timer !== undefined) return;
    if (this.#isClosed || !(this.#mayHaveDrifted || this.#isDue)) return;
    this.#timer = setTimeout(() => void this.#begin(), delayMs);
    this.#timer.unref();
  }

  #begin(): Promise<void> {
    clearTimeout(this.#timer);
    this.#working ??= this.#measure().finally(() => {
      this.#working = undefined;
      this.#timer = undefined;
      if (this.#hasToLook) this.look();
    });
    return this.#working;
  }

  /** Where walks are to end much earlier or later than before, what was measured of them is not known any more. */
  async #tighten(signal: AbortSignal): Promise<void> {
    const former = this.#probe.tightness;
    this.#probe.tightness = Number.POSITIVE_INFINITY;
    let tightness = former;
    try {
      tightness = await measureTightness(this.#probe, new StudyWork({ signal }), Math.random);
    } finally {
      this.#probe.tightness = former;
    }
    if (tightness === former || Math.abs(Math.log(tightness / former)) < alike) return;
    this.#probe.tightness = tightness;
    this.#calibration = new Calibration(this.#queries);
  }

  /** Never rejects: until it is known, searches look at everything. */
  async #measure(): Promise<void> {
    const { signal } = this.#stopping;
    try {
      if (this.#mayHaveDrifted && this.#probe.isReady) {
        this.#checkedAt = this.#queries.arrived;
        await this.#calibration.checkDrift(this.#probe, { signal });
      }
      if (this.#isDue) {
        await this.#tighten(signal);
        // Before links are as good as they will be, it is soon measured again.
        const most = this.#probe.isRefined ? workMax : workMax / 10;
        await this.#calibration.calibrate(this.#probe, { signal, workMax: most });
        this.#measured++;
      }
    } catch {
      // Closed, or more is asked of the index than it can do now: what was known stays, and it is tried again.
      if (!signal.aborted) await sleep(againMs, undefined, { ref: false });
    }
  }
}

const tightnessBytes = 8;
/** Walks of one tightness cost hardly less than those of another that is this near, on the logarithm. */
const alike = 0.3;
const delayMs = 50;
const againMs = 1_000;
/** Searches from one look at what is due to the next. */
const askedPerLook = 64;
const queriesPerCheck = 16_384;
/** Distances, a minute of one thread at most. */
const workMax = 2e9;
