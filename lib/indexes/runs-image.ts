import * as layout from "../kernels/layout.js";
import { AhnlichError } from "../model/errors.js";
import type { Run, Slots } from "./slots.js";
import { floatsKind, type SlotImage, type SlotSection } from "./vector-index.js";

/** The slots of an exact index: those of one run after the other. */
export class RunsImage implements SlotImage {
  readonly sections: readonly SlotSection[];
  readonly #slots: Slots;
  /** The run that was asked for last, and its first slot. */
  #last = { number: 0, first: 0 };

  constructor(slots: Slots) {
    this.#slots = slots;
    this.sections = [
      { kind: normsKind, bytesPerSlot: 4 },
      { kind: floatsKind, bytesPerSlot: slots.stride },
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
    const { words, doubles } = run.place.arena;
    const at = (field: number): number => words[(run.place.address + field) >>> 2] / 8 + index;
    const start = at(layout.runOrdinals);
    const ordinals = new Float64Array(doubles.subarray(start, start + count));
    const born = at(layout.runBorn);
    const died = at(layout.runDied);
    for (let i = 0; i < count; i++) {
      const isUsed = doubles[born + i] !== Number.POSITIVE_INFINITY;
      if (!isUsed || doubles[died + i] !== Number.POSITIVE_INFINITY) ordinals[i] = 0;
    }
    return ordinals;
  }

  view(section: number, first: number, count: number): Uint8Array {
    const { run, index } = this.#find(first);
    const { arena, address } = run.place;
    const { kind, bytesPerSlot } = this.sections[section] as SlotSection;
    const start = kind === normsKind ? layout.runNorms : layout.runVectors;
    const at = arena.words[(address + start) >>> 2] + index * bytesPerSlot;
    return arena.bytes.subarray(at, at + count * bytesPerSlot);
  }

  lay(slots: number): void {
    this.#slots.lay(slots);
  }

  take(first: number, ordinals: Float64Array): void {
    const { run, index } = this.#find(first);
    this.#slots.take(run, index, ordinals);
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

/** The kind of the section with the norms, as the kernels want them: float32. */
const normsKind = 1;
