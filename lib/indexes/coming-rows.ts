import * as layout from "../kernels/layout.js";
import type { Slots } from "./slots.js";
import type { VectorBlock } from "./vector-index.js";

/** The float32 rows of slots that were laid without them, as they come, in any order. */
export class ComingRows {
  readonly #slots: Slots;
  /** Of each laid slot, by its number, 1 where its row has come. */
  #came = new Uint8Array(0);

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  /** Takes the rows of ordinals whose slots lack them; passes over the others. */
  put({ ordinals, bytes }: VectorBlock): void {
    this.#makeRoom();
    const { dimension, sizes } = this.#slots;
    const length = dimension * 4;
    for (let at = 0; at < ordinals.length; ) {
      const slot = this.#lackingSlotOf(ordinals[at]);
      if (slot === undefined) {
        at++;
        continue;
      }
      const run = this.#slots.runOfBlock(slot >>> 6);
      const index = slot - run.firstBlock * layout.blockSlots;
      const most = sizes.stride === length ? run.used - index : 1;
      const count = this.#together(ordinals, at, slot, most);
      const row = run.rowAt(index);
      run.arena.bytes.set(bytes.subarray(at * length, (at + count) * length), row);
      run.arena.bytes.fill(0, row + count * length, row + count * sizes.stride);
      this.#came.fill(1, slot, slot + count);
      at += count;
    }
  }

  /** The ordinals whose rows have not come, and undefined now and then. */
  *lacking(): Generator<number | undefined, void, undefined> {
    let left = this.#slots.laid;
    for (const run of this.#slots.runs) {
      if (left === 0) return;
      const count = Math.min(run.capacity, left);
      const first = run.firstBlock * layout.blockSlots;
      for (let index = 0; index < count && !run.hasRows; index++) {
        const ordinal = run.ordinalOf(index);
        if (ordinal !== 0 && this.#came[first + index] !== 1) yield ordinal;
      }
      left -= count;
      yield undefined;
    }
  }

  /** How many from that place on have their slots behind one another, all of them lacking. */
  #together(ordinals: Float64Array, at: number, slot: number, most: number): number {
    const end = Math.min(most, ordinals.length - at);
    let count = 1;
    while (count < end && this.#lackingSlotOf(ordinals[at + count]) === slot + count) count++;
    return count;
  }

  #lackingSlotOf(ordinal: number): number | undefined {
    const slot = this.#slots.slotOf(ordinal);
    return slot === undefined || this.#came[slot] !== 0 ? undefined : slot;
  }

  #makeRoom(): void {
    if (this.#came.length > 0) return;
    let left = this.#slots.laid;
    let end = 0;
    for (const run of this.#slots.runs) {
      if (left <= 0) break;
      end = run.firstBlock * layout.blockSlots + Math.min(run.capacity, left);
      left -= run.capacity;
    }
    this.#came = new Uint8Array(end);
  }
}
