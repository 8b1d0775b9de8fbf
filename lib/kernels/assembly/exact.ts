import { cosine, euclidean } from "../layout";

/** Under cosine a norm below this counts as zero. */
export const normMin: f64 = 1e-18;

/**
 * The distance that float64 arithmetic gives, summed from left to right. The product of two float32 numbers
 * is exact in float64, and neither overflows nor underflows there.
 */
export function exactDistance(
  metric: u32,
  q: usize,
  row: usize,
  dimension: u32,
  norm: f64,
): f64 {
  if (metric == cosine) return exactCosine(q, row, dimension, norm);
  let sum: f64 = 0;
  const end = q + dimension * 4;
  if (metric == euclidean) {
    for (; q < end; q += 4, row += 4) {
      const difference = f64(load<f32>(q)) - f64(load<f32>(row));
      sum += difference * difference;
    }
    return sqrt(sum);
  }
  for (; q < end; q += 4, row += 4) sum += f64(load<f32>(q)) * f64(load<f32>(row));
  return 0 - sum; // and so never -0
}

export function leftToRightNorm(row: usize, dimension: u32): f64 {
  let sum: f64 = 0;
  for (let end = row + dimension * 4; row < end; row += 4) {
    const x = f64(load<f32>(row));
    sum += x * x;
  }
  return sqrt(sum);
}

function exactCosine(q: usize, row: usize, dimension: u32, norm: f64): f64 {
  let sum: f64 = 0;
  let squares: f64 = 0;
  for (let end = q + dimension * 4; q < end; q += 4, row += 4) {
    const x = f64(load<f32>(row));
    sum += f64(load<f32>(q)) * x;
    squares += x * x;
  }
  const length = sqrt(squares);
  if (norm < normMin || length < normMin) return 1;
  return 1 - sum / (norm * length);
}
