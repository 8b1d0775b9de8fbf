import {
  blockSlots,
  cosine,
  finished,
  hungry,
  jobBlock,
  jobMetric,
  jobPhase,
  jobPicked,
  jobSequence,
  jobStride,
  jobTarget,
  jobTargetCount,
  jobTargets,
  jobUnit,
  jobUnitCount,
  jobUnits,
  targetBytes,
  targetScaled,
  unfinished,
  unitBytes,
  unitFrom,
  unitMask,
  unitRun,
  unitTo,
} from "../layout";
import { hasRoom } from "./candidates";
import { finish } from "./finish";
import { scoreBlock } from "./scan";
import { visible } from "./slots";

/**
 * Takes a job some `budget` multiplications further; whoever calls next, on whichever thread, goes on where
 * it stopped, as all of its state is in the job. `hungry`: the target of `jobTarget` wants a larger area.
 */
export function advance(job: usize, budget: i32): u32 {
  if (load<u32>(job, jobPhase) == 0) {
    const count: u32 = load<u32>(job, jobUnitCount);
    const picked = load<u32>(job, jobPicked) != 0;
    let unit: u32 = load<u32>(job, jobUnit);
    while (unit < count) {
      if (budget <= 0) return unfinished;
      const at = <usize>load<u32>(job, jobUnits) + unit * unitBytes;
      const run = <usize>load<u32>(at, unitRun);
      const block = load<u32>(at, unitFrom) + load<u32>(job, jobBlock);
      const last = picked || block + 1 >= load<u32>(at, unitTo);
      let mask = visible(run, block, load<f64>(job, jobSequence));
      if (picked) mask &= load<u64>(at, unitMask);
      if (mask) {
        if (!roomForBlock(job)) return hungry;
        budget -= scoreTargets(job, run, block, mask);
      }
      budget -= 64;
      if (last) store<u32>(job, ++unit, jobUnit);
      store<u32>(job, last ? 0 : load<u32>(job, jobBlock) + 1, jobBlock);
    }
    store<u32>(job, 0, jobTarget);
    store<u32>(job, 1, jobPhase);
  }
  return finish(job, budget);
}

function roomForBlock(job: usize): bool {
  const count: u32 = load<u32>(job, jobTargetCount);
  let target = <usize>load<u32>(job, jobTargets);
  for (let i: u32 = 0; i < count; i++, target += targetBytes) {
    if (hasRoom(job, target, blockSlots)) continue;
    store<u32>(job, i, jobTarget);
    return false;
  }
  return true;
}

/**
 * Every target against a window of the block that stays in the cache: the rows come from memory once for all
 * of them.
 */
function scoreTargets(job: usize, run: usize, block: u32, mask: u64): i32 {
  const metric: u32 = load<u32>(job, jobMetric);
  const stride: u32 = load<u32>(job, jobStride);
  const count: u32 = load<u32>(job, jobTargetCount);
  const targets = <usize>load<u32>(job, jobTargets);
  const width: u64 = count == 1 || stride <= 1024 ? 64 : stride <= 8192 ? 16 : 4;
  const window: u64 = u64(-1) >> (64 - width);
  for (let shift: u64 = 0; shift < 64; shift += width) {
    const part = mask & (window << shift);
    if (part == 0) continue;
    for (let i: u32 = 0; i < count; i++) {
      scoreBlock(metric, targets + i * targetBytes, run, block, part);
    }
  }
  return i32(popcnt(mask)) * i32((stride >> 2) + 16) * i32(count);
}
