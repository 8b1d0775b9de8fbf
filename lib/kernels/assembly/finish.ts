import {
  candidateBytes,
  candidateIndex,
  candidateRun,
  finished,
  jobDimension,
  jobHistogram,
  jobKept,
  jobLimit,
  jobMaxDistance,
  jobMetric,
  jobStage,
  jobStep,
  jobStride,
  jobTarget,
  jobTargetCount,
  jobTargets,
  resultDistance,
  resultOrdinal,
  runOrdinals,
  targetArea,
  targetBytes,
  targetCount,
  targetGiven,
  targetNorm,
  targetRefined,
  unfinished,
  wanting,
} from "../layout";
import { isSpent, spend } from "./budget";
import { narrow } from "./candidates";
import { exactFour } from "./exact-four";
import { sift } from "./heap";
import { giveBack, rowOf, want } from "./lent";
import { refine } from "./refine";

const narrowing = 0;
const refining = 1;
const rescoring = 2;
const heaping = 3;
const sorting = 4;

/**
 * Of each target: refines what is left where that may exclude some of it, re-scores the rest in float64, sorts
 * it by distance and then ordinal, and cuts it after the last that ties with the k-th.
 */
export function finish(job: usize): u32 {
  const targets: u32 = load<u32>(job, jobTargetCount);
  while (load<u32>(job, jobTarget) < targets) {
    const target = <usize>load<u32>(job, jobTargets) + load<u32>(job, jobTarget) * targetBytes;
    const stage: u32 = load<u32>(job, jobStage);
    let status: u32 = finished;
    if (stage == narrowing) {
      narrow(job, target);
      spend(<i32>load<u32>(target, targetCount));
      begin(job, load<u32>(target, targetCount) <= load<u32>(job, jobLimit) ? rescoring : refining);
    } else if (stage == refining) status = refineAll(job, target);
    else if (stage == rescoring) status = rescore(job, target);
    else if (stage == heaping) makeHeap(job, target);
    else sort(job, target);
    if (status == wanting) return wanting;
    if (isSpent()) return unfinished;
  }
  return finished;
}

/** Those whose rows are not there are refined some at a time, and fewer are left after each. */
function refineAll(job: usize, target: usize): u32 {
  const status = refine(job, target);
  if (status == unfinished) return unfinished;
  narrow(job, target);
  const refined = load<u32>(target, targetRefined);
  const count = load<u32>(target, targetCount);
  if (refined < count) return want(job, refined, count - refined);
  begin(job, rescoring);
  return finished;
}

@inline
function begin(job: usize, stage: u32): void {
  store<u32>(job, stage, jobStage);
  store<u32>(job, 0, jobStep);
  store<u32>(job, 0, jobKept);
  giveBack(job);
}

/** Results take the places of candidates from the first on; what is farther than was asked for is left out. */
function rescore(job: usize, target: usize): u32 {
  const farthest = load<f64>(job, jobMaxDistance);
  const area = <usize>load<u32>(target, targetArea);
  const count: u32 = load<u32>(target, targetCount);
  let step: u32 = load<u32>(job, jobStep);
  let kept: u32 = load<u32>(job, jobKept);
  let status: u32 = finished;
  while (step < count && !isSpent()) {
    const at = area + <usize>step * candidateBytes;
    const some = scoreSome(job, target, at, step, count - step);
    if (some == 0) {
      status = want(job, step, count - step);
      break;
    }
    for (let i: u32 = 0; i < some; i++) {
      const candidate = at + <usize>i * candidateBytes;
      const distance = load<f64>(candidate, resultDistance);
      if (!(distance <= farthest)) continue;
      const ordinal = ordinalOf(candidate);
      const result = area + <usize>kept * candidateBytes;
      kept++;
      store<f64>(result, distance, resultDistance);
      store<f64>(result, ordinal, resultOrdinal);
    }
    step += some;
  }
  store<u32>(job, step, jobStep);
  store<u32>(job, kept, jobKept);
  if (step < count) return status;
  store<u32>(target, kept, targetCount);
  begin(job, heaping);
  return finished;
}

/**
 * Writes the distances of up to four candidates from `at` on, of `left` there are, in place of their bounds. How many; 0
 * where the row of the first is not there.
 */
function scoreSome(job: usize, target: usize, at: usize, index: u32, left: u32): u32 {
  const stride: usize = load<u32>(job, jobStride);
  const a = rowOf(job, at, index, stride);
  if (!a) return 0;
  const b = left > 1 ? rowOf(job, at + candidateBytes, index + 1, stride) : 0;
  const c = b && left > 2 ? rowOf(job, at + 2 * candidateBytes, index + 2, stride) : 0;
  const d = c && left > 3 ? rowOf(job, at + 3 * candidateBytes, index + 3, stride) : 0;
  const count: u32 = 1 + u32(b != 0) + u32(c != 0) + u32(d != 0);
  const given = <usize>load<u32>(target, targetGiven);
  const dimension: u32 = load<u32>(job, jobDimension);
  const distances = job + jobHistogram;
  exactFour(
    load<u32>(job, jobMetric),
    given,
    a,
    b ? b : a,
    c ? c : a,
    d ? d : a,
    dimension,
    load<f64>(target, targetNorm),
    distances,
  );
  for (let i: usize = 0; i < <usize>count; i++) {
    store<f64>(at + i * candidateBytes, load<f64>(distances + i * 8), resultDistance);
  }
  spend(<i32>dimension * 12 + 64);
  return count;
}

@inline
function ordinalOf(candidate: usize): f64 {
  const run = <usize>load<u32>(candidate, candidateRun);
  return load<f64>(<usize>load<u32>(run, runOrdinals) + load<u32>(candidate, candidateIndex) * 8);
}

function makeHeap(job: usize, target: usize): void {
  const area = <usize>load<u32>(target, targetArea);
  const count: u32 = load<u32>(target, targetCount);
  const half = count >> 1;
  let step: u32 = load<u32>(job, jobStep);
  for (; step < half && !isSpent(); step++) {
    sift(area, half - 1 - step, count);
    spend(64);
  }
  store<u32>(job, step, jobStep);
  if (step == half) begin(job, sorting);
}

function sort(job: usize, target: usize): void {
  const area = <usize>load<u32>(target, targetArea);
  const count: u32 = load<u32>(target, targetCount);
  let step: u32 = load<u32>(job, jobStep);
  for (; step + 1 < count && !isSpent(); step++) {
    const last = area + (count - 1 - step) * candidateBytes;
    const farthest = v128.load(area);
    v128.store(area, v128.load(last));
    v128.store(last, farthest);
    sift(area, 0, count - 1 - step);
    spend(256);
  }
  store<u32>(job, step, jobStep);
  if (step + 1 < count) return;
  cutAfterTies(target, load<u32>(job, jobLimit));
  store<u32>(job, load<u32>(job, jobTarget) + 1, jobTarget);
  begin(job, narrowing);
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
