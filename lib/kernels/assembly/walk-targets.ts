import {
  blockSlots,
  finished,
  graphEntry,
  graphRuns,
  graphTop,
  jobBegun,
  jobBits,
  jobBitsExclude,
  jobExtra,
  jobGraph,
  jobLimit,
  jobNth,
  jobPicked,
  jobPlace,
  jobPlaces,
  jobSequence,
  jobSlack,
  jobTaken,
  jobTargetCount,
  jobTargets,
  jobUnitCount,
  jobUnits,
  jobWalk,
  jobWalked,
  jobWalkStage,
  runFirstBlock,
  targetBytes,
  targetEncoded,
  targetExamined,
  targetFound,
  targetHidden,
  targetLength,
  targetPlaces,
  targetScale,
  unfinished,
  unitBytes,
  unitFrom,
  unitMask,
  unitRun,
  unitTo,
  walkCode,
  walkCount,
  walked,
  walkExamined,
  walkLength,
  walkScale,
  walkSlots,
} from "../layout";
import { isSpent } from "./budget";
import { descend, keyOf } from "./descend";
import { levelOf, lowestLinksOf } from "./graph";
import { makeRoom } from "./room";
import { scanCodes } from "./scan-codes";
import { isVisible } from "./slots";
import { beginAt, see, walkToTarget } from "./walk";

const beginning = 0;
const going = 1;
const taking = 2;

/**
 * Walks to each target of a job, and takes the nearest visible slots of its pool as candidates: `limit` and some more,
 * since codes do not tell their order quite. Where a search is for some slots only, a walk goes through all and takes
 * those. What the job has scanned already is passed over.
 */
export function walkTargets(job: usize): u32 {
  if (load<u32>(job, jobGraph) == 0) return finished;
  const walk = <usize>load<u32>(job, jobWalk);
  const count: u32 = load<u32>(job, jobTargetCount);
  while (load<u32>(job, jobWalked) < count) {
    if (isSpent()) return unfinished;
    const target = <usize>load<u32>(job, jobTargets) + load<u32>(job, jobWalked) * targetBytes;
    const stage: u32 = load<u32>(job, jobWalkStage);
    if (stage == beginning) {
      store<u32>(job, begin(job, target, walk) ? going : taking, jobWalkStage);
    } else if (stage == going) {
      if (!walkToTarget(walk, load<u32>(job, jobNth), load<f32>(job, jobSlack))) return unfinished;
      store<u32>(job, taking, jobWalkStage);
    } else {
      const status = take(job, target, walk);
      if (status != finished) return status;
      store<u32>(target, load<u32>(job, jobTaken), targetFound);
      store<u32>(target, load<u32>(job, jobPlaces), targetPlaces);
      store<u32>(target, load<u32>(walk, walkExamined), targetExamined);
      store<u32>(job, 0, jobPlace);
      store<u32>(job, 0, jobTaken);
      store<u32>(job, 0, jobPlaces);
      store<u32>(job, beginning, jobWalkStage);
      store<u32>(job, load<u32>(job, jobWalked) + 1, jobWalked);
    }
  }
  return finished;
}

/** False where the graph is empty. */
function begin(job: usize, target: usize, walk: usize): bool {
  const graph = <usize>load<u32>(job, jobGraph);
  store<u32>(walk, load<u32>(target, targetEncoded), walkCode);
  store<f32>(walk, load<f32>(target, targetScale), walkScale);
  store<f32>(walk, load<f32>(target, targetLength), walkLength);
  store<u32>(walk, 0, walkCount);
  store<u32>(walk, 0, walkExamined);
  // Whoever sees a new top sees the new entry, which was stored before.
  const top = atomic.load<i32>(graph + graphTop);
  if (top < 0) return false;
  let at = atomic.load<u32>(graph + graphEntry);
  // But one entry may be seen with the top of another.
  const from = min(<u32>top, levelOf(at));
  if (from > 0) at = descend(walk, false, at, from, 1);
  const hidden: u32 = load<u32>(target, targetHidden);
  if (at + 1 == hidden) at = neighbourOf(graph, at);
  beginAt(walk, at, keyOf(walk, false, at));
  if (hidden) see(walk, hidden - 1);
  store<u32>(job, 0, jobBegun);
  const units: u32 = load<u32>(job, jobUnitCount);
  for (let i: u32 = 0; i < units; i++) {
    const unit = <usize>load<u32>(job, jobUnits) + i * unitBytes;
    seeUnit(walk, job, unit);
    if (isInUnit(job, unit, at)) store<u32>(job, at + 1, jobBegun);
  }
  return true;
}

/** The first of those that a slot leads to, or itself. */
@inline
function neighbourOf(graph: usize, slot: u32): u32 {
  return load<u32>(lowestLinksOf(graph, slot));
}

/** What was scanned is not to be found again; what the graph does not reach is not found anyway. */
function seeUnit(walk: usize, job: usize, unit: usize): void {
  const first = load<u32>(load<u32>(unit, unitRun), runFirstBlock);
  if (first == <u32>-1) return;
  const from = first + load<u32>(unit, unitFrom);
  if (load<u32>(job, jobPicked)) {
    for (let mask = load<u64>(unit, unitMask); mask; mask &= mask - 1) {
      see(walk, from * blockSlots + <u32>ctz(mask));
    }
  } else {
    const end = (first + load<u32>(unit, unitTo)) * blockSlots;
    for (let slot = from * blockSlots; slot < end; slot++) see(walk, slot);
  }
}

@inline
function isInUnit(job: usize, unit: usize, slot: u32): bool {
  const block = slot / blockSlots - load<u32>(load<u32>(unit, unitRun), runFirstBlock);
  const from = load<u32>(unit, unitFrom);
  if (!load<u32>(job, jobPicked)) return block >= from && block < load<u32>(unit, unitTo);
  return block == from && ((load<u64>(unit, unitMask) >> (slot % blockSlots)) & 1) != 0;
}

function take(job: usize, target: usize, walk: usize): u32 {
  const graph = <usize>load<u32>(job, jobGraph);
  const runs = <usize>load<u32>(graph, graphRuns);
  const slots = <usize>load<u32>(walk, walkSlots);
  const count: u32 = load<u32>(walk, walkCount);
  const limit: u32 = load<u32>(job, jobLimit);
  const wanted = limit + load<u32>(job, jobExtra);
  let place: u32 = load<u32>(job, jobPlace);
  let taken: u32 = load<u32>(job, jobTaken);
  let places: u32 = load<u32>(job, jobPlaces);
  let status: u32 = finished;
  for (; place < count && taken < wanted; place++) {
    const slot = load<u32>(slots + place * 4) & ~walked;
    if (!isAllowed(job, slot)) continue;
    status = makeRoom(job);
    if (status != finished) break;
    const run = <usize>load<u32>(runs + (slot / blockSlots) * 4);
    const block = slot / blockSlots - load<u32>(run, runFirstBlock);
    if (slot + 1 == load<u32>(target, targetHidden) || slot + 1 == load<u32>(job, jobBegun)) continue;
    const index = block * blockSlots + (slot % blockSlots);
    if (!isVisible(run, index, load<f64>(job, jobSequence))) continue;
    scanCodes(job, target, run, block, u64(1) << (slot % blockSlots));
    if (taken < limit) places += place + 1;
    taken++;
  }
  store<u32>(job, place, jobPlace);
  store<u32>(job, taken, jobTaken);
  store<u32>(job, places, jobPlaces);
  return status;
}

/** Whether the search may find the slot. */
@inline
function isAllowed(job: usize, slot: u32): bool {
  const bits = <usize>load<u32>(job, jobBits);
  if (!bits) return true;
  return ((load<u32>(bits + (slot >> 5) * 4) >> (slot & 31)) & 1) != load<u32>(job, jobBitsExclude);
}
