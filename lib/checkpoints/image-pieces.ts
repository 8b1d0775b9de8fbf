import { floatsKind, type SlotImage, type SlotSection } from "../indexes/vector-index.js";

/** Slots that lie in one piece of memory. */
export interface SlotPiece {
  readonly first: number;
  readonly count: number;
}

/** The pieces of an image in which so many slots lie, in order. */
export function piecesOf(image: SlotImage, first: number, count: number): SlotPiece[] {
  const pieces: SlotPiece[] = [];
  for (let at = first; at < first + count; ) {
    const some = Math.min(image.pieceAt(at), first + count - at);
    pieces.push({ first: at, count: some });
    at += some;
  }
  return pieces;
}

/**
 * What a checkpoint has of every slot: its ordinal, a float64, then what the image has beside the vectors, and, where
 * they are kept as well, its links.
 */
export function sectionsOf(image: SlotImage, hasLinks: boolean): readonly SlotSection[] {
  const links = (hasLinks && image.links?.sections) || [];
  const own = image.sections.filter(({ kind }) => kind !== floatsKind);
  return [{ kind: ordinals, bytesPerSlot: 8 }, ...own, ...links];
}

/** What the image has of that kind, but the ordinals, of slots in one piece. */
export function viewOf(image: SlotImage, kind: number, { first, count }: SlotPiece): Uint8Array {
  const all = [...image.sections, ...(image.links?.sections ?? [])];
  const section = all.findIndex((each) => each.kind === kind);
  return image.view(section, first, count);
}

/** The kind of the ordinals. */
export const ordinals = 0;
