import { cosine, dot, euclidean } from "../layout";
import { normMin } from "./exact";

/**
 * The distances of four rows that float64 arithmetic gives, summed from left to right, as four numbers from `to` on. The
 * product of two float32 numbers is exact in float64, and neither overflows nor underflows there.
 *
 * Each row has a lane of its own, so that the processor goes on with the others instead of waiting for one sum. The zeros
 * that query and rows are padded with change none.
 */
export function exactFour(
  metric: u32,
  q: usize,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  dimension: u32,
  norm: f64,
  to: usize,
): void {
  if (metric == cosine) cosines(q, a, b, c, d, dimension, norm, to);
  else if (metric == euclidean) others(euclidean, q, a, b, c, d, dimension, to);
  else others(dot, q, a, b, c, d, dimension, to);
}

function cosines(
  q: usize,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  dimension: u32,
  norm: f64,
  to: usize,
): void {
  let ab = f64x2.splat(0);
  let cd = ab;
  let abSquares = ab;
  let cdSquares = ab;
  for (const end = q + dimension * 4; q < end; q += 16, a += 16, b += 16, c += 16, d += 16) {
    const x = v128.load(q);
    const va = v128.load(a);
    const vb = v128.load(b);
    const vc = v128.load(c);
    const vd = v128.load(d);
    let one = first(va, vb);
    let other = first(vc, vd);
    let y = first(x, x);
    ab = f64x2.add(ab, f64x2.mul(y, one));
    cd = f64x2.add(cd, f64x2.mul(y, other));
    abSquares = f64x2.add(abSquares, f64x2.mul(one, one));
    cdSquares = f64x2.add(cdSquares, f64x2.mul(other, other));
    one = second(va, vb);
    other = second(vc, vd);
    y = second(x, x);
    ab = f64x2.add(ab, f64x2.mul(y, one));
    cd = f64x2.add(cd, f64x2.mul(y, other));
    abSquares = f64x2.add(abSquares, f64x2.mul(one, one));
    cdSquares = f64x2.add(cdSquares, f64x2.mul(other, other));
    one = third(va, vb);
    other = third(vc, vd);
    y = third(x, x);
    ab = f64x2.add(ab, f64x2.mul(y, one));
    cd = f64x2.add(cd, f64x2.mul(y, other));
    abSquares = f64x2.add(abSquares, f64x2.mul(one, one));
    cdSquares = f64x2.add(cdSquares, f64x2.mul(other, other));
    one = fourth(va, vb);
    other = fourth(vc, vd);
    y = fourth(x, x);
    ab = f64x2.add(ab, f64x2.mul(y, one));
    cd = f64x2.add(cd, f64x2.mul(y, other));
    abSquares = f64x2.add(abSquares, f64x2.mul(one, one));
    cdSquares = f64x2.add(cdSquares, f64x2.mul(other, other));
  }
  v128.store(to, cosinesOf(ab, abSquares, norm));
  v128.store(to + 16, cosinesOf(cd, cdSquares, norm));
}

@inline
function cosinesOf(sums: v128, squares: v128, norm: f64): v128 {
  const lengths = f64x2.sqrt(squares);
  const near = f64x2.sub(f64x2.splat(1), f64x2.div(sums, f64x2.mul(f64x2.splat(norm), lengths)));
  const isZero = f64x2.lt(f64x2.min(lengths, f64x2.splat(norm)), f64x2.splat(normMin));
  return v128.bitselect(f64x2.splat(1), near, isZero);
}

@inline
function others(
  metric: u32,
  q: usize,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  dimension: u32,
  to: usize,
): void {
  let ab = f64x2.splat(0);
  let cd = ab;
  for (const end = q + dimension * 4; q < end; q += 16, a += 16, b += 16, c += 16, d += 16) {
    const x = v128.load(q);
    const va = v128.load(a);
    const vb = v128.load(b);
    const vc = v128.load(c);
    const vd = v128.load(d);
    ab = f64x2.add(ab, term(metric, first(x, x), first(va, vb)));
    cd = f64x2.add(cd, term(metric, first(x, x), first(vc, vd)));
    ab = f64x2.add(ab, term(metric, second(x, x), second(va, vb)));
    cd = f64x2.add(cd, term(metric, second(x, x), second(vc, vd)));
    ab = f64x2.add(ab, term(metric, third(x, x), third(va, vb)));
    cd = f64x2.add(cd, term(metric, third(x, x), third(vc, vd)));
    ab = f64x2.add(ab, term(metric, fourth(x, x), fourth(va, vb)));
    cd = f64x2.add(cd, term(metric, fourth(x, x), fourth(vc, vd)));
  }
  v128.store(to, distancesOf(metric, ab));
  v128.store(to + 16, distancesOf(metric, cd));
}

/** The negative of a dot product is never -0. */
@inline
function distancesOf(metric: u32, sums: v128): v128 {
  return metric == euclidean ? f64x2.sqrt(sums) : f64x2.sub(f64x2.splat(0), sums);
}

@inline
function term(metric: u32, x: v128, y: v128): v128 {
  if (metric != euclidean) return f64x2.mul(x, y);
  const difference = f64x2.sub(x, y);
  return f64x2.mul(difference, difference);
}

/** The first numbers of two rows, and so on. */
@inline
function first(a: v128, b: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(a, b, 0, 4, 0, 4));
}

@inline
function second(a: v128, b: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(a, b, 1, 5, 1, 5));
}

@inline
function third(a: v128, b: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(a, b, 2, 6, 2, 6));
}

@inline
function fourth(a: v128, b: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(a, b, 3, 7, 3, 7));
}
