/**
 * The products of an encoded query with four codes, exactly. Both are read in steps of 16 bytes: past the end
 * of the dimension the query is zero, so it does not matter what follows a code.
 *
 * There are two ways, from one source. With plain SIMD the query's numbers have up to 16 bits; `levels` keeps the
 * sums below 2^31. With relaxed SIMD they have 7 bits and no sign, which is what its dot product of bytes takes
 * on every processor with the same result: 64 is added to each, and comes off again by way of the code's sum.
 */
export function products(q: usize, a: usize, b: usize, c: usize, d: usize, codes: usize): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? relaxed(q, a, b, c, d, codes) : plain(q, a, b, c, d, codes);
}

/** What the query's numbers have added to them. */
export const offset: i32 = ASC_FEATURE_RELAXED_SIMD ? 64 : 0;

/** Bytes of the query for each byte of a code. */
export const queryBytes: u32 = ASC_FEATURE_RELAXED_SIMD ? 1 : 2;

/** The largest of the query's numbers. */
export function levels(dimension: u32): u32 {
  if (ASC_FEATURE_RELAXED_SIMD) return 63;
  return min<u32>(32767, 0x7fffffff / (127 * dimension));
}

@inline
function plain(q: usize, a: usize, b: usize, c: usize, d: usize, codes: usize): v128 {
  let sa = i32x4.splat(0);
  let sb = sa;
  let sc = sa;
  let sd = sa;
  const end = q + 2 * codes;
  const last = q + 2 * (codes & ~15);
  for (; q < last; q += 32, a += 16, b += 16, c += 16, d += 16) {
    let x = v128.load(q);
    sa = i32x4.add(sa, i32x4.dot_i16x8_s(x, v128.load_ext<i8>(a)));
    sb = i32x4.add(sb, i32x4.dot_i16x8_s(x, v128.load_ext<i8>(b)));
    sc = i32x4.add(sc, i32x4.dot_i16x8_s(x, v128.load_ext<i8>(c)));
    sd = i32x4.add(sd, i32x4.dot_i16x8_s(x, v128.load_ext<i8>(d)));
    x = v128.load(q, 16);
    sa = i32x4.add(sa, i32x4.dot_i16x8_s(x, v128.load_ext<i8>(a, 8)));
    sb = i32x4.add(sb, i32x4.dot_i16x8_s(x, v128.load_ext<i8>(b, 8)));
    sc = i32x4.add(sc, i32x4.dot_i16x8_s(x, v128.load_ext<i8>(c, 8)));
    sd = i32x4.add(sd, i32x4.dot_i16x8_s(x, v128.load_ext<i8>(d, 8)));
  }
  for (; q < end; q += 16, a += 8, b += 8, c += 8, d += 8) {
    const x = v128.load(q);
    sa = i32x4.add(sa, i32x4.dot_i16x8_s(x, v128.load_ext<i8>(a)));
    sb = i32x4.add(sb, i32x4.dot_i16x8_s(x, v128.load_ext<i8>(b)));
    sc = i32x4.add(sc, i32x4.dot_i16x8_s(x, v128.load_ext<i8>(c)));
    sd = i32x4.add(sd, i32x4.dot_i16x8_s(x, v128.load_ext<i8>(d)));
  }
  return sums(sa, sb, sc, sd);
}

@inline
function relaxed(q: usize, a: usize, b: usize, c: usize, d: usize, codes: usize): v128 {
  let sa = i32x4.splat(0);
  let sb = sa;
  let sc = sa;
  let sd = sa;
  for (const end = q + codes; q < end; q += 16, a += 16, b += 16, c += 16, d += 16) {
    const x = v128.load(q);
    sa = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(a), x, sa);
    sb = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(b), x, sb);
    sc = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(c), x, sc);
    sd = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(d), x, sd);
  }
  return sums(sa, sb, sc, sd);
}

/** The sum of each, side by side. */
@inline
export function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(
    v128.shuffle<i32>(ab, cd, 0, 1, 4, 5),
    v128.shuffle<i32>(ab, cd, 2, 3, 6, 7),
  );
}
