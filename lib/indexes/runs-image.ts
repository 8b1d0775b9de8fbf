import * as layout from "../kernels/layout.js";
import { AhnlichError } from "../model/errors.js";
import { ComingRows } from "./coming-rows.js";
import type { GraphLinks } from "./graph-links.js";
import type { Run } from "./run.js";
import type { Slots } from "./slots.js";
import {
  floatsKind,
  type Laying,
  recordsKind,
  type SlotImage,
  type SlotSection,
  type VectorBlock,
} from "./vector-index.js";

/** The slots of an exact index: those of one run after the other. */
export class RunsImage implements SlotImage {
  readonly sections: readonly ImageSection[];
  readonly links: GraphLinks;
  readonly #slots: Slots;
  readonly #coming: ComingRows;
  /** The run that was asked for last, and its first slot. */
  #last = { number: 0, first: 0 };

  constructor(slots: Slots, links: GraphLinks) {
    this.#slots = slots;
    this.links = links;
    this.#coming = new ComingRows(slots);
    const { stride, recordStride } = slots.sizes;
    this.sections = [
      { kind: recordsKind, bytesPerSlot: recordStride, field: layout.runRecords },
      ...(slots.keepsRows
        ? [{ kind: floatsKind, bytesPerSlot: stride, field: layout.runRows }]
        : []),
    ];
  }

  get used(): number {
    return this.#slots.runs.reduce((used, run) => used + run.used, 0);
  }

  pieceAt(slot: number): number {
    const { run, index } = this.#find(slot);
    return run.capacity - index;
  }

  ordinals(first: number, count: number): Float64Array<ArrayBuffer> {
    const { run, index } = this.#find(first);
    const ordinals = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const isUsed = run.bornAt(index + i) !== Number.POSITIVE_INFINITY;
      const lives = isUsed && run.diedAt(index + i) === Number.POSITIVE_INFINITY;
      if (lives) ordinals[i] = run.ordinalOf(index + i);
    }
    return ordinals;
  }

  view(section: number, first: number, count: number): Uint8Array {
    const { run, index } = this.#find(first);
    const { length } = this.sections;
    if (section >= length) return this.links.view(section - length, run, index, count);
    const { field, bytesPerSlot } = this.sections[section] as ImageSection;
    const at = run.placeOf(field, index, bytesPerSlot);
    return run.arena.bytes.subarray(at, at + count * bytesPerSlot);
  }

  get hasRows(): boolean {
    return this.#slots.hasRows;
  }

  lay(slots: number, { rowsLater = false }: Laying = {}): void {
    this.#slots.lay(slots, rowsLater);
  }

  putRows(block: VectorBlock): void {
    this.#coming.put(block);
  }

  lacking(): Iterable<number | undefined> {
    return this.#coming.lacking();
  }

  giveRows(slots: number): void {
    this.#slots.giveRows(slots);
  }

  take(first: number, ordinals: Float64Array): void {
    const { run, index } = this.#find(first);
    this.#slots.take(run, index, ordinals);
  }

  drop(first: number, count: number): void {
    const { run, index } = this.#find(first);
    this.#slots.drop(run, index, count);
  }

  #find(slot: number): { run: Run; index: number } {
    const { runs } = this.#slots;
    if (slot < this.#last.first) this.#last = { number: 0, first: 0 };
    let { number, first } = this.#last;
    for (; number < runs.length; number++) {
      const { capacity } = runs[number] as Run;
      if (slot < first + capacity) {
        this.#last = { number, first };
        return { run: runs[number] as Run, index: slot - first };
      }
      first += capacity;
    }
    throw new AhnlichError("INTERNAL", `there is no slot ${slot}`);
  }
}

/** Whoever changes what one of them says gives it another kind: files with the former one are not read then. */
interface ImageSection extends SlotSection {
  /** In which field of a run's header it is said where it begins. */
  readonly field: number;
}
