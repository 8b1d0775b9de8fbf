import type { SlotImage } from "../indexes/vector-index.js";
import { AhnlichError } from "../model/errors.js";
import type { CheckpointFile, Checkpoints } from "../persistence/checkpoints.js";
import { checksum } from "../rows/checksum.js";
import {
  type CheckpointHeader,
  checkpointName,
  decodeHeader,
  headerBytes,
} from "./checkpoint-header.js";
import { CheckpointLayout, chunkSlotsFor } from "./checkpoint-layout.js";
import { sectionsOf } from "./write-checkpoint.js";

/** The vectors of one store as they were kept in a file: to be read, as far as they are whole, and closed. */
export class Checkpoint {
  readonly header: CheckpointHeader;
  readonly #file: CheckpointFile;

  private constructor(header: CheckpointHeader, file: CheckpointFile) {
    this.header = header;
    this.#file = file;
  }

  /** Undefined where there is none, or none that can be read. @throws what the file system says */
  static async open(checkpoints: Checkpoints, incarnation: number): Promise<Checkpoint | undefined> {
    const file = await checkpoints.open(checkpointName(incarnation));
    if (file === undefined) return undefined;
    try {
      const bytes = Buffer.alloc(headerBytes);
      if (file.bytes >= headerBytes) await file.read(bytes, 0);
      const header = decodeHeader(bytes);
      if (header?.incarnation === incarnation) return new Checkpoint(header, file);
      await file.close();
      return undefined;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * Lays its slots in an image that has never held anything, and gives what is to be read into it.
   *
   * @throws CORRUPT where it has not the shape of the image, LIMIT_EXCEEDED
   */
  layIn(image: SlotImage): CheckpointReading {
    const { header } = this;
    const sections = sectionsOf(image);
    const isAlike =
      header.chunkSlots === chunkSlotsFor(sections) &&
      header.sections.length === sections.length &&
      header.sections.every(({ kind, bytesPerSlot }, i) => {
        return kind === sections[i]?.kind && bytesPerSlot === sections[i]?.bytesPerSlot;
      });
    // Before anything of that size is made: a file is there for all of it.
    const least = sections.reduce((sum, { bytesPerSlot }) => sum + bytesPerSlot, 0) * header.slots;
    if (!isAlike || least > this.#file.bytes) throw misshapen();
    image.lay(header.slots);
    const layout = new CheckpointLayout(header, (slot) => image.pieceAt(slot));
    const reading = new CheckpointReading(this.#file, image, layout, header.slots);
    if (layout.bytes === this.#file.bytes) return reading;
    for (const _ of reading.abandon());
    throw misshapen();
  }

  /** Waits for what is being read. Never rejects. */
  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** What a checkpoint holds on its way into an image: the ordinals first, then everything else. */
export class CheckpointReading {
  readonly #file: CheckpointFile;
  readonly #image: SlotImage;
  readonly #layout: CheckpointLayout;
  readonly #ordinals: Float64Array<ArrayBuffer>;
  #sums = Buffer.alloc(0);

  constructor(file: CheckpointFile, image: SlotImage, layout: CheckpointLayout, slots: number) {
    this.#file = file;
    this.#image = image;
    this.#layout = layout;
    this.#ordinals = new Float64Array(slots);
  }

  /** Of every slot, 0 where nothing lives. @throws CORRUPT, what the file system says */
  async ordinals(): Promise<Float64Array> {
    this.#sums = Buffer.alloc(this.#layout.sums * 4);
    await this.#file.read(this.#sums, headerBytes);
    const bytes = new Uint8Array(this.#ordinals.buffer);
    await this.#file.read(bytes, this.#layout.positionOf(0, 0));
    for (const [number, { first, count }] of this.#layout.chunks.entries()) {
      this.#check(0, number, bytes.subarray(first * 8, (first + count) * 8));
    }
    return this.#ordinals;
  }

  /**
   * Reads everything else to where it belongs. `pause` is waited for where it is something.
   *
   * @throws CORRUPT, what the file system says; nothing is being read then any more
   */
  async fill(pause: () => Promise<void> | undefined): Promise<void> {
    const parts = this.#parts();
    const work = async (): Promise<void> => {
      for (const { section, number, into, position } of parts) {
        await this.#file.read(into, position);
        this.#check(section, number, into);
        await pause();
      }
    };
    const done = await Promise.allSettled(Array.from({ length: readsAtOnce }, work));
    for (const each of done) if (each.status === "rejected") throw each.reason;
  }

  /** Makes what was read visible, in small steps. */
  *take(): Generator<undefined, void, undefined> {
    for (const { first, count } of this.#layout.chunks) {
      this.#image.take(first, this.#ordinals.subarray(first, first + count));
      yield;
    }
  }

  /** Gives up what was read: all slots are free. */
  *abandon(): Generator<undefined, void, undefined> {
    this.#ordinals.fill(0);
    yield* this.take();
  }

  *#parts(): Generator<Part, void, undefined> {
    for (const [number, { first, count }] of this.#layout.chunks.entries()) {
      for (let section = 0; section < this.#image.sections.length; section++) {
        const into = this.#image.view(section, first, count);
        const position = this.#layout.positionOf(section + 1, first);
        yield { section: section + 1, number, into, position };
      }
    }
  }

  #check(section: number, chunk: number, bytes: Uint8Array): void {
    const at = this.#layout.sumOf(section, chunk);
    if (checksum(bytes, at) !== this.#sums.readUInt32LE(at * 4)) {
      throw new AhnlichError("CORRUPT", `a checkpoint is damaged: section ${section}, chunk ${chunk}`);
    }
  }
}

interface Part {
  readonly section: number;
  readonly number: number;
  readonly into: Uint8Array;
  readonly position: number;
}

function misshapen(): AhnlichError {
  return new AhnlichError("CORRUPT", "a checkpoint has another shape than it should have");
}

/** So many threads of the system are kept busy: it fills memory that was never touched before. */
const readsAtOnce = 3;
