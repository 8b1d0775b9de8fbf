import { crc32 } from "node:zlib";

/**
 * CRC-32 (IEEE 802.3, as in zlib) of `bytes` from `start` to `end`, continuing from `seed`.
 * Short runs are done here: a call into zlib costs more than they do.
 */
export function checksum(
  bytes: Uint8Array,
  seed: number,
  start = 0,
  end: number = bytes.length,
): number {
  if (end - start > shortBytes) {
    const isWhole = start === 0 && end === bytes.length;
    return crc32(isWhole ? bytes : bytes.subarray(start, end), seed);
  }
  let sum = ~seed;
  for (let i = start; i < end; i++) {
    sum = (table[(sum ^ (bytes[i] as number)) & 0xff] as number) ^ (sum >>> 8);
  }
  return ~sum >>> 0;
}

const shortBytes = 64;

const table: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? 0xedb88320 ^ (sum >>> 1) : sum >>> 1;
  return sum;
});
