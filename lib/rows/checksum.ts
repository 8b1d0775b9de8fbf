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
  let at = start;
  for (; at + 4 <= end; at += 4) {
    sum ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    sum =
      (tables[768 + (sum & 0xff)] as number) ^
      (tables[512 + ((sum >>> 8) & 0xff)] as number) ^
      (tables[256 + ((sum >>> 16) & 0xff)] as number) ^
      (tables[sum >>> 24] as number);
  }
  for (; at < end; at++) {
    sum = (tables[(sum ^ (bytes[at] as number)) & 0xff] as number) ^ (sum >>> 8);
  }
  return ~sum >>> 0;
}

/** Above it zlib is the faster one, in spite of the call. */
const shortBytes = 224;

/** What a byte adds, where none, one, two and three zeros come behind it: 256 numbers each. */
const tables: Int32Array = new Int32Array(4 * 256);
for (let byte = 0; byte < 256; byte++) {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? 0xedb88320 ^ (sum >>> 1) : sum >>> 1;
  tables[byte] = sum;
}
for (let place = 256; place < tables.length; place++) {
  const before = tables[place - 256] as number;
  tables[place] = (tables[before & 0xff] as number) ^ (before >>> 8);
}
