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
  targetRefined,
  targetScanned,
  unfinished,
  wanting,
} from "../layout";
import { drop, narrow } from "./candidates";
import { giveBack, hasLent, want } from "./lent";
import { refine } from "./refine";

/** Makes room for a block's candidates in every area: `finished`, or how the job stands before that is done. */
export function makeRoom(job: usize): u32 {
  const count: u32 = load<u32>(job, jobTargetCount);
  let target = <usize>load<u32>(job, jobTargets);
  for (let i: u32 = 0; i < count; i++, target += targetBytes) {
    if (hasRoom(target, 0) && !hasLent(job, i)) continue;
    store<u32>(job, i, jobTarget);
    const status = makeRoomFor(job, target);
    if (status != finished) return status;
  }
  return finished;
}

function makeRoomFor(job: usize, target: usize): u32 {
  const status = refine(job, target);
  if (status == unfinished) return unfinished;
  if (status == wanting) {
    // What codes tell may be enough, and rows are dear.
    narrow(job, target);
    const refined = load<u32>(target, targetRefined);
    const left = load<u32>(target, targetCount) - refined;
    if (left && !hasAmpleRoom(target)) return want(job, refined, left);
    giveBack(job);
    store<i32>(target, 0, targetScanned);
  } else {
    giveBack(job);
    judgeCodes(target);
    drop(target);
    if (load<u32>(target, targetCount) > load<u32>(job, jobLimit) + blockSlots) narrow(job, target);
  }
  store<u32>(target, load<u32>(target, targetCount), targetKept);
  return hasAmpleRoom(target) ? finished : hungry;
}

/** With so much room that it takes a while until it is made the next time. */
@inline
function hasAmpleRoom(target: usize): bool {
  return hasRoom(target, load<u32>(target, targetCapacity) >> 2);
}

/** For the candidates of a block and `more`. */
@inline
function hasRoom(target: usize, more: u32): bool {
  return load<u32>(target, targetCount) + blockSlots + more <= load<u32>(target, targetCapacity);
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
