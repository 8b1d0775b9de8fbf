import type { SlotSection } from "../indexes/vector-index.js";
import { headerBytes } from "./checkpoint-header.js";

/** Slots that are copied and summed up together. They lie in one piece in memory. */
export interface SlotChunk {
  readonly first: number;
  readonly count: number;
}

/** Where in the file of a checkpoint everything lies. */
export class CheckpointLayout {
  readonly chunks: readonly SlotChunk[];
  readonly bytes: number;
  readonly #sections: readonly SlotSection[];
  readonly #starts: readonly number[];

  /** @param pieceAt how many slots from that one on lie in one piece */
  constructor(
    { sections, slots, chunkSlots }: Shape,
    pieceAt: (slot: number) => number,
  ) {
    const chunks: SlotChunk[] = [];
    for (let first = 0; first < slots; ) {
      const count = Math.min(pieceAt(first), chunkSlots, slots - first);
      chunks.push({ first, count });
      first += count;
    }
    let end = headerBytes + sections.length * chunks.length * 4;
    const starts: number[] = [];
    for (const { bytesPerSlot } of sections) {
      const start = aligned(end);
      starts.push(start);
      end = start + slots * bytesPerSlot;
    }
    this.chunks = chunks;
    this.bytes = end;
    this.#sections = sections;
    this.#starts = starts;
  }

  /** Where a section's slots begin, from that one on. */
  positionOf(section: number, slot: number): number {
    const { bytesPerSlot } = this.#sections[section] as SlotSection;
    return (this.#starts[section] as number) + slot * bytesPerSlot;
  }

  /** Among the sums, which begin behind the header. */
  sumOf(section: number, chunk: number): number {
    return section * this.chunks.length + chunk;
  }

  get sums(): number {
    return this.#sections.length * this.chunks.length;
  }
}

export interface Shape {
  readonly sections: readonly SlotSection[];
  readonly slots: number;
  readonly chunkSlots: number;
}

/** So many slots that all of them are copied and summed up in less than a millisecond, and written in one go. */
export function chunkSlotsFor(sections: readonly SlotSection[]): number {
  let bytes = 0;
  for (const { bytesPerSlot } of sections) bytes += bytesPerSlot;
  return Math.max(1, Math.floor(chunkBytes / bytes / slotsMultiple)) * slotsMultiple;
}

function aligned(position: number): number {
  return Math.ceil(position / pageBytes) * pageBytes;
}

const chunkBytes = 1024 * 1024;
const slotsMultiple = 64;
const pageBytes = 4_096;
