import {
  candidateBytes,
  candidateIndex,
  candidateLower,
  candidateRun,
  candidateUpper,
  jobMetric,
  jobStride,
  recordNorm,
  runRecords,
  runRecordStride,
  runRows,
  targetArea,
  targetCount,
  targetRefined,
  targetScaled,
} from "../layout";
import { isSpent, spend } from "./budget";
import { rowErrors, rowKeys } from "./row-keys";

/**
 * Gives candidates the bounds that their float32 rows allow (prepare.ts), some thousand times closer than those
 * of codes. Those refined before are passed over. False when the budget was spent before the last of them.
 */
export function refine(job: usize, target: usize): bool {
  const metric: u32 = load<u32>(job, jobMetric);
  const stride: usize = load<u32>(job, jobStride);
  const count: u32 = load<u32>(target, targetCount);
  const area = <usize>load<u32>(target, targetArea);
  let refined: u32 = load<u32>(target, targetRefined);
  for (; refined < count && !isSpent(); refined += 4) {
    refineFour(metric, target, area + refined * candidateBytes, count - refined, stride);
    spend(<i32>stride + 64);
  }
  store<u32>(target, min(refined, count), targetRefined);
  return refined >= count;
}

/** Four candidates from `at` on, or fewer where no more are left. */
function refineFour(metric: u32, target: usize, at: usize, left: u32, stride: usize): void {
  const last = at + min(left - 1, 3) * candidateBytes;
  const b = min(at + candidateBytes, last);
  const c = min(at + 2 * candidateBytes, last);
  const query = <usize>load<u32>(target, targetScaled);
  let norm = v128.load32_zero(normOf(at));
  norm = v128.load_lane<f32>(normOf(b), norm, 1);
  norm = v128.load_lane<f32>(normOf(c), norm, 2);
  norm = v128.load_lane<f32>(normOf(last), norm, 3);
  const ra = rowOf(at, stride);
  const rb = rowOf(b, stride);
  const rc = rowOf(c, stride);
  const rd = rowOf(last, stride);
  const key = rowKeys(metric, query, ra, rb, rc, rd, norm, stride);
  const error = rowErrors(metric, target, key, norm);
  const lower = f32x4.sub(key, error);
  const upper = f32x4.add(key, error);
  bound(at, f32x4.extract_lane(lower, 0), f32x4.extract_lane(upper, 0));
  bound(b, f32x4.extract_lane(lower, 1), f32x4.extract_lane(upper, 1));
  bound(c, f32x4.extract_lane(lower, 2), f32x4.extract_lane(upper, 2));
  bound(last, f32x4.extract_lane(lower, 3), f32x4.extract_lane(upper, 3));
}

/** Where the float32 row of a candidate is. */
@inline
export function rowOf(candidate: usize, stride: usize): usize {
  const run = <usize>load<u32>(candidate, candidateRun);
  return <usize>load<u32>(run, runRows) + <usize>load<u32>(candidate, candidateIndex) * stride;
}

@inline
function normOf(candidate: usize): usize {
  const run = <usize>load<u32>(candidate, candidateRun);
  const stride: usize = load<u32>(run, runRecordStride);
  return <usize>load<u32>(run, runRecords) + <usize>load<u32>(candidate, candidateIndex) * stride + recordNorm;
}

@inline
function bound(candidate: usize, lower: f32, upper: f32): void {
  store<f32>(candidate, lower, candidateLower);
  store<f32>(candidate, upper, candidateUpper);
}
