import {
  blockSlots,
  candidateBytes,
  jobMetric,
  jobStride,
  recordNorm,
  runRecords,
  runRecordStride,
  runRows,
  targetArea,
  targetCount,
  targetCut,
  targetRefined,
  targetScaled,
} from "../layout";
import { keepFour } from "./candidates";
import { lanesOf, lowestFour, placeOf, withoutFour } from "./four";
import { rowErrors, rowKeys } from "./row-keys";

/** As `scanCodes`, by float32 rows; all candidates that there are have been refined. */
export function scanRows(job: usize, target: usize, run: usize, block: u32, mask: u64): void {
  const metric: u32 = load<u32>(job, jobMetric);
  const stride: usize = load<u32>(job, jobStride);
  const first: u32 = block * blockSlots;
  const rows = <usize>load<u32>(run, runRows) + <usize>first * stride;
  const recordStride: usize = load<u32>(run, runRecordStride);
  const norms = <usize>load<u32>(run, runRecords) + <usize>first * recordStride + recordNorm;
  const query = <usize>load<u32>(target, targetScaled);
  const cut = f32x4.splat(load<f32>(target, targetCut));
  const area = <usize>load<u32>(target, targetArea);
  let end = area + load<u32>(target, targetCount) * candidateBytes;
  for (; mask; mask = withoutFour(mask)) {
    const four = lowestFour(mask);
    const a = rows + placeOf(four, 0) * stride;
    const b = rows + placeOf(four, 1) * stride;
    const c = rows + placeOf(four, 2) * stride;
    const d = rows + placeOf(four, 3) * stride;
    const norm = normsOf(norms, recordStride, four);
    const key = rowKeys(metric, query, a, b, c, d, norm, stride);
    const error = rowErrors(metric, target, key, norm);
    const passing = i32x4.bitmask(f32x4.le(f32x4.sub(key, error), cut)) & lanesOf(mask);
    if (passing) end = keepFour(end, passing, key, error, run, first, four);
  }
  const count = <u32>(end - area) / candidateBytes;
  store<u32>(target, count, targetCount);
  store<u32>(target, count, targetRefined);
}

@inline
function normsOf(from: usize, stride: usize, four: u32): v128 {
  const one = v128.load32_zero(from + placeOf(four, 0) * stride);
  const two = v128.load_lane<f32>(from + placeOf(four, 1) * stride, one, 1);
  const three = v128.load_lane<f32>(from + placeOf(four, 2) * stride, two, 2);
  return v128.load_lane<f32>(from + placeOf(four, 3) * stride, three, 3);
}
