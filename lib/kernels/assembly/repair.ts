import {
  deadSlot,
  graphRecordStride,
  lostSlot,
  otherWidth,
  walkChosen,
  walkGraph,
  walkOtherKeys,
  walkOtherSlots,
  walkRepair,
  walkEpoch,
  walkSeen,
  walkSlotsMax,
} from "../layout";
import { spend } from "./budget";
import { choose } from "./choose";
import { levelOf, linksOf, lockLists, roomOf, unlockLists } from "./graph";
import { write } from "./link";
import { sortByKey } from "./other-pool";
import { nextEpoch, see } from "./walk";

/**
 * Takes the links to dead slots out of the lists of one that lives. `dead` has a byte for each slot, as a job of upkeep has.
 * Live links stay. In place of the dead ones come neighbours of theirs, first those that lead elsewhere than the links
 * there are, then the nearest, up to as many links as there were: a list that is chosen anew each time becomes shorter and
 * shorter, and one that is filled up loses its directions.
 */
export function repair(walk: usize, slot: u32, dead: usize): void {
  const top = levelOf(slot);
  for (let level: u32 = 0; level <= top; level++) repairOn(walk, level, slot, dead);
}

function repairOn(walk: usize, level: u32, slot: u32, dead: usize): void {
  const graph = <usize>load<u32>(walk, walkGraph);
  const list = linksOf(graph, slot, level);
  const room = roomOf(level);
  if (!leadsToDead(list, room, dead)) return;
  lockLists(graph, slot);
  nextEpoch(walk);
  see(walk, slot);
  const chosen = <usize>load<u32>(walk, walkChosen);
  let had: u32 = 0;
  let live: u32 = 0;
  for (let i: u32 = 0; i < room; i++) {
    const neighbour = load<u32>(list + i * 4);
    if (isSeen(walk, neighbour)) continue;
    see(walk, neighbour);
    had++;
    if (isDead(dead, neighbour)) continue;
    store<u32>(chosen + live * 4, neighbour);
    live++;
  }
  const found = neighboursOfDead(walk, level, list, room, dead);
  sortByKey(walk, slot, load<u32>(walk, walkRepair), found);
  const keys = <usize>load<u32>(walk, walkOtherKeys);
  const slots = <usize>load<u32>(walk, walkOtherSlots);
  live = choose(walk, slot, keys, slots, found, live, had);
  live = fill(chosen, live, had, slots, found);
  write(list, room, slot, chosen, live);
  if (live == 0 && level == 0) store<u8>(dead + slot, lostSlot);
  unlockLists(graph, slot);
  spend(<i32>(found + had) * (<i32>load<u32>(graph, graphRecordStride) + 16));
}

function leadsToDead(list: usize, room: u32, dead: usize): bool {
  let any = false;
  for (let i: u32 = 0; i < room; i++) any = any || isDead(dead, load<u32>(list + i * 4));
  return any;
}

/** Live ones that were not seen, into `walkRepair`. */
function neighboursOfDead(walk: usize, level: u32, list: usize, room: u32, dead: usize): u32 {
  const graph = <usize>load<u32>(walk, walkGraph);
  const found = <usize>load<u32>(walk, walkRepair);
  let count: u32 = 0;
  for (let i: u32 = 0; i < room; i++) {
    const neighbour = load<u32>(list + i * 4);
    if (!isDead(dead, neighbour)) continue;
    const theirs = linksOf(graph, neighbour, level);
    for (let j: u32 = 0; j < room && count < <u32>otherWidth - 1; j++) {
      const further = load<u32>(theirs + j * 4);
      if (isDead(dead, further) || isSeen(walk, further)) continue;
      see(walk, further);
      store<u32>(found + count * 4, further);
      count++;
    }
  }
  return count;
}

/** The nearest that are not there yet. */
function fill(chosen: usize, have: u32, most: u32, slots: usize, count: u32): u32 {
  for (let i: u32 = 0; i < count && have < most; i++) {
    const slot = load<u32>(slots + i * 4);
    let isThere = false;
    for (let j: u32 = 0; j < have; j++) isThere = isThere || load<u32>(chosen + j * 4) == slot;
    if (isThere) continue;
    store<u32>(chosen + have * 4, slot);
    have++;
  }
  return have;
}

@inline
function isDead(dead: usize, slot: u32): bool {
  return load<u8>(dead + slot) == deadSlot;
}

@inline
function isSeen(walk: usize, slot: u32): bool {
  const at = min(slot, load<u32>(walk, walkSlotsMax));
  return load<u8>(load<u32>(walk, walkSeen) + at) == load<u8>(walk, walkEpoch);
}
