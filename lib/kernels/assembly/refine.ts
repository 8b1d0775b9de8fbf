import {
  candidateBytes,
  candidateIndex,
  candidateLower,
  candidateRun,
  candidateUpper,
  finished,
  jobMetric,
  jobStride,
  recordNorm,
  runRecords,
  runRecordStride,
  targetArea,
  targetCount,
  targetRefined,
  targetScaled,
  unfinished,
  wanting,
} from "../layout";
import { isSpent, spend } from "./budget";
import { rowOf } from "./lent";
import { rowErrors, rowKeys } from "./row-keys";

/**
 * Gives candidates the bounds that their float32 rows allow (prepare.ts), some thousand times closer than those
 * of codes. Those refined before are passed over. `finished`, `unfinished` where the budget was spent before the
 * last of them, or `wanting` where the row of the next is not there.
 */
export function refine(job: usize, target: usize): u32 {
  const stride: usize = load<u32>(job, jobStride);
  const count: u32 = load<u32>(target, targetCount);
  let refined: u32 = load<u32>(target, targetRefined);
  let status: u32 = finished;
  for (; refined < count; refined += 4) {
    if (isSpent()) status = unfinished;
    else if (!refineFour(job, target, refined, count - 1, stride)) status = wanting;
    if (status != finished) break;
    spend(<i32>stride + 64);
  }
  store<u32>(target, min(refined, count), targetRefined);
  return status;
}

/** Four candidates from `index` on, or fewer up to the last; false when not all of their rows are there. */
function refineFour(job: usize, target: usize, index: u32, last: u32, stride: usize): bool {
  const area = <usize>load<u32>(target, targetArea);
  const index1 = min(index + 1, last);
  const index2 = min(index + 2, last);
  const index3 = min(index + 3, last);
  const a = area + <usize>index * candidateBytes;
  const b = area + <usize>index1 * candidateBytes;
  const c = area + <usize>index2 * candidateBytes;
  const d = area + <usize>index3 * candidateBytes;
  const ra = rowOf(job, a, index, stride);
  const rb = rowOf(job, b, index1, stride);
  const rc = rowOf(job, c, index2, stride);
  const rd = rowOf(job, d, index3, stride);
  if (!ra || !rb || !rc || !rd) return false;
  const metric: u32 = load<u32>(job, jobMetric);
  const query = <usize>load<u32>(target, targetScaled);
  let norm = v128.load32_zero(normOf(a));
  norm = v128.load_lane<f32>(normOf(b), norm, 1);
  norm = v128.load_lane<f32>(normOf(c), norm, 2);
  norm = v128.load_lane<f32>(normOf(d), norm, 3);
  const key = rowKeys(metric, query, ra, rb, rc, rd, norm, stride);
  const error = rowErrors(metric, target, key, norm);
  const lower = f32x4.sub(key, error);
  const upper = f32x4.add(key, error);
  bound(a, f32x4.extract_lane(lower, 0), f32x4.extract_lane(upper, 0));
  bound(b, f32x4.extract_lane(lower, 1), f32x4.extract_lane(upper, 1));
  bound(c, f32x4.extract_lane(lower, 2), f32x4.extract_lane(upper, 2));
  bound(d, f32x4.extract_lane(lower, 3), f32x4.extract_lane(upper, 3));
  return true;
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
