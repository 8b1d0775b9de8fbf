import { holds } from "./constant-bytes.js";

/**
 * How many elements the array at `start` has, where each is of just these bytes and nothing comes
 * behind them; undefined for all else, which is left to the decoder.
 */
export function repeats(bytes: Uint8Array, start: number, element: Uint8Array): number | undefined {
  const lead = bytes[start];
  const isLong = lead === 0xdc;
  if (!isLong && (lead < 0x90 || lead > 0x9f)) return undefined;
  const count = isLong ? bytes[start + 1] * 256 + bytes[start + 2] : lead & 0x0f;
  let at = start + (isLong ? 3 : 1);
  if (bytes.length !== at + count * element.length) return undefined;
  for (; at < bytes.length; at += element.length) {
    if (!holds(bytes, at, element)) return undefined;
  }
  return count;
}
