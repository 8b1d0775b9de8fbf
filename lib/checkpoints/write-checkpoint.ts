import type { SlotImage, SlotLinks, SlotSection } from "../indexes/vector-index.js";
import type { CheckpointDraft, Checkpoints } from "../persistence/checkpoints.js";
import { checksum } from "../rows/checksum.js";
import {
  type CheckpointHeader,
  checkpointName,
  encodeHeader,
  noteBytesMax,
} from "./checkpoint-header.js";
import { CheckpointLayout, chunkSlotsFor, type SlotChunk } from "./checkpoint-layout.js";
import { ordinals, piecesOf, type SlotPiece, sectionsOf, viewOf } from "./image-pieces.js";

export interface Writing {
  readonly checkpoints: Checkpoints;
  /** To which vectors may be added meanwhile, and in which they may die. */
  readonly image: SlotImage;
  readonly origin: Pick<
    CheckpointHeader,
    "history" | "incarnation" | "dimension" | "begun" | "nextOrdinal"
  >;
  /** Asked at the end: nothing that the image has held so far is younger. */
  readonly done: () => number;
  /** Waited for between chunks; false: it is given up. */
  readonly goOn: () => Promise<boolean>;
}

/**
 * Writes what an image holds, chunk by chunk, while it changes. Each chunk is copied in one go, with the ordinals
 * that tell whose vectors they are; what has changed since `begun` is for the reader to find out. Whether it was
 * finished.
 *
 * @throws DISK_FULL, LOCKED, what the file system says
 */
export async function writeCheckpoint(writing: Writing): Promise<boolean> {
  const { checkpoints, image, origin } = writing;
  const hasLinks = image.links?.areWhole === true;
  const sections = sectionsOf(image, hasLinks);
  const noted = noteOf(hasLinks ? image.links : undefined);
  const note = { bytes: noted.length, sum: checksum(noted, 0) };
  const shape = { sections, slots: image.used, chunkSlots: chunkSlotsFor(sections), note };
  const layout = new CheckpointLayout(shape);
  const draft = await checkpoints.create?.(checkpointName(origin.incarnation), layout.bytes);
  if (draft === undefined) return false;
  try {
    const sums = await writeChunks(writing, layout, draft);
    if (sums === undefined) {
      await draft.discard();
      return false;
    }
    const header = encodeHeader({ ...origin, ...shape, done: writing.done() });
    await draft.write(Buffer.concat([header, sums, noted]), 0);
    await draft.finish();
    return true;
  } catch (error) {
    await draft.discard();
    throw error;
  }
}

function noteOf(links: SlotLinks | undefined): Uint8Array {
  const note = links?.note();
  return note !== undefined && note.length <= noteBytesMax ? note : new Uint8Array(0);
}

/** Their sums; undefined where it was given up. */
async function writeChunks(
  { image, goOn }: Writing,
  layout: CheckpointLayout,
  draft: CheckpointDraft,
): Promise<Buffer | undefined> {
  const sums = Buffer.alloc(layout.sums * 4);
  const [{ count: longest } = { count: 0 }] = layout.chunks;
  // Used again and again: memory that was never touched costs more than copying to it.
  const buffers = layout.sections.map(({ bytesPerSlot }) => new Uint8Array(longest * bytesPerSlot));
  for (const chunk of layout.chunks) {
    if (!(await goOn())) return undefined;
    for (const [section, bytes] of copyChunk(image, layout, chunk, buffers).entries()) {
      const sum = layout.sumOf(section, chunk);
      sums.writeUInt32LE(checksum(bytes, sum), sum * 4);
      await draft.write(bytes, layout.positionOf(section, chunk.first));
    }
  }
  return sums;
}

/** Of each section what it has of the chunk, at one moment. */
function copyChunk(
  image: SlotImage,
  { sections }: CheckpointLayout,
  { first, count }: SlotChunk,
  buffers: readonly Uint8Array[],
): Uint8Array[] {
  const copies = buffers.map((buffer, section) => {
    return buffer.subarray(0, count * (sections[section]?.bytesPerSlot ?? 0));
  });
  for (const piece of piecesOf(image, first, count)) {
    for (const [section, copy] of copies.entries()) {
      const bytes = bytesOf(image, (sections[section] as SlotSection).kind, piece);
      copy.set(bytes, (piece.first - first) * (copy.length / count));
    }
  }
  return copies;
}

function bytesOf(image: SlotImage, kind: number, piece: SlotPiece): Uint8Array {
  if (kind !== ordinals) return viewOf(image, kind, piece);
  return new Uint8Array(image.ordinals(piece.first, piece.count).buffer);
}
