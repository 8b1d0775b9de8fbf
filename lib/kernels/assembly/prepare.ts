import {
  cosine,
  dot,
  euclidean,
  jobDimension,
  jobMaxDistance,
  jobMetric,
  jobStride,
  jobTargetCount,
  jobTargets,
  targetBytes,
  targetCut,
  targetGiven,
  targetNorm,
  targetRelative,
  targetScaled,
  targetSlack,
} from "../layout";
import { encodeTarget } from "./encode";
import { leftToRightNorm, normMin } from "./exact";

/**
 * The float32 estimates and how far they can be from the truth.
 *
 * A key is the estimate that is selected by; smaller is nearer. With u = 2^-24, g(m) = m u / (1 - m u), and d
 * the length of the longest chain of roundings that a product goes through, Higham's bound for a sum in any
 * order is |computed - true| <= g(d) * (sum of the |products|) + n * 2^-150, where the last term is what
 * products lose to underflow (float32 keeps denormals, additions of them are exact). Norms are at most 1e18,
 * so no square of a difference is above 4e36 and nothing overflows.
 *
 * `rows.ts` multiplies once and adds n/4 - 1 times per lane and twice across lanes: n/4 + 2 roundings of n
 * padded to 4. Eight more are granted for all that comes around it (below), so m = n/4 + 10, and the whole is
 * taken 1 % larger, which covers the second order of these few roundings and the one to float32 of the bound.
 * n * 2^-50 covers the rounding of the float64 distances, whose order is the one asked for.
 *
 * cosine     key = -(q' x) / |x|, q' = q / |q| rounded to float32 (1 rounding; the norm, 1; the division, 1;
 *            lower and upper, 1). By Cauchy-Schwarz the sum of |q'i xi| / |x| is at most 1: the slack is a
 *            constant. Underflow: n * 2^-150 / 1e-18 is far below the 1 %. A norm below 1e-18 (decided in
 *            float64) gives key 0 without error, as the definition has it.
 * euclidean  key = sum (q - x)^2. A difference has one relative rounding, its square two: the error is
 *            relative, g(m) * key, and n * 2^-149 for underflow. The root is left out, being monotonous;
 *            squares that float64 sends to the same root differ by less than the n * 2^-50.
 * dot        key = -(q' x): as for cosine, but relative to |x|, so each row has its own slack, g(m) |x|
 *            (|x| rounded: 1), and n * 2^-149 for underflow.
 *
 * Then  lower = key - e <= truth <= key + e = upper  with  e = slack + relative * (euclidean: key; dot: |x|),
 * and what may be among the nearest k is what has lower <= the k-th smallest upper.
 */
export function prepare(job: usize): void {
  const count: u32 = load<u32>(job, jobTargetCount);
  let target = <usize>load<u32>(job, jobTargets);
  for (let i: u32 = 0; i < count; i++, target += targetBytes) prepareTarget(job, target);
}

function prepareTarget(job: usize, target: usize): void {
  const metric: u32 = load<u32>(job, jobMetric);
  const dimension: u32 = load<u32>(job, jobDimension);
  const stride: u32 = load<u32>(job, jobStride);
  const given = <usize>load<u32>(target, targetGiven);
  for (let at: u32 = dimension * 4; at < stride; at += 4) store<f32>(given + at, 0);
  const norm = leftToRightNorm(given, dimension);
  store<f64>(target, norm, targetNorm);
  scale(metric, given, <usize>load<u32>(target, targetScaled), stride, norm);

  const roundings = f64((dimension + 3) / 4 + 10) * unit;
  const n = f64(dimension);
  const bound = 1.01 * (roundings / (1 - roundings)) + n * rounding64;
  const underflow = n * underflow32;
  store<f32>(target, f32(metric == cosine ? bound : underflow), targetSlack);
  store<f32>(target, f32(metric == cosine ? 0 : bound), targetRelative);
  store<f32>(target, firstCut(metric, load<f64>(job, jobMaxDistance), norm), targetCut);
  encodeTarget(job, target);
}

/** The query as the estimates want it: of norm 1, or as given for euclidean; zero where it counts as zero. */
function scale(metric: u32, given: usize, scaled: usize, stride: u32, norm: f64): void {
  const zero = metric == cosine ? norm < normMin : norm == 0;
  for (let at: u32 = 0; at < stride; at += 4) {
    const x = load<f32>(given + at);
    let y: f32 = x;
    if (metric != euclidean) y = zero ? 0 : f32(f64(x) / norm);
    store<f32>(scaled + at, y);
  }
}

/** What a distance at the bound could have as its key, rounded up: no row within the bound is above it. */
function firstCut(metric: u32, distance: f64, norm: f64): f32 {
  if (metric == cosine) return roundedUp(distance - 1 + abs(distance) * 1e-12);
  if (metric == euclidean) return distance < 0 ? -Infinity : roundedUp(distance * distance);
  if (metric == dot && norm == 0) return Infinity;
  return roundedUp(distance / norm);
}

function roundedUp(x: f64): f32 {
  if (abs(x) == Infinity) return f32(x);
  return f32(x + abs(x) * 2.5e-7 + 1e-43);
}

const unit: f64 = 5.9604644775390625e-8; // 2^-24
const rounding64: f64 = 8.881784197001252e-16; // 2^-50
const underflow32: f64 = 1.401298464324817e-45; // 2^-149
