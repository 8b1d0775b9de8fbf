import {
  blockSlots,
  finished,
  finishing,
  jobBlock,
  jobExamined,
  jobPhase,
  jobPicked,
  jobSequence,
  jobTarget,
  jobTargetCount,
  jobTargets,
  jobUnit,
  jobUnitCount,
  jobUnits,
  linking,
  runHasRows,
  runRecords,
  runRecordStride,
  runStride,
  scanning,
  sweeping,
  targetByRows,
  targetBytes,
  targetCount,
  targetRefined,
  targetScanned,
  unfinished,
  unitBytes,
  unitFrom,
  unitMask,
  unitRun,
  unitTo,
  walking,
} from "../layout";
import { grant, isSpent, spend } from "./budget";
import { finish } from "./finish";
import { makeRoom } from "./room";
import { isDense, scanCodes } from "./scan-codes";
import { scanRows } from "./scan-rows";
import { visible } from "./slots";
import { heed } from "./touch";
import { linkSome, sweepSome } from "./upkeep";
import { walkTargets } from "./walk-targets";

/**
 * Takes a job some `budget` multiplications further; whoever calls next, on whichever thread, goes on where
 * it stopped, as all of its state is in the job. `hungry`: the target of `jobTarget` wants a larger area;
 * `wanting`: it wants rows (lent.ts).
 */
export function advance(job: usize, budget: i32): u32 {
  grant(budget);
  const phase: u32 = load<u32>(job, jobPhase);
  if (phase == linking) return linkSome(job);
  if (phase == sweeping) return sweepSome(job);
  if (phase == scanning) {
    const status = scanUnits(job);
    if (status != finished) return status;
    store<u32>(job, walking, jobPhase);
  }
  if (phase != finishing) {
    const status = walkTargets(job);
    if (status != finished) return status;
    store<u32>(job, 0, jobTarget);
    store<u32>(job, finishing, jobPhase);
  }
  return finish(job);
}

function scanUnits(job: usize): u32 {
  const count: u32 = load<u32>(job, jobUnitCount);
  const picked = load<u32>(job, jobPicked) != 0;
  let unit: u32 = load<u32>(job, jobUnit);
  while (unit < count) {
    if (isSpent()) return unfinished;
    const at = <usize>load<u32>(job, jobUnits) + unit * unitBytes;
    const run = <usize>load<u32>(at, unitRun);
    const block = load<u32>(at, unitFrom) + load<u32>(job, jobBlock);
    const last = picked || block + 1 >= load<u32>(at, unitTo);
    let mask = visible(run, block, load<f64>(job, jobSequence));
    if (picked) mask &= load<u64>(at, unitMask);
    if (mask) {
      const status = makeRoom(job);
      if (status != finished) return status;
      if (!isDense(run, block, mask)) touchRecords(run, block, mask);
      scanTargets(job, run, block, mask);
      store<u32>(job, load<u32>(job, jobExamined) + <u32>popcnt(mask), jobExamined);
    }
    spend(64);
    if (last) store<u32>(job, ++unit, jobUnit);
    store<u32>(job, last ? 0 : load<u32>(job, jobBlock) + 1, jobBlock);
  }
  return finished;
}

/** Reads a word of every line of some records, so that the memory brings all of them at once. */
@inline
function touchRecords(run: usize, block: u32, mask: u64): void {
  const stride: usize = load<u32>(run, runRecordStride);
  const first = <usize>load<u32>(run, runRecords) + <usize>(block * blockSlots) * stride;
  let touched: i32 = 0;
  for (; mask; mask &= mask - 1) {
    const record = first + <usize>ctz(mask) * stride;
    for (let line: usize = 0; line < stride; line += 64) touched ^= load<i32>(record + line);
  }
  heed(touched);
}

/**
 * Every target against a window of the block that stays in the cache: the codes come from memory once for all
 * of them.
 */
function scanTargets(job: usize, run: usize, block: u32, mask: u64): void {
  const stride: u32 = load<u32>(run, runRecordStride);
  const count: u32 = load<u32>(job, jobTargetCount);
  const targets = <usize>load<u32>(job, jobTargets);
  const width: u64 = count == 1 || stride <= 512 ? 64 : stride <= 8192 ? 16 : 4;
  const window: u64 = u64(-1) >> (64 - width);
  for (let shift: u64 = 0; shift < 64; shift += width) {
    const part = mask & (window << shift);
    if (part == 0) continue;
    for (let i: u32 = 0; i < count; i++) {
      scanTarget(job, targets + i * targetBytes, run, block, part);
    }
  }
}

/** By the codes, or by the rows where codes were found to tell nothing. */
function scanTarget(job: usize, target: usize, run: usize, block: u32, mask: u64): void {
  const slots = <i32>popcnt(mask);
  const byRows = load<i32>(target, targetByRows);
  if (byRows > 0 && mayScanRows(target, run)) {
    scanRows(job, target, run, block, mask);
    store<i32>(target, byRows - slots, targetByRows);
    spend(slots * (i32(load<u32>(run, runStride) >> 2) + 16));
  } else {
    scanCodes(job, target, run, block, mask);
    store<i32>(target, load<i32>(target, targetScanned) + slots, targetScanned);
    spend(slots * (i32(load<u32>(run, runRecordStride) >> 2) + 16));
  }
}

@inline
function mayScanRows(target: usize, run: usize): bool {
  return atomic.load<u32>(run + runHasRows) != 0 && load<u32>(target, targetRefined) == load<u32>(target, targetCount);
}
