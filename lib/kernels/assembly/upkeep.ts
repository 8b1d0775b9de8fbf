import {
  blockSlots,
  deadSlot,
  finished,
  graphLinks,
  unfinished,
  upkeepEnd,
  upkeepList,
  upkeepMap,
  upkeepNext,
  upkeepWalk,
  walkGraph,
} from "../layout";
import { isSpent, spend } from "./budget";
import { link } from "./link";
import { repair } from "./repair";

/** Jobs that keep a graph: as they go on where they stopped, any thread may take them further. */

export function linkSome(job: usize): u32 {
  const walk = <usize>load<u32>(job, upkeepWalk);
  const list = <usize>load<u32>(job, upkeepList);
  const end: u32 = load<u32>(job, upkeepEnd);
  for (let i: u32 = load<u32>(job, upkeepNext); i < end; i++) {
    if (isSpent()) return unfinished;
    link(walk, load<u32>(list + i * 4));
    store<u32>(job, i + 1, upkeepNext);
  }
  return finished;
}

export function sweepSome(job: usize): u32 {
  const walk = <usize>load<u32>(job, upkeepWalk);
  const map = <usize>load<u32>(job, upkeepMap);
  const links = <usize>load<u32>(load<u32>(walk, walkGraph), graphLinks);
  const end: u32 = load<u32>(job, upkeepEnd);
  for (let slot: u32 = load<u32>(job, upkeepNext); slot < end; slot++) {
    if (isSpent()) return unfinished;
    const isThere = load<u32>(links + (slot / blockSlots) * 4) != 0;
    if (isThere && load<u8>(map + slot) != deadSlot) repair(walk, slot, map);
    store<u32>(job, slot + 1, upkeepNext);
    spend(256);
  }
  return finished;
}
