import type { Arenas, Place } from "../kernels/arenas.js";
import * as layout from "../kernels/layout.js";
import { checkDimension, littleEndian, vectorToBytes } from "../model/vector.js";
import { DeadSlots } from "./dead-slots.js";
import { OrdinalMap } from "./ordinal-map.js";
import type { SeenVector, VectorBlock } from "./vector-index.js";

/** An extent full of slots; its blocks are numbered on from those of the run before. */
export interface Run {
  readonly place: Place;
  readonly capacity: number;
  readonly firstBlock: number;
  /** Slots that were used so far, dead ones included. */
  used: number;
}

/**
 * The vectors of one store, in runs of doubling size: many small stores take little, and a large one is a few
 * runs to walk through. A slot's number is that of its block times 64 and its place in it.
 */
export class Slots {
  readonly dimension: number;
  /** Bytes from one vector to the next. */
  readonly stride: number;
  readonly runs: Run[] = [];
  readonly #arenas: Arenas;
  readonly #ordinals = new OrdinalMap();
  readonly #dead = new DeadSlots();
  /** The run that each block is in. */
  #runOfBlock = new Uint32Array(16);
  #blocks = 0;
  #bytes = 0;
  #size = 0;

  constructor(arenas: Arenas, dimension: number) {
    this.#arenas = arenas;
    this.dimension = dimension;
    this.stride = strideOf(dimension);
  }

  get bytes(): number {
    return this.#bytes;
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
    const reused = this.#dead.take();
    const slot = reused ?? this.#next();
    const run = this.runOfBlock(slot >>> 6);
    const index = slot - run.firstBlock * layout.blockSlots;
    const { arena, address } = run.place;
    const former = reused === undefined ? 0 : this.#ordinalAt(run, index);
    if (former !== 0) this.#ordinals.delete(former);
    const at = address + layout.runHeaderBytes + index * this.stride;
    if (!(vector instanceof Float32Array)) arena.bytes.set(vector, at);
    else if (littleEndian) arena.floats.set(vector, at >>> 2);
    else arena.bytes.set(vectorToBytes(vector), at);
    const used = (index | 63) < run.used || run.used === run.capacity;
    arena.kernels.putSlot(address, index, this.dimension, ordinal, born, used);
    this.#ordinals.set(ordinal, slot);
    this.#size++;
  }

  /** As `add` for each; in one piece where the memory is fresh. */
  addBlock({ ordinals, bytes }: VectorBlock, born: number): void {
    const vectorBytes = this.dimension * 4;
    const checked = ordinals.length * vectorBytes;
    if (bytes.length !== checked) checkDimension(bytes.length, checked, "block");
    for (let at = 0; at < ordinals.length; ) {
      const reused = this.#dead.hasSlot ? 1 : 0;
      const count = reused || Math.min(this.#room(), ordinals.length - at);
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
    const { arena, address } = run.place;
    const index = slot - run.firstBlock * layout.blockSlots;
    const at = (arena.words[(address + layout.runDied) >>> 2] + index * 8) / 8;
    const wasAlive = arena.doubles[at] === Number.POSITIVE_INFINITY;
    arena.kernels.killSlot(address, index, died);
    if (wasAlive) this.#dead.push(slot, died);
  }

  /** What died at or before `sequence` is no longer held. */
  reclaim(sequence: number): void {
    this.#size -= this.#dead.reclaim(sequence);
  }

  /** The vectors that were born at or before `sequence` and had not died then. */
  *seenAt(sequence: number): Generator<SeenVector, void, undefined> {
    for (let i = 0; i < this.runs.length; i++) {
      for (let index = 0; index < (this.runs[i]?.used ?? 0); index++) {
        if (this.#arenas.closed) return;
        const { arena, address } = this.runs[i].place;
        const { words, doubles } = arena;
        const of = (field: number): number =>
          doubles[(words[(address + field) >>> 2] + index * 8) / 8];
        if (of(layout.runBorn) > sequence || of(layout.runDied) <= sequence) continue;
        const at = address + layout.runHeaderBytes + index * this.stride;
        const bytes = arena.bytes.subarray(at, at + this.dimension * 4);
        yield { ordinal: of(layout.runOrdinals), bytes };
      }
    }
  }

  slotOf(ordinal: number): number | undefined {
    return this.#ordinals.get(ordinal);
  }

  runOfBlock(block: number): Run {
    return this.runs[this.#runOfBlock[block]];
  }

  /** Makes room for so many slots, of which nothing is seen, before any other. @throws LIMIT_EXCEEDED */
  lay(slots: number): void {
    for (let left = slots; left > 0; ) {
      const run = this.#openRun();
      run.used = Math.min(run.capacity, left);
      left -= run.used;
    }
  }

  /** Holds what lies in slots that were laid, from `first` of the run on, under these ordinals; 0: nothing. */
  take(run: Run, first: number, ordinals: Float64Array): void {
    const { arena, address } = run.place;
    const { words, doubles } = arena;
    const born = words[(address + layout.runBorn) >>> 2] / 8 + first;
    const slot = run.firstBlock * layout.blockSlots + first;
    doubles.set(ordinals, this.#ordinalPlace(run, first));
    for (let i = 0; i < ordinals.length; i++) {
      if (ordinals[i] === 0) this.#dead.push(slot + i, 0);
      else {
        this.#ordinals.set(ordinals[i], slot + i);
        doubles[born + i] = 0;
      }
    }
    this.#size += ordinals.length - this.#dead.reclaim(0);
    this.#settle(run, first, first + ordinals.length);
  }

  /** Gives the memory back; nobody reads it any more. */
  free(): void {
    for (const { place } of this.runs) this.#arenas.give(place);
    this.runs.length = 0;
    this.#bytes = 0;
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
    const { arena, address } = run.place;
    const first = run.used;
    const vectorBytes = this.dimension * 4;
    let at = address + layout.runHeaderBytes + first * this.stride;
    if (this.stride === vectorBytes) arena.bytes.set(vectors, at);
    else {
      for (let from = 0; from < vectors.length; from += vectorBytes, at += this.stride) {
        arena.bytes.set(vectors.subarray(from, from + vectorBytes), at);
      }
    }
    arena.doubles.set(ordinals, this.#ordinalPlace(run, first));
    run.used += ordinals.length;
    arena.kernels.putSlots(address, first, ordinals.length, this.dimension, born, run.used);
    const slot = run.firstBlock * layout.blockSlots + first;
    for (let i = 0; i < ordinals.length; i++) this.#ordinals.set(ordinals[i], slot + i);
    this.#size += ordinals.length;
  }

  #openRun(): Run {
    const run = this.runs.at(-1);
    return run === undefined || run.used === run.capacity ? this.#addRun() : run;
  }

  #addRun(): Run {
    const one = layout.runOverhead + Math.ceil(this.stride + bytesBeside);
    const place = this.#arenas.take(Math.max(one, Math.min(this.#bytes, runBytesMax)));
    const capacity = Math.floor((place.bytes - layout.runOverhead) / (this.stride + bytesBeside));
    place.arena.kernels.layRun(place.address, capacity, this.stride);
    const run: Run = { place, capacity, firstBlock: this.#blocks, used: 0 };
    this.#blocks += Math.ceil(capacity / layout.blockSlots);
    this.#noteBlocks(run);
    this.runs.push(run);
    this.#bytes += place.bytes;
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

  /** The blocks of slots that were taken and all live are seen whole; of others every slot is looked at. */
  #settle(run: Run, from: number, to: number): void {
    const { words, doubles } = run.place.arena;
    const { address } = run.place;
    const born = words[(address + layout.runBorn) >>> 2] / 8;
    const blocks = words[(address + layout.runBlocks) >>> 2];
    for (let first = from & ~(layout.blockSlots - 1); first < to; first += layout.blockSlots) {
      const end = Math.min(first + layout.blockSlots, run.capacity);
      let last = 0;
      for (let i = first; i < end; i++) last = Math.max(last, doubles[born + i]);
      const header = blocks + (first / layout.blockSlots) * layout.blockBytes;
      doubles[(header + layout.blockBorn) / 8] = last;
    }
  }

  #ordinalAt(run: Run, index: number): number {
    return run.place.arena.doubles[this.#ordinalPlace(run, index)];
  }

  /** Where among the doubles of its arena. */
  #ordinalPlace({ place }: Run, index: number): number {
    const { words } = place.arena;
    return (words[(place.address + layout.runOrdinals) >>> 2] + index * 8) / 8;
  }
}

/** Bytes that one vector takes, its share of the headers included. */
export function bytesPerVector(dimension: number): number {
  return Math.ceil(strideOf(dimension) + bytesBeside);
}

function strideOf(dimension: number): number {
  return Math.ceil(dimension / 4) * 16;
}

const bytesBeside: number = layout.slotBytes + layout.blockBytes / layout.blockSlots;
const runBytesMax: number = 4 * 1024 * 1024;
