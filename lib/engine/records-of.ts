import { piecesOf } from "../checkpoints/image-pieces.js";
import { recordsKind, type VectorIndexes } from "../indexes/vector-index.js";
import type { StoredStore } from "../rows/store-rows.js";

/**
 * What an index has of vectors, one after the other, where a checkpoint keeps it: made anew, to be compared. Undefined
 * where its slots cannot be kept.
 *
 * @param bytes little-endian float32, one vector after the other
 * @throws LIMIT_EXCEEDED
 */
export function recordsOf(
  indexes: VectorIndexes,
  { dimension, metric }: StoredStore,
  bytes: Uint8Array,
): Uint8Array | undefined {
  const index = indexes.create(dimension, metric);
  try {
    const { image } = index;
    const section = image?.sections.findIndex(({ kind }) => kind === recordsKind) ?? -1;
    if (image === undefined || section < 0) return undefined;
    const count = bytes.length / (dimension * 4);
    const ordinals = Float64Array.from({ length: count }, (_, i) => i + 1);
    index.addBlock({ ordinals, bytes }, 1);
    const pieces = piecesOf(image, 0, count);
    return Buffer.concat(pieces.map(({ first, count }) => image.view(section, first, count)));
  } finally {
    index.close();
  }
}
