import { cosine, euclidean, targetRelative, targetSlack } from "../layout";
import { dots, squares } from "./rows";

/** Estimates from float32 rows of which prepare.ts says how good they are. */
@inline
export function rowKeys(
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
export function rowErrors(metric: u32, target: usize, key: v128, norm: v128): v128 {
  const slack = f32x4.splat(load<f32>(target, targetSlack));
  if (metric == cosine) return slack;
  const relative = f32x4.splat(load<f32>(target, targetRelative));
  const scale = metric == euclidean ? key : f32x4.abs(norm);
  return f32x4.add(slack, f32x4.mul(relative, scale));
}
