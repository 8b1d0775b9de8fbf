import type { SlotImage, SlotSection } from "../indexes/vector-index.js";
import { AhnlichError } from "../model/errors.js";
import type { CheckpointFile, Checkpoints } from "../persistence/checkpoints.js";
import { checksum } from "../rows/checksum.js";
import {
  type CheckpointHeader,
  checkpointName,
  decodeHeader,
  headerBytes,
} from "./checkpoint-header.js";
import { CheckpointLayout, chunkSlotsFor, type SlotChunk } from "./checkpoint-layout.js";
import { sectionsOf } from "./image-pieces.js";

/** The vectors of one store as they were kept in a file: to be read, as far as they are whole, and closed. */
export class Checkpoint {
  readonly header: CheckpointHeader;
  readonly layout: CheckpointLayout;
  readonly #file: CheckpointFile;
  #sums: Buffer | undefined;

  private constructor(header: CheckpointHeader, file: CheckpointFile) {
    this.header = header;
    this.layout = new CheckpointLayout(header);
    this.#file = file;
  }

  /** Undefined where there is none, or none that can be read. @throws what the file system says */
  static async open(
    checkpoints: Checkpoints,
    incarnation: number,
  ): Promise<Checkpoint | undefined> {
    const file = await checkpoints.open(checkpointName(incarnation));
    if (file === undefined) return undefined;
    try {
      const bytes = Buffer.alloc(headerBytes);
      if (file.bytes >= headerBytes) file.readNow(bytes, 0);
      const header = decodeHeader(bytes);
      if (header?.incarnation === incarnation && leastBytes(header) <= file.bytes) {
        const checkpoint = new Checkpoint(header, file);
        if (checkpoint.layout.bytes === file.bytes) return checkpoint;
      }
      await file.close();
      return undefined;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Whether it has of each slot what the image has, with links or without. */
  fits(image: SlotImage): boolean {
    return isAlike(this.header.sections, sectionsOf(image, false)) || this.hasLinksFor(image);
  }

  /** Whether it fits, and has the links as well. */
  hasLinksFor(image: SlotImage): boolean {
    if (image.links === undefined) return false;
    return isAlike(this.header.sections, sectionsOf(image, true));
  }

  /** What is known of the whole; empty where it is damaged. @throws what the file system says */
  note(): Uint8Array {
    const bytes = new Uint8Array(this.header.note.bytes);
    this.#file.readNow(bytes, this.layout.noteAt);
    return checksum(bytes, 0) === this.header.note.sum ? bytes : new Uint8Array(0);
  }

  /** Of every slot, 0 where nothing lived. @throws CORRUPT, what the file system says */
  async ordinals(): Promise<Float64Array> {
    const ordinals = new Float64Array(this.header.slots);
    const bytes = new Uint8Array(ordinals.buffer);
    await this.read(0, this.layout.chunks, [bytes]);
    return ordinals;
  }

  /**
   * Reads a section of chunks that follow one another: `into` is as long as they are, all together.
   *
   * @throws CORRUPT, what the file system says
   */
  async read(
    section: number,
    chunks: readonly SlotChunk[],
    into: readonly Uint8Array[],
  ): Promise<void> {
    const [{ first } = { first: 0 }] = chunks;
    this.#sums ??= this.#readSums();
    let position = this.layout.positionOf(section, first);
    for (const bytes of into) {
      await this.#file.read(bytes, position);
      position += bytes.length;
    }
    const { bytesPerSlot } = this.layout.sections[section] as SlotSection;
    const left = new Joined(into);
    for (const chunk of chunks) {
      const expected = this.layout.sumOf(section, chunk);
      const sum = left.sum(chunk.count * bytesPerSlot, expected);
      if (sum === this.#sums.readUInt32LE(expected * 4)) continue;
      const where = `section ${section}, chunk ${chunk.number}`;
      throw new AhnlichError("CORRUPT", `a checkpoint is damaged: ${where}`);
    }
  }

  /** What is said of one slot in a section, not checked. @throws what the file system says */
  peek(kind: number, slot: number): Uint8Array {
    const { sections } = this.layout;
    const section = sections.findIndex((each) => each.kind === kind);
    const bytes = new Uint8Array(sections[section]?.bytesPerSlot ?? 0);
    this.#file.readNow(bytes, this.layout.positionOf(section, slot));
    return bytes;
  }

  /** Waits for what is being read. Never rejects. */
  async close(): Promise<void> {
    await this.#file.close();
  }

  #readSums(): Buffer {
    const sums = Buffer.alloc(this.layout.sums * 4);
    this.#file.readNow(sums, headerBytes);
    return sums;
  }
}

/** Bytes in several places, one behind the other. */
class Joined {
  readonly #parts: readonly Uint8Array[];
  #part = 0;
  #at = 0;

  constructor(parts: readonly Uint8Array[]) {
    this.#parts = parts;
  }

  /** The checksum of the next so many, which are there. */
  sum(length: number, seed: number): number {
    let sum = seed;
    for (let left = length; left > 0; ) {
      const part = this.#parts[this.#part] as Uint8Array;
      const end = Math.min(part.length, this.#at + left);
      sum = checksum(part.subarray(this.#at, end), sum);
      left -= end - this.#at;
      this.#at = end;
      if (end < part.length) continue;
      this.#part++;
      this.#at = 0;
    }
    return sum;
  }
}

/** Asked before anything is made for so many slots, so that nobody is told of more than there is a file for. */
function leastBytes({ sections, slots, chunkSlots, note }: CheckpointHeader): number {
  if (chunkSlots !== chunkSlotsFor(sections)) return Number.POSITIVE_INFINITY;
  const around = headerBytes + note.bytes;
  return sections.reduce((sum, { bytesPerSlot }) => sum + bytesPerSlot * slots, around);
}

function isAlike(some: readonly SlotSection[], others: readonly SlotSection[]): boolean {
  const text = (sections: readonly SlotSection[]): string =>
    sections.map(({ kind, bytesPerSlot }) => `${kind}:${bytesPerSlot}`).join();
  return text(some) === text(others);
}
