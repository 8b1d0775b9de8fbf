import type { VectorBlock } from "../indexes/vector-index.js";
import { littleEndian, vectorToBytes } from "../model/vector.js";

/**
 * The vectors as blocks of those that lie one behind the other in memory, as copies made in one go mostly do, under
 * ordinals from `first` on.
 */
export function* adjacentVectors(
  entries: readonly { readonly vector: Float32Array }[],
  first: number,
): Generator<VectorBlock, void, undefined> {
  for (let from = 0, to = 0; from < entries.length; from = to) {
    const { vector } = entries[from] as { vector: Float32Array };
    to = endOfRun(entries, from);
    const ordinals = new Float64Array(to - from);
    for (let i = from; i < to; i++) ordinals[i - from] = first + i;
    const length = (to - from) * vector.byteLength;
    const run = new Uint8Array(vector.buffer, vector.byteOffset, length);
    yield { ordinals, bytes: littleEndian ? run : vectorToBytes(vector) };
  }
}

/** The first that does not lie behind the one before it. */
function endOfRun(entries: readonly { readonly vector: Float32Array }[], from: number): number {
  const { vector } = entries[from] as { vector: Float32Array };
  let end = from + 1;
  if (!littleEndian) return end;
  for (let at = vector.byteOffset; end < entries.length; end++) {
    const next = (entries[end] as { vector: Float32Array }).vector;
    at += vector.byteLength;
    if (next.buffer !== vector.buffer || next.byteOffset !== at) break;
  }
  return end;
}
