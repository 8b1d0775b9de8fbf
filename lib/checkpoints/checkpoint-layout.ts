import type { SlotSection } from "../indexes/vector-index.js";
import { type CheckpointHeader, headerBytes } from "./checkpoint-header.js";

/** Slots that are copied and summed up together. */
export interface SlotChunk {
  readonly number: number;
  readonly first: number;
  readonly count: number;
}

/** Where in the file of a checkpoint everything lies. */
export class CheckpointLayout {
  readonly chunks: readonly SlotChunk[];
  readonly bytes: number;
  readonly sections: readonly SlotSection[];
  /** Where the note begins. */
  readonly noteAt: number;
  readonly #starts: readonly number[];

  constructor({ sections, slots, chunkSlots, note }: Shape) {
    const chunks: SlotChunk[] = [];
    for (let first = 0; first < slots; first += chunkSlots) {
      const count = Math.min(chunkSlots, slots - first);
      chunks.push({ number: chunks.length, first, count });
    }
    this.noteAt = headerBytes + sections.length * chunks.length * 4;
    let end = this.noteAt + note.bytes;
    const starts: number[] = [];
    for (const { bytesPerSlot } of sections) {
      const start = Math.ceil(end / pageBytes) * pageBytes;
      starts.push(start);
      end = start + slots * bytesPerSlot;
    }
    this.chunks = chunks;
    this.bytes = end;
    this.sections = sections;
    this.#starts = starts;
  }

  /** Where a section's slots begin, from that one on. */
  positionOf(section: number, slot: number): number {
    const { bytesPerSlot } = this.sections[section] as SlotSection;
    return (this.#starts[section] as number) + slot * bytesPerSlot;
  }

  /** Which of the sums, which begin behind the header, is that of a chunk. */
  sumOf(section: number, { number }: SlotChunk): number {
    return section * this.chunks.length + number;
  }

  get sums(): number {
    return this.sections.length * this.chunks.length;
  }
}

export type Shape = Pick<CheckpointHeader, "sections" | "slots" | "chunkSlots" | "note">;

/** So many slots that all of them are copied and summed up in less than a millisecond. */
export function chunkSlotsFor(sections: readonly SlotSection[]): number {
  let bytes = 0;
  for (const { bytesPerSlot } of sections) bytes += bytesPerSlot;
  return Math.max(1, Math.floor(chunkBytes / bytes / slotsMultiple)) * slotsMultiple;
}

const chunkBytes = 512 * 1024;
const slotsMultiple = 64;
const pageBytes = 4_096;
