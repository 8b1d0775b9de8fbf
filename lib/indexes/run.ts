import type { Arena } from "../kernels/arena.js";
import type { Arenas, Place } from "../kernels/arenas.js";
import { Extents } from "../kernels/extents.js";
import * as layout from "../kernels/layout.js";

/** What a vector of one dimension takes. */
export interface SlotSizes {
  readonly dimension: number;
  /** Bytes from one float32 row to the next. */
  readonly stride: number;
  /** Bytes from one record to the next. */
  readonly recordStride: number;
}

/**
 * Slots one after the other, in two places of one memory: what is scanned, and the float32 rows where these are kept.
 * Their blocks are numbered on from those of the run before.
 */
export class Run {
  readonly arena: Arena;
  /** What the kernels know it by. */
  readonly address: number;
  readonly capacity: number;
  readonly firstBlock: number;
  readonly keepsRows: boolean;
  /** Bytes of its places. */
  readonly bytes: number;
  /** What they are, or would be with rows: there are as many slots either way. */
  readonly wholeBytes: number;
  /** Slots that were used so far, dead ones included. */
  used = 0;
  #hasRows = true;
  readonly #places: readonly Place[];
  readonly #rows: number;
  readonly #stride: number;
  readonly #born: number;
  readonly #died: number;
  readonly #ordinals: number;

  /** An empty one of about `bytes` if it has rows. @throws LIMIT_EXCEEDED, CLOSED */
  constructor(
    arenas: Arenas,
    sizes: SlotSizes,
    bytes: number,
    { firstBlock, keepsRows }: RunOptions,
  ) {
    const { stride, recordStride } = sizes;
    const slot = scannedBytes(sizes);
    const wanted = Math.max(1, Math.floor((bytes - layout.runOverhead) / (slot + stride)));
    const scanned = Extents.sizeFor(layout.runOverhead + wanted * slot);
    const rowBytes = Extents.sizeFor(wanted * stride);
    const [place, rows] = arenas.takeTogether(keepsRows ? [scanned, rowBytes] : [scanned]);
    const { arena, address } = place;
    this.arena = arena;
    this.address = address;
    const scannable = Math.floor((scanned - layout.runOverhead) / slot);
    this.capacity = Math.min(scannable, Math.floor(rowBytes / stride));
    this.firstBlock = firstBlock;
    this.keepsRows = keepsRows;
    this.wholeBytes = place.bytes + rowBytes;
    this.bytes = place.bytes + (rows?.bytes ?? 0);
    this.#places = rows === undefined ? [place] : [place, rows];
    this.#rows = rows?.address ?? 0;
    arena.kernels.layRun(address, this.#rows, this.capacity, stride, recordStride);
    this.#stride = stride;
    this.#born = this.#field(layout.runBorn);
    this.#died = this.#field(layout.runDied);
    this.#ordinals = this.#field(layout.runOrdinals);
    if (!keepsRows) this.hasRows = false;
  }

  get blocks(): number {
    return Math.ceil(this.capacity / layout.blockSlots);
  }

  /** Whether the rows of all its slots are where they belong, so that searches read them. */
  get hasRows(): boolean {
    return this.#hasRows;
  }

  /** False before anything of it is seen, and true once all rows are there. */
  set hasRows(hasRows: boolean) {
    this.#hasRows = hasRows;
    // Whichever thread sees it sees the rows, which were written before.
    Atomics.store(this.arena.words, (this.address + layout.runHasRows) >>> 2, hasRows ? 1 : 0);
  }

  /** Where the float32 row of a slot is. */
  rowAt(index: number): number {
    return this.#rows + index * this.#stride;
  }

  /**
   * Of a run that has no rows: those from `index` on are encoded from there next. No search looks for rows in such a
   * run, and kernels add up addresses modulo 2^32.
   */
  lendRows(address: number, index: number): void {
    const rows = address - index * this.#stride;
    this.arena.words[(this.address + layout.runRows) >>> 2] = rows >>> 0;
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

  /** Whether something lives there. */
  holds(index: number): boolean {
    const lives = this.diedAt(index) === Number.POSITIVE_INFINITY;
    return lives && this.bornAt(index) !== Number.POSITIVE_INFINITY;
  }

  /** Calls with those of `count` slots in which something lives, in order. */
  forEachHeld(first: number, count: number, visit: (index: number) => void): void {
    const { doubles } = this.arena;
    const born = this.#born / 8;
    const died = this.#died / 8;
    for (let index = first; index < first + count; index++) {
      if (doubles[died + index] !== Number.POSITIVE_INFINITY) continue;
      if (doubles[born + index] !== Number.POSITIVE_INFINITY) visit(index);
    }
  }

  /**
   * Slots that were used before this memory had them, and that no search has seen, are those of these ordinals, born
   * before every search; of 0 there is nothing.
   */
  take(first: number, ordinals: Float64Array): void {
    const { doubles } = this.arena;
    const born = this.#born / 8;
    const end = first + ordinals.length;
    const blocks = this.#field(layout.runBlocks);
    const setLastBirth = (index: number, time: number): void => {
      const header = blocks + Math.floor(index / layout.blockSlots) * layout.blockBytes;
      doubles[(header + layout.blockBorn) / 8] = time;
    };
    this.setOrdinals(first, ordinals);
    doubles.fill(0, born + first, born + end);
    for (let at = first & ~(layout.blockSlots - 1); at < end; at += layout.blockSlots) {
      // Of a block in which one is not born every slot is looked at.
      const next = Math.min(at + layout.blockSlots, this.capacity);
      const isWhole = at >= first && next <= end;
      setLastBirth(at, isWhole ? 0 : this.#lastBirth(at, next));
    }
    for (let i = ordinals.indexOf(0); i >= 0; i = ordinals.indexOf(0, i + 1)) {
      doubles[born + first + i] = Number.POSITIVE_INFINITY;
      setLastBirth(first + i, Number.POSITIVE_INFINITY);
    }
  }

  /** Where a field of a slot is, of which a slot has so many bytes. */
  placeOf(field: number, index: number, bytesPerSlot: number): number {
    return this.#field(field) + index * bytesPerSlot;
  }

  give(arenas: Arenas): void {
    for (const place of this.#places) arenas.give(place);
  }

  #lastBirth(from: number, to: number): number {
    let last = 0;
    for (let index = from; index < to; index++) last = Math.max(last, this.bornAt(index));
    return last;
  }

  #field(field: number): number {
    return this.arena.words[(this.address + field) >>> 2];
  }
}

export interface RunOptions {
  readonly firstBlock: number;
  /** Whether the float32 rows of its slots are in memory, or may come there. */
  readonly keepsRows: boolean;
}

/** A run is as large as all before it together, up to this. */
export const runBytesMax: number = 4 * 1024 * 1024;

export function sizesOf(dimension: number): SlotSizes {
  const stride = Math.ceil(dimension / 4) * 16;
  return { dimension, stride, recordStride: layout.recordCode + Math.ceil(dimension / 16) * 16 };
}

/** What a run is asked for that is to have room for so many slots. */
export function bytesForSlots(sizes: SlotSizes, slots: number): number {
  return layout.runOverhead + Math.ceil(slots * (scannedBytes(sizes) + sizes.stride));
}

/** Bytes that one vector takes, its share of the headers included. */
export function bytesPerVector(dimension: number): number {
  return bytesPerSlot(sizesOf(dimension), true);
}

/** The same of one whose float32 row may be elsewhere. */
export function bytesPerSlot(sizes: SlotSizes, keepsRows: boolean): number {
  return Math.ceil(scannedBytes(sizes) + (keepsRows ? sizes.stride : 0));
}

/** All of a slot but its float32 row. */
function scannedBytes({ recordStride }: SlotSizes): number {
  return recordStride + layout.slotBytes + layout.blockBytes / layout.blockSlots;
}
