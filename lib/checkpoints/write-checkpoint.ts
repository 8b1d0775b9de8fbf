import type { SlotImage, SlotSection } from "../indexes/vector-index.js";
import type { CheckpointDraft, Checkpoints } from "../persistence/checkpoints.js";
import { checksum } from "../rows/checksum.js";
import { type CheckpointHeader, checkpointName, encodeHeader } from "./checkpoint-header.js";
import { CheckpointLayout, chunkSlotsFor, type SlotChunk } from "./checkpoint-layout.js";

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
  const sections = sectionsOf(image);
  const shape = { sections, slots: image.used, chunkSlots: chunkSlotsFor(sections) };
  const layout = new CheckpointLayout(shape, (slot) => image.pieceAt(slot));
  const draft = await checkpoints.create?.(checkpointName(origin.incarnation), layout.bytes);
  if (draft === undefined) return false;
  try {
    const sums = await writeChunks(writing, layout, draft);
    if (sums === undefined) {
      await draft.discard();
      return false;
    }
    const header = encodeHeader({ ...origin, ...shape, done: writing.done() });
    await draft.write(Buffer.concat([header, sums]), 0);
    await draft.finish();
    return true;
  } catch (error) {
    await draft.discard();
    throw error;
  }
}

/** Their sums; undefined where it was given up. */
async function writeChunks(
  { image, goOn }: Writing,
  layout: CheckpointLayout,
  draft: CheckpointDraft,
): Promise<Buffer | undefined> {
  const sums = Buffer.alloc(layout.sums * 4);
  for (const [number, chunk] of layout.chunks.entries()) {
    if (!(await goOn())) return undefined;
    for (const [section, bytes] of copyChunk(image, chunk).entries()) {
      const at = layout.sumOf(section, number);
      sums.writeUInt32LE(checksum(bytes, at), at * 4);
      await draft.write(bytes, layout.positionOf(section, chunk.first));
    }
  }
  return sums;
}

/** The ordinals, then each section of the image. */
function copyChunk(image: SlotImage, { first, count }: SlotChunk): Uint8Array[] {
  const ordinals = new Uint8Array(image.ordinals(first, count).buffer);
  const copies = image.sections.map((_, section) => {
    return new Uint8Array(image.view(section, first, count));
  });
  return [ordinals, ...copies];
}

/** Of the file: the ordinals as float64, then what the image has. */
export function sectionsOf(image: SlotImage): readonly SlotSection[] {
  return [{ kind: 0, bytesPerSlot: 8 }, ...image.sections];
}
