import {
  blockSlots,
  finished,
  hungry,
  jobLimit,
  jobTarget,
  jobTargetCount,
  jobTargets,
  targetByRows,
  targetBytes,
  targetCapacity,
  targetCount,
  targetCut,
  targetKept,
  targetScanned,
  unfinished,
} from "../layout";
import { drop, narrow } from "./candidates";
import { refine } from "./refine";

/** Makes room for a block's candidates in every area: `finished`, or how the job stands before that is done. */
export function makeRoom(job: usize): u32 {
  const count: u32 = load<u32>(job, jobTargetCount);
  let target = <usize>load<u32>(job, jobTargets);
  for (let i: u32 = 0; i < count; i++, target += targetBytes) {
    const capacity: u32 = load<u32>(target, targetCapacity);
    if (load<u32>(target, targetCount) + blockSlots <= capacity) continue;
    if (!refine(job, target)) return unfinished;
    judgeCodes(target);
    drop(target);
    if (load<u32>(target, targetCount) > load<u32>(job, jobLimit) + blockSlots) narrow(job, target);
    store<u32>(target, load<u32>(target, targetCount), targetKept);
    // With so much room that it takes a while until it is made the next time.
    if (load<u32>(target, targetCount) + blockSlots <= capacity - (capacity >> 2)) continue;
    store<u32>(job, i, jobTarget);
    return hungry;
  }
  return finished;
}

/**
 * Where most of the codes that were looked at passed a cut, because vectors are too much alike, codes are a
 * waste: the next slots are scored by their rows at once, eight times as many, and then codes are tried again.
 */
function judgeCodes(target: usize): void {
  const scanned = load<i32>(target, targetScanned);
  if (scanned > 0 && load<f32>(target, targetCut) < Infinity) {
    const passed = load<i32>(target, targetCount) - load<i32>(target, targetKept);
    store<i32>(target, passed * 2 > scanned ? scanned * 8 : 0, targetByRows);
  }
  store<i32>(target, 0, targetScanned);
}
