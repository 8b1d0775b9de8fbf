import {
  blockSlots,
  candidateBytes,
  cosine,
  dot,
  euclidean,
  jobDimension,
  jobMetric,
  recordCode,
  runCapacity,
  runRecords,
  runRecordStride,
  targetArea,
  targetCount,
  targetCut,
  targetEncoded,
  targetGain,
  targetLength,
  targetScale,
  targetSpread,
} from "../layout";
import { keepFour } from "./candidates";
import { offset, products } from "./codes";
import { lanesOf, lowestFour, placeOf, withoutFour } from "./four";

/**
 * Scores the codes of those slots of a block that `mask` names, and keeps as candidates those that pass the
 * target's cut.
 */
export function scanCodes(job: usize, target: usize, run: usize, block: u32, mask: u64): void {
  const metric: u32 = load<u32>(job, jobMetric);
  const dimension: u32 = load<u32>(job, jobDimension);
  if (metric == cosine) scanFours(cosine, dimension, target, run, block, mask);
  else if (metric == euclidean) scanFours(euclidean, dimension, target, run, block, mask);
  else scanFours(dot, dimension, target, run, block, mask);
}

/** The whole block from end to end where most of it is named, or from slot to slot. */
@inline
function scanFours(
  metric: u32,
  dimension: usize,
  target: usize,
  run: usize,
  block: u32,
  mask: u64,
): void {
  const stride: usize = load<u32>(run, runRecordStride);
  const first: u32 = block * blockSlots;
  let records = <usize>load<u32>(run, runRecords) + <usize>first * stride;
  const query = <usize>load<u32>(target, targetEncoded);
  const scale = f32x4.splat(load<f32>(target, targetScale));
  const gain = f32x4.splat(load<f32>(target, targetGain));
  const spread = f32x4.splat(load<f32>(target, targetSpread));
  const length = f32x4.splat(load<f32>(target, targetLength));
  const cut = f32x4.splat(load<f32>(target, targetCut));
  const area = <usize>load<u32>(target, targetArea);
  let end = area + load<u32>(target, targetCount) * candidateBytes;
  const isWhole = isDense(run, block, mask);
  let four: u32 = 0x03020100;
  for (let whole = 0; isWhole ? whole < blockSlots : mask != 0; whole += 4) {
    let a = records;
    let b = a + stride;
    let c = b + stride;
    let d = c + stride;
    let lanes: i32;
    if (isWhole) {
      records = d + stride;
      lanes = <i32>(mask >> whole) & 15;
    } else {
      four = lowestFour(mask);
      a = records + placeOf(four, 0) * stride;
      b = records + placeOf(four, 1) * stride;
      c = records + placeOf(four, 2) * stride;
      d = records + placeOf(four, 3) * stride;
      lanes = lanesOf(mask);
      mask = withoutFour(mask);
    }
    let sums = products(query, a + recordCode, b + recordCode, c + recordCode, d + recordCode, dimension);
    // The first 16 bytes of the records, transposed.
    const ra = v128.load(a);
    const rb = v128.load(b);
    const rc = v128.load(c);
    const rd = v128.load(d);
    const ab = v128.shuffle<i32>(ra, rb, 0, 4, 1, 5);
    const cd = v128.shuffle<i32>(rc, rd, 0, 4, 1, 5);
    const abEnd = v128.shuffle<i32>(ra, rb, 2, 6, 3, 7);
    const cdEnd = v128.shuffle<i32>(rc, rd, 2, 6, 3, 7);
    const scales = v128.shuffle<i32>(ab, cd, 0, 1, 4, 5);
    const rests = v128.shuffle<i32>(ab, cd, 2, 3, 6, 7);
    const norms = v128.shuffle<i32>(abEnd, cdEnd, 0, 1, 4, 5);
    if (offset) sums = i32x4.sub(sums, i32x4.shl(v128.shuffle<i32>(abEnd, cdEnd, 2, 3, 6, 7), 6));
    const cosines = f32x4.mul(f32x4.convert_i32x4_s(sums), f32x4.mul(scale, scales));
    const apart = f32x4.add(f32x4.mul(rests, gain), spread);
    const key = keys(metric, length, cosines, norms);
    const error = errors(metric, length, apart, norms);
    const passing = i32x4.bitmask(f32x4.le(f32x4.sub(key, error), cut)) & lanes;
    if (passing) end = keepFour(end, passing, key, error, run, first, four);
    if (isWhole) four += 0x04040404;
  }
  store<u32>(target, <u32>(end - area) / candidateBytes, targetCount);
}

/** Whether it is quicker to go through all of the block, which memory has ready, than from slot to slot. */
@inline
export function isDense(run: usize, block: u32, mask: u64): bool {
  if (mask == u64(-1)) return true;
  return popcnt(mask) >= denseSlots && (block + 1) * blockSlots <= load<u32>(run, runCapacity);
}

@inline
function keys(metric: u32, length: v128, cosines: v128, norms: v128): v128 {
  if (metric == cosine) return f32x4.neg(v128.and(cosines, f32x4.gt(norms, f32x4.splat(0))));
  const lengths = f32x4.abs(norms);
  if (metric == dot) return f32x4.neg(f32x4.mul(lengths, cosines));
  const difference = f32x4.sub(length, lengths);
  const product = f32x4.mul(f32x4.add(length, length), lengths);
  const apart = f32x4.mul(product, f32x4.sub(f32x4.splat(1), cosines));
  return f32x4.add(f32x4.mul(difference, difference), apart);
}

/** How far the keys may be from the truth where the cosines may be `spread` from it. */
@inline
function errors(metric: u32, length: v128, spread: v128, norms: v128): v128 {
  if (metric == cosine) return spread;
  const lengths = f32x4.abs(norms);
  const least = f32x4.splat(underflow);
  if (metric == dot) return f32x4.add(f32x4.mul(lengths, spread), least);
  const product = f32x4.mul(f32x4.add(length, length), lengths);
  const sum = f32x4.add(length, lengths);
  const rounding = f32x4.mul(f32x4.splat(roundings), f32x4.mul(sum, sum));
  return f32x4.add(f32x4.mul(product, spread), f32x4.add(rounding, least));
}

const denseSlots: u64 = 16;
const roundings: f32 = 3.814697265625e-6; // 2^-18
const underflow: f32 = 4.484155085839415e-44; // 2^-144
