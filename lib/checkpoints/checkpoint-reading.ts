import type { SlotImage, SlotSection } from "../indexes/vector-index.js";
import type { Checkpoint } from "./checkpoint.js";
import type { SlotChunk } from "./checkpoint-layout.js";
import { piecesOf, type SlotPiece } from "./image-pieces.js";

/** A checkpoint on its way into an image, which has made room for it. */
export class CheckpointReading {
  readonly checkpoint: Checkpoint;
  readonly #image: SlotImage;
  /** So many slots were taken, from the first on. */
  #taken = 0;

  /**
   * Lays the slots in an image that fits and has never held anything.
   *
   * @throws LIMIT_EXCEEDED
   */
  constructor(checkpoint: Checkpoint, image: SlotImage) {
    this.checkpoint = checkpoint;
    this.#image = image;
    image.lay(checkpoint.header.slots, { rowsLater: true });
  }

  /**
   * Reads everything but the ordinals to where it belongs. `pause` is waited for now and then.
   *
   * @throws CORRUPT, what the file system says, what `pause` throws; nothing is being read then any more
   */
  async fill(pause: () => Promise<void> | undefined): Promise<void> {
    const parts = this.#parts();
    const work = async (): Promise<void> => {
      for (const { section, chunks } of parts) {
        await this.#read(section, chunks);
        await pause();
      }
    };
    const done = await Promise.allSettled(Array.from({ length: readsAtOnce }, work));
    for (const each of done) if (each.status === "rejected") throw each.reason;
  }

  /** Makes the slots with an ordinal visible, though what is searched may not be there yet, in small steps. */
  *take(ordinals: Float64Array): Generator<undefined, void, undefined> {
    for (const { first, count } of this.#pieces()) {
      this.#image.take(first, ordinals.subarray(first, first + count));
      this.#taken = first + count;
      yield;
    }
  }

  /** Gives up what was read and taken, before anything is searched: all slots are free. Nothing is being read. */
  *abandon(): Generator<undefined, void, undefined> {
    for (const { first, count } of this.#pieces()) {
      if (first < this.#taken) this.#image.drop(first, count);
      else this.#image.take(first, new Float64Array(count));
      yield;
    }
    this.#image.giveRows(this.checkpoint.header.slots);
  }

  *#pieces(): Generator<SlotPiece, void, undefined> {
    const { slots, chunkSlots } = this.checkpoint.header;
    for (let first = 0; first < slots; first += chunkSlots) {
      yield* piecesOf(this.#image, first, Math.min(chunkSlots, slots - first));
    }
  }

  async #read(section: number, chunks: readonly SlotChunk[]): Promise<void> {
    const views: Uint8Array[] = [];
    const [{ first } = { first: 0 }] = chunks;
    const count = chunks.reduce((sum, chunk) => sum + chunk.count, 0);
    for (const piece of piecesOf(this.#image, first, count)) {
      views.push(this.#image.view(section - 1, piece.first, piece.count));
    }
    await this.checkpoint.read(section, chunks, views);
  }

  /** What is read in one go: of each section so many chunks that it is worth the call. */
  *#parts(): Generator<Part, void, undefined> {
    const { chunks, sections } = this.checkpoint.layout;
    for (let section = 1; section < sections.length; section++) {
      const { bytesPerSlot } = sections[section] as SlotSection;
      const bytes = (chunks[0]?.count ?? 1) * bytesPerSlot;
      const step = Math.max(1, Math.floor(partBytes / bytes));
      for (let at = 0; at < chunks.length; at += step) {
        yield { section, chunks: chunks.slice(at, at + step) };
      }
    }
  }
}

interface Part {
  readonly section: number;
  readonly chunks: readonly SlotChunk[];
}

const partBytes = 2 * 1024 * 1024;
/** So many threads of the system are kept busy: they fill memory that was never touched before. */
const readsAtOnce = 3;
