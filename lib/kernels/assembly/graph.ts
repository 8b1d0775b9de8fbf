import {
  blockSlots,
  graphLinks,
  graphLocks,
  graphRecords,
  graphRecordStride,
  graphUppers,
  levelMax,
  linksBytes,
  linksMax,
  locksCount,
  upperLinksBytes,
  upperLinksMax,
} from "../layout";

/**
 * Where things of a slot are. Lists are read by searches while others write them: each word of a list is at any time
 * the number of a slot that has a record, be it the slot itself, so whatever a reader finds can be followed.
 */

@inline
export function recordOf(graph: usize, slot: u32): usize {
  const first = load<u32>(load<u32>(graph, graphRecords) + (slot / blockSlots) * 4);
  return <usize>first + (slot % blockSlots) * load<u32>(graph, graphRecordStride);
}

/** The list of a slot on a level that it is on. */
@inline
export function linksOf(graph: usize, slot: u32, level: u32): usize {
  return level == 0 ? lowestLinksOf(graph, slot) : upperLinksOf(graph, slot, level);
}

@inline
export function lowestLinksOf(graph: usize, slot: u32): usize {
  const first = load<u32>(load<u32>(graph, graphLinks) + (slot / blockSlots) * 4);
  return <usize>first + (slot % blockSlots) * linksBytes;
}

@inline
function upperLinksOf(graph: usize, slot: u32, level: u32): usize {
  const first = load<u32>(load<u32>(graph, graphUppers) + (slot / blockSlots) * 4);
  return <usize>first + (level == 1 ? (slot % blockSlots) >> 4 : level + 2) * upperLinksBytes;
}

/** The highest level that a slot is on. */
export function levelOf(slot: u32): u32 {
  let level: u32 = 0;
  while (level < <u32>levelMax) {
    const rest = slot >> 4;
    if ((slot & 15) != (rest * 0x9e3779b1) >> 28) break;
    slot = rest;
    level++;
  }
  return level;
}

@inline
export function roomOf(level: u32): u32 {
  return level == 0 ? linksMax : upperLinksMax;
}

/** Whether the slot leads anywhere. */
@inline
export function hasLinks(graph: usize, slot: u32): bool {
  return load<u32>(lowestLinksOf(graph, slot)) != slot;
}

/** Keeps others from writing the lists of this slot. A thread holds one such lock at a time. */
export function lockLists(graph: usize, slot: u32): void {
  acquire(lockOf(graph, slot));
}

export function unlockLists(graph: usize, slot: u32): void {
  release(lockOf(graph, slot));
}

export function acquire(lock: usize): void {
  while (atomic.cmpxchg<u32>(lock, 0, 1) != 0) {}
}

export function release(lock: usize): void {
  atomic.store<u32>(lock, 0);
}

@inline
function lockOf(graph: usize, slot: u32): usize {
  return graph + graphLocks + (slot % locksCount) * 4;
}
