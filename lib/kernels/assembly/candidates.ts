import {
  candidateBytes,
  candidateIndex,
  candidateLower,
  candidateRun,
  candidateUpper,
  jobHistogram,
  jobLimit,
  targetArea,
  targetCount,
  targetCut,
  targetRefined,
} from "../layout";
import { placeOf } from "./four";

/**
 * Keeps of a target's candidates those that may still be among the nearest, and lowers the cut accordingly.
 * Called when the area is full: as slots pass it ever more rarely, a search calls it some log(N / limit) times.
 */
export function narrow(job: usize, target: usize): void {
  const limit: u32 = load<u32>(job, jobLimit);
  const count: u32 = load<u32>(target, targetCount);
  if (count <= limit) return;
  const area = <usize>load<u32>(target, targetArea);
  const cut = min(load<f32>(target, targetCut), smallestUpper(area, count, limit, job + jobHistogram));
  store<f32>(target, cut, targetCut);
  drop(target);
}

/** Drops those of a target's candidates that the cut excludes. */
export function drop(target: usize): void {
  const cut = load<f32>(target, targetCut);
  const count: u32 = load<u32>(target, targetCount);
  const area = <usize>load<u32>(target, targetArea);
  const unrefined = area + load<u32>(target, targetRefined) * candidateBytes;
  const refined = keepUpTo(cut, area, unrefined, area);
  const kept = keepUpTo(cut, unrefined, area + count * candidateBytes, refined);
  store<u32>(target, <u32>(refined - area) / candidateBytes, targetRefined);
  store<u32>(target, <u32>(kept - area) / candidateBytes, targetCount);
}

/** Moves those from `at` to `end` whose lower bound is within the cut down to `to`; returns their end. */
@inline
function keepUpTo(cut: f32, at: usize, end: usize, to: usize): usize {
  for (; at < end; at += candidateBytes) {
    const candidate = v128.load(at);
    v128.store(to, candidate);
    to += f32x4.extract_lane(candidate, 0) <= cut ? candidateBytes : 0;
  }
  return to;
}

/**
 * Rare, so not inlined. Appends those candidates that pass, of four in the block that begins with the slot
 * `first`; returns the new end.
 */
export function keepFour(
  end: usize,
  passing: i32,
  key: v128,
  error: v128,
  run: usize,
  first: u32,
  four: u32,
): usize {
  const lower = f32x4.sub(key, error);
  const upper = f32x4.add(key, error);
  if (passing & 1) {
    const slot = first + <u32>placeOf(four, 0);
    end = keep(end, f32x4.extract_lane(lower, 0), f32x4.extract_lane(upper, 0), run, slot);
  }
  if (passing & 2) {
    const slot = first + <u32>placeOf(four, 1);
    end = keep(end, f32x4.extract_lane(lower, 1), f32x4.extract_lane(upper, 1), run, slot);
  }
  if (passing & 4) {
    const slot = first + <u32>placeOf(four, 2);
    end = keep(end, f32x4.extract_lane(lower, 2), f32x4.extract_lane(upper, 2), run, slot);
  }
  if (passing & 8) {
    const slot = first + <u32>placeOf(four, 3);
    end = keep(end, f32x4.extract_lane(lower, 3), f32x4.extract_lane(upper, 3), run, slot);
  }
  return end;
}

@inline
function keep(end: usize, lower: f32, upper: f32, run: usize, index: u32): usize {
  store<f32>(end, lower, candidateLower);
  store<f32>(end, upper, candidateUpper);
  store<u32>(end, run, candidateRun);
  store<u32>(end, index, candidateIndex);
  return end + candidateBytes;
}

/** The k-th smallest upper bound, by its bytes from the highest down: linear whatever the values. */
function smallestUpper(area: usize, count: u32, k: u32, histogram: usize): f32 {
  const end = area + count * candidateBytes;
  let prefix: u32 = 0;
  let known: u32 = 0;
  let rest = k;
  for (let shift = 24; shift >= 0; shift -= 8) {
    memory.fill(histogram, 0, 1024);
    for (let at = area; at < end; at += candidateBytes) {
      const key = sortable(load<u32>(at, candidateUpper));
      if ((key & known) != prefix) continue;
      const counter = histogram + ((key >> shift) & 255) * 4;
      store<u32>(counter, load<u32>(counter) + 1);
    }
    let digit: u32 = 0;
    for (; ; digit++) {
      const here: u32 = load<u32>(histogram + digit * 4);
      if (rest <= here) break;
      rest -= here;
    }
    prefix |= digit << shift;
    known |= 255 << shift;
  }
  return reinterpret<f32>(prefix & 0x80000000 ? prefix ^ 0x80000000 : ~prefix);
}

/** Bits that compare as unsigned numbers in the order of the floats. */
@inline
function sortable(bits: u32): u32 {
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000);
}
