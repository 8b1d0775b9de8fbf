import {
  cosine,
  jobDimension,
  jobMetric,
  recordCode,
  recordError,
  recordNorm,
  recordScale,
  recordSum,
  runRecords,
  runRecordStride,
  targetEncoded,
  targetGain,
  targetGiven,
  targetLength,
  targetNorm,
  targetScale,
  targetSpread,
} from "../layout";
import { levels, offset, queryBytes } from "./codes";
import { leftToRightNorm, normMin } from "./exact";

/**
 * Codes and what can be said of a cosine by them.
 *
 * Of a row x, X = x / |x| is kept as a c: c of integers from -127 to 127, a scale a, and a number e that is
 * not below |X - a c|. As all is relative to the norm, rows of any length, denormal ones too, are encoded as
 * well. Of a query likewise Q = q / |q| is b t, with d >= |Q - b t| and g >= |b t|, which is 1 + d. Then
 *
 *   X.Q = a c.b t + (X - a c).b t + X.(Q - b t),  so  |X.Q - a b (c.t)| <= e g + d = E
 *
 * by Cauchy-Schwarz and |X| = 1. The sum c.t is exact in integers. e and d are computed in float64 and rounded
 * up by far more than float64 loses, for a and b as they are stored. What float32 makes of C = a b (c.t) and
 * all that is made of it below goes through fewer than 16 roundings relative to 1 + E < 3, and n * 2^-50 is
 * there for float64 distances, whose order is the one asked for: 2^-18 + n * 2^-50 is granted in d. It is some
 * thousandth of what e is for most vectors. The keys (prepare.ts says of what) and their errors are:
 *
 * cosine     -C, E; a norm that counts as zero has C = 0, which is the truth
 * dot        -|x| C, |x| E
 * euclidean  (|q| - |x|)^2 + 2 |q| |x| (1 - C), 2 |q| |x| E + 2^-18 (|q| + |x|)^2, where the last term is for
 *            norms rounded to float32, a few 2^-24 of each
 *
 * and 2^-144 more for the last two, where numbers underflow and norms are denormal.
 */

/** Writes the record of a row of `bytes`, which is padded with zeros. */
export function encodeRow(run: usize, index: u32, row: usize, bytes: u32, dimension: u32): void {
  const stride: u32 = load<u32>(run, runRecordStride);
  const record = <usize>load<u32>(run, runRecords) + index * stride;
  let code = record + recordCode;
  const codeEnd = record + stride;
  const end = row + bytes;
  const length = norm(row, end, dimension);
  const scale: f32 = length == 0 ? 0 : f32(largest(row, end) / (127 * length));
  const step = f64(scale) * length;
  const steps = f64x2.splat(step);
  const inverse = f64x2.splat(length == 0 ? 0 : 1 / step);
  let rest = f64x2.splat(0);
  let sum = rest;
  for (let at = row; at < end; at += 16, code += 4) {
    const four = v128.load(at);
    const low = f64x2.promote_low_f32x4(four);
    const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 2, 3, 2, 3));
    const lowCode = f64x2.nearest(f64x2.mul(low, inverse));
    const highCode = f64x2.nearest(f64x2.mul(high, inverse));
    const lowRest = f64x2.sub(low, f64x2.mul(lowCode, steps));
    const highRest = f64x2.sub(high, f64x2.mul(highCode, steps));
    rest = f64x2.add(rest, f64x2.add(f64x2.mul(lowRest, lowRest), f64x2.mul(highRest, highRest)));
    sum = f64x2.add(sum, f64x2.add(lowCode, highCode));
    store<u32>(code, bytesOf(lowCode, highCode));
  }
  if (code < codeEnd) memory.fill(code, 0, codeEnd - code);
  store<f32>(record, scale, recordScale);
  const error: f32 = length == 0 ? 0 : above(sqrt(laneSum(rest)) / length);
  store<f32>(record, error, recordError);
  store<f32>(record, f32(length < normMin ? -length : length), recordNorm);
  store<i32>(record, i32(laneSum(sum)), recordSum);
}

/** Encodes a target whose norm is known, and says how far cosines with its code may be from the truth. */
export function encodeTarget(job: usize, target: usize): void {
  const dimension: u32 = load<u32>(job, jobDimension);
  const length = load<f64>(target, targetNorm);
  const isZero = load<u32>(job, jobMetric) == cosine ? length < normMin : length == 0;
  let at = <usize>load<u32>(target, targetGiven);
  const end = at + dimension * 4;
  const biggest = largest(at, at + ((dimension * 4 + 15) & ~15));
  const scale: f32 = isZero ? 0 : f32(biggest / (f64(levels(dimension)) * length));
  const step = f64(scale) * length;
  let code = <usize>load<u32>(target, targetEncoded);
  const codeEnd = code + ((dimension + 15) & ~15) * queryBytes;
  let rest: f64 = 0;
  for (; at < end; at += 4, code += queryBytes) {
    const x = f64(load<f32>(at));
    const number: f64 = isZero ? 0 : nearest(x / step);
    const left = x - number * step;
    rest += left * left;
    if (queryBytes == 1) store<u8>(code, i32(number) + offset);
    else store<i16>(code, i32(number));
  }
  memory.fill(code, 0, codeEnd - code);
  const error: f64 = isZero ? 0 : above(sqrt(rest) / length);
  store<f32>(target, scale, targetScale);
  store<f32>(target, above(1 + error), targetGain);
  store<f32>(target, above(error + roundings + f64(dimension) * rounding64), targetSpread);
  store<f32>(target, f32(length), targetLength);
}

/** The norm in float64; what counts as zero is decided by the sum from left to right, as everywhere. */
function norm(row: usize, end: usize, dimension: u32): f64 {
  let even = f64x2.splat(0);
  let odd = even;
  for (let at = row; at < end; at += 16) {
    const four = v128.load(at);
    const low = f64x2.promote_low_f32x4(four);
    const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 2, 3, 2, 3));
    even = f64x2.add(even, f64x2.mul(low, low));
    odd = f64x2.add(odd, f64x2.mul(high, high));
  }
  const length = sqrt(laneSum(f64x2.add(even, odd)));
  return abs(length - normMin) < normMin * 1e-6 ? leftToRightNorm(row, dimension) : length;
}

/** The largest magnitude. */
function largest(row: usize, end: usize): f64 {
  let four = f32x4.splat(0);
  for (; row < end; row += 16) four = f32x4.max(four, f32x4.abs(v128.load(row)));
  const two = f32x4.max(four, v128.shuffle<f32>(four, four, 2, 3, 2, 3));
  return f64(max(f32x4.extract_lane(two, 0), f32x4.extract_lane(two, 1)));
}

/** Four integers from -127 to 127 as bytes. */
@inline
function bytesOf(low: v128, high: v128): u32 {
  const a = i32x4.trunc_sat_f64x2_s_zero(low);
  const words = v128.shuffle<i32>(a, i32x4.trunc_sat_f64x2_s_zero(high), 0, 1, 4, 5);
  const halves = i16x8.narrow_i32x4_s(words, words);
  return i32x4.extract_lane(i8x16.narrow_i16x8_s(halves, halves), 0);
}

@inline
function laneSum(two: v128): f64 {
  return f64x2.extract_lane(two, 0) + f64x2.extract_lane(two, 1);
}

/** Not below the true value of what float64 computed as `x`, nor is it when float32 computes with it. */
@inline
function above(x: f64): f32 {
  return f32(x * 1.000001 + 1e-9);
}

const roundings: f64 = 3.814697265625e-6; // 2^-18
const rounding64: f64 = 8.881784197001252e-16; // 2^-50
