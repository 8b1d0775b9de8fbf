import {
  graphEntry,
  graphEntryLock,
  graphRecordStride,
  graphTop,
  walkChosen,
  walkCode,
  walkCount,
  walked,
  walkGraph,
  walkKeys,
  walkOtherKeys,
  walkOtherSlots,
  walkSlots,
} from "../layout";
import { spend } from "./budget";
import { choose } from "./choose";
import { descend, keyOf } from "./descend";
import { acquire, levelOf, linksOf, lockLists, recordOf, release, roomOf, unlockLists } from "./graph";
import { sortByKey } from "./other-pool";
import { beginAt, see, walkToRecord } from "./walk";

/**
 * Links a slot whose lists are empty into the graph: on each of its levels with the neighbours chosen among the nearest
 * that a walk finds, in both directions (Malkov and Yashunin, 2018, algorithm 1). Several threads may do so at once,
 * each with a walk of its own, while others search. A slot that has links already gets more, and better ones where its
 * lists are full.
 */
export function link(walk: usize, slot: u32): void {
  const graph = <usize>load<u32>(walk, walkGraph);
  const level = <i32>levelOf(slot);
  store<u32>(walk, recordOf(graph, slot), walkCode);
  const entryLock = graph + graphEntryLock;
  acquire(entryLock);
  const top: i32 = load<i32>(graph, graphTop);
  let at: u32 = load<u32>(graph, graphEntry);
  // Whoever becomes the entry is linked first, and alone.
  const rises = level > top;
  if (!rises) release(entryLock);
  if (top >= 0) {
    if (top > level) at = descend(walk, true, at, top, level + 1);
    for (let l = min(level, top); l >= 0; l--) at = linkOn(walk, l, slot, at);
  }
  if (!rises) return;
  atomic.store<u32>(graph + graphEntry, slot);
  atomic.store<i32>(graph + graphTop, level);
  release(entryLock);
}

/** With as many as its list has room for, on the lowest level too. Returns the nearest of that level. */
function linkOn(walk: usize, level: u32, slot: u32, from: u32): u32 {
  // The entry is linked again from where it leads to, as no slot is a neighbour of its own.
  if (from == slot) from = load<u32>(linksOf(<usize>load<u32>(walk, walkGraph), slot, level));
  if (from == slot) return slot;
  beginAt(walk, from, keyOf(walk, true, from));
  see(walk, slot);
  walkToRecord(walk, level);
  const slots = <usize>load<u32>(walk, walkSlots);
  const keys = <usize>load<u32>(walk, walkKeys);
  const found: u32 = load<u32>(walk, walkCount);
  const count = choose(walk, slot, keys, slots, found, 0, roomOf(level));
  const nearest = load<u32>(slots) & ~walked;
  // The pool is not needed any more, and holds what adding links leaves alone.
  memory.copy(slots, load<u32>(walk, walkChosen), count * 4);
  for (let i: u32 = 0; i < count; i++) addLink(walk, level, slot, load<u32>(slots + i * 4));
  for (let i: u32 = 0; i < count; i++) addLink(walk, level, load<u32>(slots + i * 4), slot);
  return nearest;
}

/** Where the list of `from` is full, its neighbours are chosen anew. */
function addLink(walk: usize, level: u32, from: u32, to: u32): void {
  const graph = <usize>load<u32>(walk, walkGraph);
  const list = linksOf(graph, from, level);
  const room = roomOf(level);
  lockLists(graph, from);
  let i: u32 = 0;
  for (; i < room; i++) {
    const there = load<u32>(list + i * 4);
    if (there == to) break;
    if (there != from) continue;
    store<u32>(list + i * 4, to);
    break;
  }
  if (i == room) chooseAnew(walk, from, list, room, to);
  unlockLists(graph, from);
}

function chooseAnew(walk: usize, from: u32, list: usize, room: u32, to: u32): void {
  const chosen = <usize>load<u32>(walk, walkChosen);
  memory.copy(chosen, list, room * 4);
  store<u32>(chosen + room * 4, to);
  sortByKey(walk, from, chosen, room + 1);
  spend(8 * room * load<u32>(load<u32>(walk, walkGraph), graphRecordStride));
  const keys = <usize>load<u32>(walk, walkOtherKeys);
  const slots = <usize>load<u32>(walk, walkOtherSlots);
  write(list, room, from, chosen, choose(walk, from, keys, slots, room + 1, 0, room));
}

/** Readers may find some of the former and some of the new links, none twice that matters. */
export function write(list: usize, room: u32, slot: u32, links: usize, count: u32): void {
  for (let i: u32 = 0; i < room; i++) {
    store<u32>(list + i * 4, i < count ? load<u32>(links + i * 4) : slot);
  }
}
