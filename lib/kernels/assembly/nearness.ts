import {
  cosine,
  dot,
  graphDimension,
  recordCode,
  recordNorm,
  recordScale,
  walkCode,
  walkLength,
  walkScale,
} from "../layout";
import { offset, products, sums } from "./codes";
import { recordOf } from "./graph";

/**
 * How near slots are, by codes alone: keys that are as close to distances as codes are to vectors, smaller for what is
 * nearer, and comparable between all pairs of one metric.
 *
 * cosine -C, dot -|x| |y| C, euclidean (|x| - |y|)^2 + 2 |x| |y| (1 - C), where C = a b (c.t), see encode.ts
 */

/** Keys of the four slots that a list begins with to where a walk goes. */
@inline
export function keysToGoal(metric: u32, isToRecord: bool, walk: usize, graph: usize, four: usize): v128 {
  const a = recordOf(graph, load<u32>(four));
  const b = recordOf(graph, load<u32>(four, 4));
  const c = recordOf(graph, load<u32>(four, 8));
  const d = recordOf(graph, load<u32>(four, 12));
  return keysToGoalOf(metric, isToRecord, walk, graph, a, b, c, d);
}

/** The same of four records, by a list of where they are. */
@inline
export function keysOfRecords(metric: u32, isToRecord: bool, walk: usize, graph: usize, four: usize): v128 {
  const a = <usize>load<u32>(four);
  const b = <usize>load<u32>(four, 4);
  const c = <usize>load<u32>(four, 8);
  const d = <usize>load<u32>(four, 12);
  return keysToGoalOf(metric, isToRecord, walk, graph, a, b, c, d);
}

@inline
function keysToGoalOf(
  metric: u32,
  isToRecord: bool,
  walk: usize,
  graph: usize,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
): v128 {
  const code = <usize>load<u32>(walk, walkCode);
  const dimension: usize = load<u32>(graph, graphDimension);
  if (isToRecord) return keysToRecord(metric, dimension, code, a, b, c, d);
  const length = load<f32>(walk, walkLength);
  return keysToTarget(metric, dimension, code, load<f32>(walk, walkScale), length, a, b, c, d);
}

/** Keys of the four slots that a list begins with to a record. */
@inline
export function keysOfSlots(metric: u32, graph: usize, record: usize, four: usize): v128 {
  const dimension: usize = load<u32>(graph, graphDimension);
  const a = recordOf(graph, load<u32>(four));
  const b = recordOf(graph, load<u32>(four, 4));
  const c = recordOf(graph, load<u32>(four, 8));
  const d = recordOf(graph, load<u32>(four, 12));
  return keysToRecord(metric, dimension, record, a, b, c, d);
}

/** One of four keys. */
@inline
export function laneOf(four: v128, lane: usize): f32 {
  if (lane == 0) return f32x4.extract_lane(four, 0);
  if (lane == 1) return f32x4.extract_lane(four, 1);
  return lane == 2 ? f32x4.extract_lane(four, 2) : f32x4.extract_lane(four, 3);
}

/** Keys of four records to an encoded target. */
@inline
function keysToTarget(
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
  let found = products(code, a + at, b + at, c + at, d + at, dimension);
  if (offset) {
    const ab = v128.shuffle<i32>(v128.load(a), v128.load(b), 3, 7, 3, 7);
    const cd = v128.shuffle<i32>(v128.load(c), v128.load(d), 3, 7, 3, 7);
    found = i32x4.sub(found, i32x4.shl(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), 6));
  }
  return keys(metric, found, scale, length, a, b, c, d);
}

/** Keys of four records to another: of whichever set of instructions, always the same. */
@inline
function keysToRecord(
  metric: u32,
  dimension: usize,
  record: usize,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
): v128 {
  const at = recordCode;
  const found = codeProducts(record + at, a + at, b + at, c + at, d + at, dimension);
  const scale = load<f32>(record, recordScale);
  return keys(metric, found, scale, abs(load<f32>(record, recordNorm)), a, b, c, d);
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
  return sums(sa, sb, sc, sd);
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
  products: v128,
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
  const cosines = f32x4.mul(f32x4.convert_i32x4_s(products), scales);
  if (metric == cosine) return f32x4.neg(cosines);
  const norms = f32x4.abs(v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
  const lengths = f32x4.mul(norms, f32x4.splat(length));
  if (metric == dot) return f32x4.neg(f32x4.mul(lengths, cosines));
  const apart = f32x4.sub(norms, f32x4.splat(length));
  const turned = f32x4.mul(f32x4.add(lengths, lengths), f32x4.sub(f32x4.splat(1), cosines));
  return f32x4.add(f32x4.mul(apart, apart), turned);
}
