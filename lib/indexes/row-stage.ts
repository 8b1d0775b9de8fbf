import type { Arena } from "../kernels/arena.js";
import { type Arenas, noMemory, type Place } from "../kernels/arenas.js";
import type { Run } from "./run.js";

/** Where vectors lie while they are encoded, some at a time, into slots that keep no float32 rows: in their memory. */
export class RowStage {
  /** So many rows fit. */
  readonly rows: number;
  readonly #arenas: Arenas;
  readonly #stride: number;
  readonly #places = new Map<Arena, Place>();

  constructor(arenas: Arenas, stride: number) {
    this.#arenas = arenas;
    this.#stride = stride;
    this.rows = Math.max(1, Math.floor(stageBytes / stride));
  }

  get bytes(): number {
    let bytes = 0;
    for (const place of this.#places.values()) bytes += place.bytes;
    return bytes;
  }

  /** There is one in this memory from now on. @throws LIMIT_EXCEEDED */
  open(arena: Arena): void {
    if (this.#places.has(arena)) return;
    const bytes = this.rows * this.#stride;
    const place = this.#arenas.takeIn(arena, bytes);
    if (place === undefined) throw noMemory(bytes);
    this.#places.set(arena, place);
  }

  /** Where the rows of a run's slots from `index` on are to be written, to be encoded next. */
  lend(run: Run, index: number): number {
    const { address } = this.#places.get(run.arena) as Place;
    run.lendRows(address, index);
    return address;
  }

  free(): void {
    for (const place of this.#places.values()) this.#arenas.give(place);
    this.#places.clear();
  }
}

const stageBytes = 64 * 1024;
