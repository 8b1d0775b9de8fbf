import {
  candidateBytes,
  candidateLower,
  candidateUpper,
  jobHistogram,
  jobLimit,
  targetArea,
  targetCapacity,
  targetCount,
  targetCut,
} from "../layout";

/**
 * Keeps of a target's candidates those that may still be among the nearest, and lowers the cut accordingly.
 * Called when the area is full: as rows pass it ever more rarely, a search calls it some log(N / limit) times.
 */
export function narrow(job: usize, target: usize): void {
  const limit: u32 = load<u32>(job, jobLimit);
  const count: u32 = load<u32>(target, targetCount);
  if (count <= limit) return;
  const area = <usize>load<u32>(target, targetArea);
  const cut = min(load<f32>(target, targetCut), smallestUpper(area, count, limit, job + jobHistogram));
  store<f32>(target, cut, targetCut);
  let kept = area;
  for (let at = area, end = area + count * candidateBytes; at < end; at += candidateBytes) {
    const candidate = v128.load(at);
    v128.store(kept, candidate);
    kept += f32x4.extract_lane(candidate, 0) <= cut ? candidateBytes : 0;
  }
  store<u32>(target, <u32>(kept - area) / candidateBytes, targetCount);
}

/** Whether `more` candidates fit, with enough room left that narrowing pays the next time. */
export function hasRoom(job: usize, target: usize, more: u32): bool {
  const capacity: u32 = load<u32>(target, targetCapacity);
  if (load<u32>(target, targetCount) + more <= capacity) return true;
  narrow(job, target);
  return load<u32>(target, targetCount) + more <= capacity - (capacity >> 2);
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
