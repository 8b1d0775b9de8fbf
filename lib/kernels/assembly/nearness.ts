import {
  cosine,
  dot,
  recordCode,
  recordNorm,
  recordScale,
} from "../layout";
import { offset, products } from "./codes";

/**
 * How near slots are, by codes alone: keys that are as close to distances as codes are to vectors, smaller for what is
 * nearer, and comparable between all pairs of one metric.
 *
 * cosine -C, dot -|x| |y| C, euclidean (|x| - |y|)^2 + 2 |x| |y| (1 - C), where C = a b (c.t), see encode.ts
 */

/** Keys of four records to an encoded target. */
@inline
export function keysToTarget(
  metric: u32,
  dimension: usize,
  code: usize,
  scale: f32,
  length: f32,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
): v128 {
  const at = recordCode;
  let sums = products(code, a + at, b + at, c + at, d + at, dimension);
  if (offset) {
    const ab = v128.shuffle<i32>(v128.load(a), v128.load(b), 3, 7, 3, 7);
    const cd = v128.shuffle<i32>(v128.load(c), v128.load(d), 3, 7, 3, 7);
    sums = i32x4.sub(sums, i32x4.shl(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), 6));
  }
  return keys(metric, sums, scale, length, a, b, c, d);
}

/** Keys of four records to another: of whichever set of instructions, always the same. */
@inline
export function keysToRecord(
  metric: u32,
  dimension: usize,
  record: usize,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
): v128 {
  const at = recordCode;
  const sums = codeProducts(record + at, a + at, b + at, c + at, d + at, dimension);
  const scale = load<f32>(record, recordScale);
  return keys(metric, sums, scale, abs(load<f32>(record, recordNorm)), a, b, c, d);
}

@inline
function codeProducts(q: usize, a: usize, b: usize, c: usize, d: usize, codes: usize): v128 {
  let sa = i32x4.splat(0);
  let sb = sa;
  let sc = sa;
  let sd = sa;
  for (const end = q + codes; q < end; q += 16, a += 16, b += 16, c += 16, d += 16) {
    const low = v128.load_ext<i8>(q);
    const high = v128.load_ext<i8>(q, 8);
    sa = twice(sa, low, high, a);
    sb = twice(sb, low, high, b);
    sc = twice(sc, low, high, c);
    sd = twice(sd, low, high, d);
  }
  const ab = i32x4.add(v128.shuffle<i32>(sa, sb, 0, 4, 1, 5), v128.shuffle<i32>(sa, sb, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(sc, sd, 0, 4, 1, 5), v128.shuffle<i32>(sc, sd, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
}

@inline
function twice(sum: v128, low: v128, high: v128, code: usize): v128 {
  const one = i32x4.dot_i16x8_s(low, v128.load_ext<i8>(code));
  const other = i32x4.dot_i16x8_s(high, v128.load_ext<i8>(code, 8));
  return i32x4.add(sum, i32x4.add(one, other));
}

@inline
function keys(
  metric: u32,
  sums: v128,
  scale: f32,
  length: f32,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
): v128 {
  const ab = v128.shuffle<i32>(v128.load(a), v128.load(b), 0, 4, 2, 6);
  const cd = v128.shuffle<i32>(v128.load(c), v128.load(d), 0, 4, 2, 6);
  const scales = f32x4.mul(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), f32x4.splat(scale));
  const cosines = f32x4.mul(f32x4.convert_i32x4_s(sums), scales);
  if (metric == cosine) return f32x4.neg(cosines);
  const norms = f32x4.abs(v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
  const lengths = f32x4.mul(norms, f32x4.splat(length));
  if (metric == dot) return f32x4.neg(f32x4.mul(lengths, cosines));
  const apart = f32x4.sub(norms, f32x4.splat(length));
  const turned = f32x4.mul(f32x4.add(lengths, lengths), f32x4.sub(f32x4.splat(1), cosines));
  return f32x4.add(f32x4.mul(apart, apart), turned);
}
