import {
  blockSlots,
  candidateBytes,
  candidateLower,
  candidateOrdinal,
  candidateRow,
  candidateUpper,
  cosine,
  euclidean,
  runNorms,
  runOrdinals,
  runStride,
  runVectors,
  targetArea,
  targetCount,
  targetCut,
  targetRelative,
  targetScaled,
  targetSlack,
} from "../layout";
import { dots, squares } from "./rows";

/** Scores those rows of a block that `mask` names, and keeps as candidates those that pass the target's cut. */
export function scoreBlock(metric: u32, target: usize, run: usize, block: u32, mask: u64): void {
  if (metric == cosine) scoreCosine(target, run, block, mask);
  else if (metric == euclidean) scoreEuclidean(target, run, block, mask);
  else scoreDot(target, run, block, mask);
}

function scoreCosine(target: usize, run: usize, block: u32, mask: u64): void {
  const slack = f32x4.splat(load<f32>(target, targetSlack));
  scoreFours(cosine, target, run, block, mask, slack, slack);
}

function scoreEuclidean(target: usize, run: usize, block: u32, mask: u64): void {
  const slack = f32x4.splat(load<f32>(target, targetSlack));
  const relative = f32x4.splat(load<f32>(target, targetRelative));
  scoreFours(euclidean, target, run, block, mask, slack, relative);
}

function scoreDot(target: usize, run: usize, block: u32, mask: u64): void {
  const slack = f32x4.splat(load<f32>(target, targetSlack));
  const relative = f32x4.splat(load<f32>(target, targetRelative));
  scoreFours(2, target, run, block, mask, slack, relative);
}

/** Four rows of the mask at a time, wherever they lie in the block; the last four may repeat a row. */
@inline
function scoreFours(
  metric: u32,
  target: usize,
  run: usize,
  block: u32,
  mask: u64,
  slack: v128,
  relative: v128,
): void {
  const stride: usize = load<u32>(run, runStride);
  const first: usize = block * blockSlots;
  const rows = <usize>load<u32>(run, runVectors) + first * stride;
  const norms = <usize>load<u32>(run, runNorms) + first * 4;
  const ordinals = <usize>load<u32>(run, runOrdinals) + first * 8;
  const query = <usize>load<u32>(target, targetScaled);
  const cut = f32x4.splat(load<f32>(target, targetCut));
  const area = <usize>load<u32>(target, targetArea);
  let end = area + load<u32>(target, targetCount) * candidateBytes;
  while (mask) {
    const a = <usize>ctz(mask);
    mask &= mask - 1;
    const two = mask != 0;
    const b = two ? <usize>ctz(mask) : a;
    mask &= mask - 1;
    const three = two && mask != 0;
    const c = three ? <usize>ctz(mask) : a;
    mask &= mask - 1;
    const four = three && mask != 0;
    const d = four ? <usize>ctz(mask) : a;
    mask &= mask - 1;
    if (!two) mask = 0;
    const ra = rows + a * stride;
    const rb = rows + b * stride;
    const rc = rows + c * stride;
    const rd = rows + d * stride;
    let norm = v128.load32_zero(norms + a * 4);
    norm = v128.load_lane<f32>(norms + b * 4, norm, 1);
    norm = v128.load_lane<f32>(norms + c * 4, norm, 2);
    norm = v128.load_lane<f32>(norms + d * 4, norm, 3);
    const key = keys(metric, query, ra, rb, rc, rd, norm, stride);
    let error = slack;
    if (metric == euclidean) error = f32x4.add(slack, f32x4.mul(relative, key));
    else if (metric != cosine) error = f32x4.add(slack, f32x4.mul(relative, f32x4.abs(norm)));
    const lower = f32x4.sub(key, error);
    let passing = i32x4.bitmask(f32x4.le(lower, cut));
    if (passing == 0) continue;
    passing &= 1 | (i32(two) << 1) | (i32(three) << 2) | (i32(four) << 3);
    const upper = f32x4.add(key, error);
    if (passing & 1) {
      end = keep(end, f32x4.extract_lane(lower, 0), f32x4.extract_lane(upper, 0), ra, ordinals + a * 8);
    }
    if (passing & 2) {
      end = keep(end, f32x4.extract_lane(lower, 1), f32x4.extract_lane(upper, 1), rb, ordinals + b * 8);
    }
    if (passing & 4) {
      end = keep(end, f32x4.extract_lane(lower, 2), f32x4.extract_lane(upper, 2), rc, ordinals + c * 8);
    }
    if (passing & 8) {
      end = keep(end, f32x4.extract_lane(lower, 3), f32x4.extract_lane(upper, 3), rd, ordinals + d * 8);
    }
  }
  store<u32>(target, <u32>(end - area) / candidateBytes, targetCount);
}

@inline
function keys(
  metric: u32,
  query: usize,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  norm: v128,
  stride: usize,
): v128 {
  if (metric == euclidean) return squares(query, a, b, c, d, stride);
  const products = dots(query, a, b, c, d, stride);
  if (metric != cosine) return f32x4.neg(products);
  // A norm that counts as zero is stored as negative (or 0): its cosine is 0.
  const counts = f32x4.gt(norm, f32x4.splat(0));
  return f32x4.neg(v128.and(f32x4.div(products, norm), counts));
}

@inline
function keep(end: usize, lower: f32, upper: f32, row: usize, ordinal: usize): usize {
  store<f32>(end, lower, candidateLower);
  store<f32>(end, upper, candidateUpper);
  store<u32>(end, row, candidateRow);
  store<u32>(end, ordinal, candidateOrdinal);
  return end + candidateBytes;
}
