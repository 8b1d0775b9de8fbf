import type { Random } from "./ports.js";

/** Numbers from 0 to below 1 that follow from 16 random bytes (sfc32): many, for choices that are no secrets. */
export function seededNumbers(random: Random): () => number {
  const seed = random.bytes(16);
  const words = new DataView(seed.buffer, seed.byteOffset, seed.byteLength);
  let a = words.getInt32(0);
  let b = words.getInt32(4);
  let c = words.getInt32(8);
  let counter = words.getInt32(12);
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 16; i++) next(); // until every bit of the seed has had its say
  return next;
}
