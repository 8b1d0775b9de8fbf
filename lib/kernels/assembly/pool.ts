/**
 * A pool of the nearest slots so far: `keys` in ascending order with infinity behind them up to a multiple of 16, and
 * the slot of each. As pools are short and in order, a place is found by counting and made by shifting, both with
 * SIMD and without a branch on the keys: those are what a heap is slow by.
 */

/** Empties a pool that keeps up to `width`. */
export function clear(keys: usize, width: u32): void {
  const end = keys + paddedBytes(width) + 16;
  for (let at = keys; at < end; at += 16) v128.store(at, f32x4.splat(Infinity));
}

/** Bytes of the keys of a pool, and as many of its slots, but for 16 more that are written behind both. */
@inline
export function paddedBytes(width: u32): usize {
  return ((<usize>width + 16) & ~15) * 4;
}

/** How many keys are not above this one. */
@inline
export function rankOf(keys: usize, width: u32, key: f32): u32 {
  let from: usize = 0;
  let count = paddedBytes(width) / 4;
  while (count > 64) {
    const half = (count >> 1) & ~15;
    from += load<f32>(keys + (from + half - 1) * 4) <= key ? half : 0;
    count -= half;
  }
  const wanted = f32x4.splat(key);
  let counts = i32x4.splat(0);
  let at = keys + from * 4;
  for (const end = at + count * 4; at < end; at += 16) {
    counts = i32x4.sub(counts, f32x4.le(v128.load(at), wanted));
  }
  const two = i32x4.add(counts, v128.shuffle<i32>(counts, counts, 2, 3, 2, 3));
  return <u32>from + <u32>(i32x4.extract_lane(two, 0) + i32x4.extract_lane(two, 1));
}

/** Puts a slot at its rank; of `count` there the last ones move up. */
@inline
export function insertAt(keys: usize, slots: usize, rank: u32, count: u32, key: f32, slot: u32): void {
  let at = (<isize>count - 4) * 4;
  const first = <isize>rank * 4;
  for (; at >= first; at -= 16) {
    v128.store(keys + at, v128.load(keys + at), 4);
    v128.store(slots + at, v128.load(slots + at), 4);
  }
  for (at += 12; at >= first; at -= 4) {
    store<f32>(keys + at, load<f32>(keys + at), 4);
    store<u32>(slots + at, load<u32>(slots + at), 4);
  }
  store<f32>(keys + first, key);
  store<u32>(slots + first, slot);
}
