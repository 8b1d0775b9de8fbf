import type { SlotImage, SlotLinks, SlotSection } from "../indexes/vector-index.js";
import type { Checkpoint } from "./checkpoint.js";
import type { SlotChunk } from "./checkpoint-layout.js";
import { piecesOf, type SlotPiece, viewOf } from "./image-pieces.js";

/** A checkpoint on its way into an image, which has made room for it. */
export class CheckpointReading {
  readonly checkpoint: Checkpoint;
  readonly #image: SlotImage;
  /** What waits to be linked, by the links of the checkpoint or anew. */
  readonly #links: SlotLinks | undefined;
  readonly #hasLinks: boolean;
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
    const areThere = checkpoint.hasLinksFor(image);
    this.#links = image.links?.expect(areThere) ? image.links : undefined;
    this.#hasLinks = areThere && this.#links !== undefined;
  }

  /**
   * Reads everything but the ordinals and the links to where it belongs. `pause` is waited for now and then.
   *
   * @throws CORRUPT, what the file system says, what `pause` throws; nothing is being read then any more
   */
  async fill(pause: () => Promise<void> | undefined): Promise<void> {
    await this.#fill(this.#parts(false), pause);
  }

  /** Reads the links as well, where there are any. @throws as `fill` */
  async fillLinks(pause: () => Promise<void> | undefined): Promise<void> {
    if (this.#hasLinks) await this.#fill(this.#parts(true), pause);
  }

  /** Whether links are waited for. */
  get hasLinks(): boolean {
    return this.#hasLinks;
  }

  /**
   * Takes over the links that were read, or goes on without any, in small steps.
   *
   * @throws LIMIT_EXCEEDED, what the file system says
   */
  *adoptLinks(): Generator<undefined, void, undefined> {
    const { checkpoint } = this;
    if (!this.#hasLinks) yield* this.forgoLinks();
    else yield* this.#links?.adopt(checkpoint.header.nextOrdinal, checkpoint.note()) ?? [];
  }

  /** Gives the links up: all that was taken is linked anew. Nothing is being read. */
  *forgoLinks(): Generator<undefined, void, undefined> {
    if (this.#links) yield* this.#links.forgo();
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
    yield* this.forgoLinks();
    this.#image.giveRows(this.checkpoint.header.slots);
  }

  #isOfLinks(kind: number): boolean {
    return this.#image.links?.sections.some((section) => section.kind === kind) ?? false;
  }

  *#pieces(): Generator<SlotPiece, void, undefined> {
    const { slots, chunkSlots } = this.checkpoint.header;
    for (let first = 0; first < slots; first += chunkSlots) {
      yield* piecesOf(this.#image, first, Math.min(chunkSlots, slots - first));
    }
  }

  async #fill(
    parts: Generator<Part, void, undefined>,
    pause: () => Promise<void> | undefined,
  ): Promise<void> {
    const work = async (): Promise<void> => {
      for (const { section, chunks } of parts) {
        await this.#read(section, chunks);
        await pause();
      }
    };
    const done = await Promise.allSettled(Array.from({ length: readsAtOnce }, work));
    for (const each of done) if (each.status === "rejected") throw each.reason;
  }

  async #read(section: number, chunks: readonly SlotChunk[]): Promise<void> {
    const views: Uint8Array[] = [];
    const { kind } = this.checkpoint.layout.sections[section] as SlotSection;
    const [{ first } = { first: 0 }] = chunks;
    const count = chunks.reduce((sum, chunk) => sum + chunk.count, 0);
    for (const piece of piecesOf(this.#image, first, count)) {
      views.push(viewOf(this.#image, kind, piece));
    }
    await this.checkpoint.read(section, chunks, views);
  }

  /** What is read in one go: of each section so many chunks that it is worth the call. */
  *#parts(ofLinks: boolean): Generator<Part, void, undefined> {
    const { chunks, sections } = this.checkpoint.layout;
    for (let section = 1; section < sections.length; section++) {
      const { kind, bytesPerSlot } = sections[section] as SlotSection;
      if (this.#isOfLinks(kind) !== ofLinks) continue;
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
