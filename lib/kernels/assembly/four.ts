import { measuresBytes } from "../layout";

/** Up to four slots of a mask, a byte for each place in the block; where there are fewer the first is repeated. */
export function lowestFour(mask: u64): u32 {
  const several = popcnt(mask);
  const a = <u32>ctz(mask);
  mask &= mask - 1;
  const b = several > 1 ? <u32>ctz(mask) : a;
  mask &= mask - 1;
  const c = several > 2 ? <u32>ctz(mask) : a;
  mask &= mask - 1;
  const d = several > 3 ? <u32>ctz(mask) : a;
  return a | (b << 8) | (c << 16) | (d << 24);
}

/** A bit for each of the four that is not a repetition. */
@inline
export function lanesOf(mask: u64): i32 {
  return 15 >> (4 - <i32>min<u64>(popcnt(mask), 4));
}

/** The mask without its lowest four. */
@inline
export function withoutFour(mask: u64): u64 {
  mask &= mask - 1;
  mask &= mask - 1;
  mask &= mask - 1;
  return mask & (mask - 1);
}

@inline
export function placeOf(four: u32, lane: u32): usize {
  return (four >> (lane * 8)) & 63;
}

/** One of the measures of the four, which is at `from` for the first slot of their block. */
@inline
export function gather(from: usize, four: u32): v128 {
  const one = v128.load32_zero(measuresOf(from, placeOf(four, 0)));
  const two = v128.load_lane<f32>(measuresOf(from, placeOf(four, 1)), one, 1);
  const three = v128.load_lane<f32>(measuresOf(from, placeOf(four, 2)), two, 2);
  return v128.load_lane<f32>(measuresOf(from, placeOf(four, 3)), three, 3);
}

/** Where a slot's measures are, when those of slot 0 are at `from`. */
@inline
export function measuresOf(from: usize, slot: usize): usize {
  return from + (slot >> 2) * measuresBytes + (slot & 3) * 4;
}
