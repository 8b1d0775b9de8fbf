import type { Arenas } from "../kernels/arenas.js";
import * as layout from "../kernels/layout.js";
import { checkDimension, littleEndian, vectorToBytes } from "../model/vector.js";
import { DeadSlots } from "./dead-slots.js";
import { OrdinalMap } from "./ordinal-map.js";
import { RowStage } from "./row-stage.js";
import { bytesPerVector, Run, runBytesMax, type SlotSizes, sizesOf } from "./run.js";
import { SlotQueue } from "./slot-queue.js";
import type { SeenVector, VectorBlock } from "./vector-index.js";

/** Is told what slots are used for. */
export interface SlotWatcher {
  /** These slots are new, or were free; some may hold nothing. */
  used(slot: number, count: number): void;
  /** No search sees what was in the slot. False where it is released later. */
  mayBeUsedAgain(slot: number): boolean;
}

/**
 * The vectors of one store, in runs of doubling size: many small stores take little, and a large one is a few
 * runs to walk through. A slot's number is that of its block times 64 and its place in it.
 */
export class Slots {
  readonly sizes: SlotSizes;
  readonly runs: Run[] = [];
  /** Through which vectors go that are kept elsewhere; undefined where float32 rows are kept here. */
  readonly #stage: RowStage | undefined;
  readonly #arenas: Arenas;
  readonly #ordinals = new OrdinalMap();
  readonly #dead = new DeadSlots();
  /** Those that may be used again, the one that was longest free first. */
  readonly #free = new SlotQueue();
  #watcher: SlotWatcher | undefined;
  /** The run that each block is in. */
  #runOfBlock = new Uint32Array(16);
  #blocks = 0;
  #laid = 0;
  /** Runs whose rows have not come. */
  #lacking = 0;
  #bytes = 0;
  /** Of its runs, as if they had rows. */
  #wholeBytes = 0;
  #size = 0;
  #changed = 0;

  constructor(arenas: Arenas, dimension: number, keepsRows: boolean = true) {
    this.#arenas = arenas;
    this.sizes = sizesOf(dimension);
    this.#stage = keepsRows ? undefined : new RowStage(arenas, this.sizes.stride);
  }

  get dimension(): number {
    return this.sizes.dimension;
  }

  get bytes(): number {
    return this.#bytes + (this.#stage?.bytes ?? 0);
  }

  /** Whether float32 rows are in memory, or come there. */
  get keepsRows(): boolean {
    return this.#stage === undefined;
  }

  /** Vectors held, but those that may be overwritten. */
  get size(): number {
    return this.#size;
  }

  /** @throws DIMENSION_MISMATCH, LIMIT_EXCEEDED; nothing is changed then */
  add(ordinal: number, vector: Float32Array | Uint8Array, born: number): void {
    if (vector.byteLength !== this.dimension * 4) {
      checkDimension(vector.byteLength / 4, this.dimension, "vector");
    }
    const reused = this.hasRows ? this.#free.shift() : undefined;
    const slot = reused ?? this.#next();
    const run = this.runOfBlock(slot >>> 6);
    const index = slot - run.firstBlock * layout.blockSlots;
    const { arena, address } = run;
    const former = reused === undefined ? 0 : run.ordinalOf(index);
    if (former !== 0) this.#ordinals.delete(former);
    const at = this.#rowsAt(run, index);
    if (!(vector instanceof Float32Array)) arena.bytes.set(vector, at);
    else if (littleEndian) arena.floats.set(vector, at >>> 2);
    else arena.bytes.set(vectorToBytes(vector), at);
    const used = (index | 63) < run.used || run.used === run.capacity;
    arena.kernels.putSlot(address, index, this.dimension, ordinal, born, used);
    this.#ordinals.set(ordinal, slot);
    this.#watcher?.used(slot, 1);
    this.#size++;
    this.#changed++;
  }

  /** As `add` for each; in one piece where the memory is fresh. */
  addBlock({ ordinals, bytes }: VectorBlock, born: number): void {
    const vectorBytes = this.dimension * 4;
    const checked = ordinals.length * vectorBytes;
    if (bytes.length !== checked) checkDimension(bytes.length, checked, "block");
    for (let at = 0; at < ordinals.length; ) {
      const reused = this.hasRows && this.#free.size > 0 ? 1 : 0;
      const most = Math.min(this.#room(), this.#stage?.rows ?? this.#room());
      const count = reused || Math.min(most, ordinals.length - at);
      const some = bytes.subarray(at * vectorBytes, (at + count) * vectorBytes);
      if (reused) this.add(ordinals[at], some, born);
      else this.#append(ordinals.subarray(at, at + count), some, born);
      at += count;
    }
  }

  kill(ordinal: number, died: number): void {
    const slot = this.#ordinals.get(ordinal);
    if (slot === undefined || this.#arenas.closed) return;
    const run = this.runOfBlock(slot >>> 6);
    const index = slot - run.firstBlock * layout.blockSlots;
    const wasAlive = run.diedAt(index) === Number.POSITIVE_INFINITY;
    run.arena.kernels.killSlot(run.address, index, died);
    if (!wasAlive) return;
    this.#dead.push(slot, died);
    this.#changed++;
  }

  /** What died at or before `sequence` is no longer held. */
  reclaim(sequence: number): void {
    for (;;) {
      const slot = this.#dead.take(sequence);
      if (slot === undefined) return;
      this.#size--;
      if (this.#watcher?.mayBeUsedAgain(slot) ?? true) this.release(slot);
    }
  }

  /** The slots of what died and may still be seen. */
  get dead(): Uint32Array {
    return this.#dead.waiting;
  }

  /** A slot that was not to be used again may be now. */
  release(slot: number): void {
    this.#free.push(slot);
  }

  /** Slots that may not be used again for now, though none of them holds anything. */
  withhold(slots: ReadonlySet<number>): void {
    if (slots.size > 0) this.#free.without(slots);
  }

  /** Is told of every slot from now on. */
  watch(watcher: SlotWatcher): void {
    this.#watcher = watcher;
  }

  /** The vectors that were born at or before `sequence` and had not died then. */
  *seenAt(sequence: number): Generator<SeenVector, void, undefined> {
    for (let i = 0; i < this.runs.length; i++) {
      const run = this.runs[i];
      for (let index = 0; index < run.used; index++) {
        if (this.#arenas.closed || this.runs.length === 0) return;
        if (run.bornAt(index) > sequence || run.diedAt(index) <= sequence) continue;
        const at = run.rowAt(index);
        const { hasRows, arena } = run;
        const bytes = hasRows ? arena.bytes.subarray(at, at + this.dimension * 4) : undefined;
        yield { ordinal: run.ordinalOf(index), bytes };
      }
    }
  }

  /** Vectors that came and went so far. */
  get changed(): number {
    return this.#changed;
  }

  /** The ordinal of a vector that lives, at random; undefined where the slot that was drawn has none. */
  pick(random: () => number): number | undefined {
    const run = this.runOfBlock(Math.floor(random() * this.#blocks));
    const index = Math.floor(random() * run.capacity);
    return index >= run.used || !run.holds(index) ? undefined : run.ordinalOf(index);
  }

  /** Whether a vector lives under that ordinal, and did at that sequence. */
  livedAt(ordinal: number, sequence: number): boolean {
    const slot = this.#ordinals.get(ordinal);
    if (slot === undefined || this.#arenas.closed || this.runs.length === 0) return false;
    const run = this.runOfBlock(slot >>> 6);
    const index = slot - run.firstBlock * layout.blockSlots;
    return run.holds(index) && run.bornAt(index) <= sequence;
  }

  /** A copy; undefined for an ordinal that is not held, or whose row is not there. */
  vectorOf(ordinal: number): Float32Array | undefined {
    const slot = this.#ordinals.get(ordinal);
    if (slot === undefined || this.#arenas.closed || this.runs.length === 0) return undefined;
    const run = this.runOfBlock(slot >>> 6);
    if (!run.hasRows) return undefined;
    const at = run.rowAt(slot - run.firstBlock * layout.blockSlots) / 4;
    return run.arena.floats.slice(at, at + this.dimension);
  }

  slotOf(ordinal: number): number | undefined {
    return this.#ordinals.get(ordinal);
  }

  /** Whether something lives in this slot. */
  holds(slot: number): boolean {
    const run = this.runOfBlock(slot >>> 6);
    return run.holds(slot - run.firstBlock * layout.blockSlots);
  }

  runOfBlock(block: number): Run {
    return this.runs[this.#runOfBlock[block]];
  }

  /** So many slots were laid. */
  get laid(): number {
    return this.#laid;
  }

  /** Whether all rows are where they belong. Until then no slot is used again: another row may come for it. */
  get hasRows(): boolean {
    return this.#lacking === 0;
  }

  /**
   * Makes room for so many slots, of which nothing is seen, before any other; their rows may come after all else.
   *
   * @throws LIMIT_EXCEEDED
   */
  lay(slots: number, rowsLater: boolean): void {
    for (let left = slots; left > 0; ) {
      const run = this.#openRun();
      if (rowsLater && this.keepsRows) {
        run.hasRows = false;
        this.#lacking++;
      }
      run.used = Math.min(run.capacity, left);
      left -= run.used;
    }
    this.#laid = slots;
  }

  /** Holds what lies in slots that were laid, from `first` of the run on, under these ordinals; 0: nothing. */
  take(run: Run, first: number, ordinals: Float64Array): void {
    run.take(first, ordinals);
    const slot = run.firstBlock * layout.blockSlots + first;
    this.#ordinals.setAll(ordinals, slot);
    this.#size += ordinals.length;
    for (let i = ordinals.indexOf(0); i >= 0; i = ordinals.indexOf(0, i + 1)) {
      this.#size--;
      this.release(slot + i);
    }
    this.#watcher?.used(slot, ordinals.length);
  }

  /** What was taken of these slots is dropped again: nobody has seen it. */
  drop(run: Run, first: number, count: number): void {
    const slot = run.firstBlock * layout.blockSlots;
    for (let index = first; index < first + count; index++) {
      const ordinal = run.ordinalOf(index);
      if (ordinal === 0) continue;
      this.#ordinals.delete(ordinal);
      if (run.diedAt(index) === Number.POSITIVE_INFINITY) this.#dead.push(slot + index, 0);
    }
    run.take(first, new Float64Array(count));
    this.reclaim(0);
  }

  /** Of the first so many slots that were laid the rows have come. */
  giveRows(slots: number): void {
    if (!this.keepsRows) return;
    let end = 0;
    for (const run of this.runs) {
      end += run.capacity;
      if (run.hasRows) continue;
      if (Math.min(end, this.#laid) > slots) return;
      run.hasRows = true;
      this.#lacking--;
    }
  }

  /** Gives the memory back; nobody reads it any more. */
  free(): void {
    for (const run of this.runs) run.give(this.#arenas);
    this.#stage?.free();
    this.runs.length = 0;
    this.#bytes = 0;
    this.#wholeBytes = 0;
    this.#size = 0;
  }

  #next(): number {
    const run = this.#openRun();
    return run.firstBlock * layout.blockSlots + run.used++;
  }

  /** Slots at the end of the last run. */
  #room(): number {
    const run = this.#openRun();
    return run.capacity - run.used;
  }

  /** There is room for all. */
  #append(ordinals: Float64Array, vectors: Uint8Array, born: number): void {
    const run = this.#openRun();
    const { arena, address } = run;
    const first = run.used;
    const vectorBytes = this.dimension * 4;
    const { stride } = this.sizes;
    let at = this.#rowsAt(run, first);
    if (stride === vectorBytes) arena.bytes.set(vectors, at);
    else {
      for (let from = 0; from < vectors.length; from += vectorBytes, at += stride) {
        arena.bytes.set(vectors.subarray(from, from + vectorBytes), at);
      }
    }
    run.setOrdinals(first, ordinals);
    run.used += ordinals.length;
    arena.kernels.putSlots(address, first, ordinals.length, this.dimension, born, run.used);
    const slot = run.firstBlock * layout.blockSlots + first;
    for (let i = 0; i < ordinals.length; i++) this.#ordinals.set(ordinals[i], slot + i);
    this.#watcher?.used(slot, ordinals.length);
    this.#size += ordinals.length;
    this.#changed += ordinals.length;
  }

  /** Where rows from that slot on are written before they are encoded. */
  #rowsAt(run: Run, index: number): number {
    return this.#stage?.lend(run, index) ?? run.rowAt(index);
  }

  #openRun(): Run {
    const run = this.runs.at(-1);
    return run === undefined || run.used === run.capacity ? this.#addRun() : run;
  }

  #addRun(): Run {
    const one = layout.runOverhead + bytesPerVector(this.dimension);
    const bytes = Math.max(one, Math.min(this.#wholeBytes, runBytesMax));
    const options = { firstBlock: this.#blocks, keepsRows: this.keepsRows };
    const run = new Run(this.#arenas, this.sizes, bytes, options);
    try {
      this.#stage?.open(run.arena);
    } catch (error) {
      run.give(this.#arenas);
      throw error;
    }
    this.#blocks += run.blocks;
    this.#noteBlocks(run);
    this.runs.push(run);
    this.#bytes += run.bytes;
    this.#wholeBytes += run.wholeBytes;
    return run;
  }

  #noteBlocks(run: Run): void {
    if (this.#blocks > this.#runOfBlock.length) {
      const larger = new Uint32Array(this.#blocks * 2);
      larger.set(this.#runOfBlock);
      this.#runOfBlock = larger;
    }
    this.#runOfBlock.fill(this.runs.length, run.firstBlock, this.#blocks);
  }
}
