import { dots } from "./rows";

/** The limit that searches are measured against: dot products with rows side by side, and nothing else. */
export function plainRead(query: usize, rows: usize, stride: usize, count: u32): f32 {
  let row = rows;
  let sum = f32x4.splat(0);
  for (let i: u32 = 0; i + 4 <= count; i += 4, row += 4 * stride) {
    const a = dots(query, row, row + stride, row + 2 * stride, row + 3 * stride, stride);
    sum = f32x4.add(sum, a);
  }
  return f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) +
    f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3);
}
