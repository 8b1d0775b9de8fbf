/** Numbers from 0 to below 1 that a seed decides (mulberry32), so that a failing spec fails again. */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Elements from -scale to scale. */
export function randomVector(random: () => number, dimension: number, scale = 1): Float32Array {
  return Float32Array.from({ length: dimension }, () => (random() * 2 - 1) * scale);
}

/** Entries "e000", "e001", ... with random vectors and their number as metadata. */
export function randomEntries(
  random: () => number,
  count: number,
  dimension: number,
): { id: string; vector: Float32Array; metadata: { number: number } }[] {
  return Array.from({ length: count }, (_, number) => ({
    id: `e${String(number).padStart(3, "0")}`,
    vector: randomVector(random, dimension),
    metadata: { number },
  }));
}
