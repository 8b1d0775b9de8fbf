import type { VectorBlock, VectorIndex } from "../indexes/vector-index.js";

/** Those of a block that the index does not hold. */
export function unheld(index: VectorIndex, { ordinals, bytes }: VectorBlock): VectorBlock {
  const places = [...ordinals.keys()].filter((i) => !index.has(ordinals[i] as number));
  if (places.length === ordinals.length) return { ordinals, bytes };
  const length = bytes.length / ordinals.length;
  const left = new Uint8Array(places.length * length);
  for (const [to, from] of places.entries()) {
    left.set(bytes.subarray(from * length, (from + 1) * length), to * length);
  }
  return { ordinals: Float64Array.from(places, (i) => ordinals[i] as number), bytes: left };
}
