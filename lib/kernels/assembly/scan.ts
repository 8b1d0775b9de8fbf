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

/** The whole block from end to end, or the rows that the mask names. */
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
  let rows = <usize>load<u32>(run, runVectors) + first * stride;
  let norms = <usize>load<u32>(run, runNorms) + first * 4;
  let ordinals = <usize>load<u32>(run, runOrdinals) + first * 8;
  const query = <usize>load<u32>(target, targetScaled);
  const cut = f32x4.splat(load<f32>(target, targetCut));
  const area = <usize>load<u32>(target, targetArea);
  let end = area + load<u32>(target, targetCount) * candidateBytes;
  if (mask == u64(-1)) {
    for (let last = norms + 256; norms < last; norms += 16) {
      const b = rows + stride;
      const c = b + stride;
      const d = c + stride;
      const norm = v128.load(norms);
      const key = keys(metric, query, rows, b, c, d, norm, stride);
      const error = errors(metric, key, norm, slack, relative);
      const passing = i32x4.bitmask(f32x4.le(f32x4.sub(key, error), cut));
      if (passing) {
        end = keepFour(end, passing, key, error, rows, b, c, d, ordinals, 8, 16, 24);
      }
      rows = d + stride;
      ordinals += 32;
    }
  } else end = scoreNamed(metric, query, stride, rows, norms, ordinals, mask, slack, relative, cut, end);
  store<u32>(target, <u32>(end - area) / candidateBytes, targetCount);
}

/** Four rows of the mask at a time, wherever they lie in the block; the last four may repeat a row. */
@inline
function scoreNamed(
  metric: u32,
  query: usize,
  stride: usize,
  rows: usize,
  norms: usize,
  ordinals: usize,
  mask: u64,
  slack: v128,
  relative: v128,
  cut: v128,
  end: usize,
): usize {
  while (mask) {
    const several = popcnt(mask);
    const a = <usize>ctz(mask);
    mask &= mask - 1;
    const b = several > 1 ? <usize>ctz(mask) : a;
    mask &= mask - 1;
    const c = several > 2 ? <usize>ctz(mask) : a;
    mask &= mask - 1;
    const d = several > 3 ? <usize>ctz(mask) : a;
    mask = several > 4 ? mask & (mask - 1) : 0;
    const ra = rows + a * stride;
    const rb = rows + b * stride;
    const rc = rows + c * stride;
    const rd = rows + d * stride;
    let norm = v128.load32_zero(norms + a * 4);
    norm = v128.load_lane<f32>(norms + b * 4, norm, 1);
    norm = v128.load_lane<f32>(norms + c * 4, norm, 2);
    norm = v128.load_lane<f32>(norms + d * 4, norm, 3);
    const key = keys(metric, query, ra, rb, rc, rd, norm, stride);
    const error = errors(metric, key, norm, slack, relative);
    let passing = i32x4.bitmask(f32x4.le(f32x4.sub(key, error), cut));
    passing &= several > 3 ? 15 : 15 >> <i32>(4 - several);
    if (passing) {
      const o = ordinals + a * 8;
      end = keepFour(end, passing, key, error, ra, rb, rc, rd, o, (b - a) * 8, (c - a) * 8, (d - a) * 8);
    }
  }
  return end;
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

/** How far the keys may be from the truth. */
@inline
function errors(metric: u32, key: v128, norm: v128, slack: v128, relative: v128): v128 {
  if (metric == cosine) return slack;
  const scale = metric == euclidean ? key : f32x4.abs(norm);
  return f32x4.add(slack, f32x4.mul(relative, scale));
}

/** Rare, so not inlined. Appends those that pass; returns the new end. */
function keepFour(
  end: usize,
  passing: i32,
  key: v128,
  error: v128,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  ordinal: usize,
  toB: usize,
  toC: usize,
  toD: usize,
): usize {
  const lower = f32x4.sub(key, error);
  const upper = f32x4.add(key, error);
  if (passing & 1) {
    end = keep(end, f32x4.extract_lane(lower, 0), f32x4.extract_lane(upper, 0), a, ordinal);
  }
  if (passing & 2) {
    end = keep(end, f32x4.extract_lane(lower, 1), f32x4.extract_lane(upper, 1), b, ordinal + toB);
  }
  if (passing & 4) {
    end = keep(end, f32x4.extract_lane(lower, 2), f32x4.extract_lane(upper, 2), c, ordinal + toC);
  }
  if (passing & 8) {
    end = keep(end, f32x4.extract_lane(lower, 3), f32x4.extract_lane(upper, 3), d, ordinal + toD);
  }
  return end;
}

@inline
function keep(end: usize, lower: f32, upper: f32, row: usize, ordinal: usize): usize {
  store<f32>(end, lower, candidateLower);
  store<f32>(end, upper, candidateUpper);
  store<u32>(end, row, candidateRow);
  store<u32>(end, ordinal, candidateOrdinal);
  return end + candidateBytes;
}
