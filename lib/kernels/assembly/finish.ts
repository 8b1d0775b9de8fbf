import {
  candidateBytes,
  candidateOrdinal,
  candidateRow,
  finished,
  jobDimension,
  jobLimit,
  jobMaxDistance,
  jobMetric,
  jobStage,
  jobStep,
  jobTarget,
  jobTargetCount,
  jobTargets,
  resultDistance,
  resultOrdinal,
  targetArea,
  targetBytes,
  targetCount,
  targetGiven,
  targetNorm,
  unfinished,
} from "../layout";
import { narrow } from "./candidates";
import { exactDistance } from "./exact";
import { sift } from "./heap";

const narrowing = 0;
const rescoring = 1;
const heaping = 2;
const sorting = 3;

/**
 * Of each target: re-scores in float64 what is left, sorts it by distance and then ordinal, and cuts it after
 * the last that ties with the k-th.
 */
export function finish(job: usize, budget: i32): u32 {
  const targets: u32 = load<u32>(job, jobTargetCount);
  while (load<u32>(job, jobTarget) < targets) {
    const target = <usize>load<u32>(job, jobTargets) + load<u32>(job, jobTarget) * targetBytes;
    const stage: u32 = load<u32>(job, jobStage);
    if (stage == narrowing) {
      narrow(job, target);
      budget -= load<u32>(target, targetCount);
      begin(job, rescoring);
    } else if (stage == rescoring) budget = rescore(job, target, budget);
    else if (stage == heaping) budget = makeHeap(job, target, budget);
    else budget = sort(job, target, budget);
    if (budget <= 0) return unfinished;
  }
  return finished;
}

@inline
function begin(job: usize, stage: u32): void {
  store<u32>(job, stage, jobStage);
  store<u32>(job, 0, jobStep);
}

/** Distance and ordinal take the candidate's place; what is farther than was asked for goes to the end. */
function rescore(job: usize, target: usize, budget: i32): i32 {
  const metric: u32 = load<u32>(job, jobMetric);
  const dimension: u32 = load<u32>(job, jobDimension);
  const farthest = load<f64>(job, jobMaxDistance);
  const given = <usize>load<u32>(target, targetGiven);
  const norm = load<f64>(target, targetNorm);
  const area = <usize>load<u32>(target, targetArea);
  let count: u32 = load<u32>(target, targetCount);
  let step: u32 = load<u32>(job, jobStep);
  while (step < count && budget > 0) {
    budget -= dimension * 8 + 16;
    const at = area + step * candidateBytes;
    const row = <usize>load<u32>(at, candidateRow);
    const distance = exactDistance(metric, given, row, dimension, norm);
    if (distance <= farthest) {
      const ordinal = load<f64>(load<u32>(at, candidateOrdinal));
      store<f64>(at, distance, resultDistance);
      store<f64>(at, ordinal, resultOrdinal);
      step++;
    } else {
      count--;
      v128.store(at, v128.load(area + count * candidateBytes));
    }
  }
  store<u32>(target, count, targetCount);
  store<u32>(job, step, jobStep);
  if (step == count) begin(job, heaping);
  return budget;
}

function makeHeap(job: usize, target: usize, budget: i32): i32 {
  const area = <usize>load<u32>(target, targetArea);
  const count: u32 = load<u32>(target, targetCount);
  const half = count >> 1;
  let step: u32 = load<u32>(job, jobStep);
  for (; step < half && budget > 0; step++) {
    sift(area, half - 1 - step, count);
    budget -= 64;
  }
  store<u32>(job, step, jobStep);
  if (step == half) begin(job, sorting);
  return budget;
}

function sort(job: usize, target: usize, budget: i32): i32 {
  const area = <usize>load<u32>(target, targetArea);
  const count: u32 = load<u32>(target, targetCount);
  let step: u32 = load<u32>(job, jobStep);
  for (; step + 1 < count && budget > 0; step++) {
    const last = area + (count - 1 - step) * candidateBytes;
    const farthest = v128.load(area);
    v128.store(area, v128.load(last));
    v128.store(last, farthest);
    sift(area, 0, count - 1 - step);
    budget -= 256;
  }
  store<u32>(job, step, jobStep);
  if (step + 1 < count) return budget;
  cutAfterTies(target, load<u32>(job, jobLimit));
  store<u32>(job, load<u32>(job, jobTarget) + 1, jobTarget);
  begin(job, narrowing);
  return budget;
}

function cutAfterTies(target: usize, limit: u32): void {
  const area = <usize>load<u32>(target, targetArea);
  const count: u32 = load<u32>(target, targetCount);
  if (count <= limit) return;
  const last = load<f64>(area + (limit - 1) * candidateBytes, resultDistance);
  let kept = limit;
  while (kept < count && load<f64>(area + kept * candidateBytes, resultDistance) == last) kept++;
  store<u32>(target, kept, targetCount);
}
