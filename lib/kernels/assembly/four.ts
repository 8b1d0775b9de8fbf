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
