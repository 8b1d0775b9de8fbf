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

/** What a checkpoint has of every slot: its ordinal, a float64, and then what the image has beside the vectors. */
export function sectionsOf(image: SlotImage): readonly SlotSection[] {
  return [
    { kind: ordinals, bytesPerSlot: 8 },
    ...image.sections.filter(({ kind }) => kind !== floatsKind),
  ];
}

const ordinals = 0;
