/** Under cosine a norm below this counts as zero. */
export const normMin: f64 = 1e-18;

export function leftToRightNorm(row: usize, dimension: u32): f64 {
  let sum: f64 = 0;
  for (let end = row + dimension * 4; row < end; row += 4) {
    const x = f64(load<f32>(row));
    sum += x * x;
  }
  return sqrt(sum);
}
