import type { Arena } from "../kernels/arena.js";
import type { Arenas, Place } from "../kernels/arenas.js";
import { Extents } from "../kernels/extents.js";
import * as layout from "../kernels/layout.js";

/** What a vector of one dimension takes. */
export interface SlotSizes {
  readonly dimension: number;
  /** Bytes from one float32 row to the next. */
  readonly stride: number;
  /** Bytes from one code to the next. */
  readonly codeStride: number;
}

/**
 * Slots one after the other, in two places of one memory: what is scanned, and the float32 rows. Their blocks
 * are numbered on from those of the run before.
 */
export class Run {
  readonly arena: Arena;
  /** What the kernels know it by. */
  readonly address: number;
  readonly capacity: number;
  readonly firstBlock: number;
  /** Bytes of its places. */
  readonly bytes: number;
  /** Slots that were used so far, dead ones included. */
  used = 0;
  readonly #places: readonly Place[];
  readonly #rows: number;
  readonly #stride: number;
  readonly #born: number;
  readonly #died: number;
  readonly #ordinals: number;

  /** An empty one of about `bytes`. @throws LIMIT_EXCEEDED, CLOSED */
  constructor(arenas: Arenas, sizes: SlotSizes, bytes: number, firstBlock: number) {
    const { stride, codeStride } = sizes;
    const slot = scannedBytes(sizes);
    const wanted = multipleOfFour((bytes - layout.runOverhead) / (slot + stride));
    const scanned = Extents.sizeFor(layout.runOverhead + wanted * slot);
    const [place, rows] = arenas.takeTogether([scanned, wanted * stride]);
    const { arena, address } = place;
    this.arena = arena;
    this.address = address;
    const scannable = (scanned - layout.runOverhead) / slot;
    this.capacity = multipleOfFour(Math.min(scannable, rows.bytes / stride));
    this.firstBlock = firstBlock;
    this.bytes = place.bytes + rows.bytes;
    this.#places = [place, rows];
    arena.kernels.layRun(address, rows.address, this.capacity, stride, codeStride);
    this.#rows = rows.address;
    this.#stride = stride;
    this.#born = this.#field(layout.runBorn);
    this.#died = this.#field(layout.runDied);
    this.#ordinals = this.#field(layout.runOrdinals);
  }

  get blocks(): number {
    return Math.ceil(this.capacity / layout.blockSlots);
  }

  /** Where the float32 row of a slot is. */
  rowAt(index: number): number {
    return this.#rows + index * this.#stride;
  }

  ordinalOf(index: number): number {
    return this.arena.doubles[this.#ordinals / 8 + index];
  }

  setOrdinals(index: number, ordinals: Float64Array): void {
    this.arena.doubles.set(ordinals, this.#ordinals / 8 + index);
  }

  bornAt(index: number): number {
    return this.arena.doubles[this.#born / 8 + index];
  }

  diedAt(index: number): number {
    return this.arena.doubles[this.#died / 8 + index];
  }

  give(arenas: Arenas): void {
    for (const place of this.#places) arenas.give(place);
  }

  #field(field: number): number {
    return this.arena.words[(this.address + field) >>> 2];
  }
}

export function sizesOf(dimension: number): SlotSizes {
  const stride = Math.ceil(dimension / 4) * 16;
  return { dimension, stride, codeStride: Math.ceil(dimension / 16) * 16 };
}

/** Bytes that one vector takes, its share of the headers included. */
export function bytesPerVector(dimension: number): number {
  const sizes = sizesOf(dimension);
  return Math.ceil(scannedBytes(sizes) + sizes.stride);
}

/** The measures of four slots lie together, so all of the four belong to one run. At least 4. */
function multipleOfFour(slots: number): number {
  return Math.max(1, Math.floor(slots / 4)) * 4;
}

/** All of a slot but its float32 row. */
function scannedBytes({ codeStride }: SlotSizes): number {
  return codeStride + layout.slotBytes + layout.blockBytes / layout.blockSlots;
}
