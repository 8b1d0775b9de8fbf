import {
  blockSlots,
  deadSlot,
  graphEntry,
  graphLinks,
  graphTop,
  linksMax,
  upperLinksMax,
} from "../layout";
import { hasLinks, levelOf, linksOf } from "./graph";

/** A graph without links: its tables are there. */
export function layGraph(graph: usize): void {
  store<i32>(graph, -1, graphTop);
}

/** Takes all links from some slots, which nothing links to. */
export function emptyLists(graph: usize, from: u32, count: u32): void {
  for (let slot = from; slot < from + count; slot++) {
    fill(linksOf(graph, slot, 0), linksMax, slot);
    const top = levelOf(slot);
    for (let level: u32 = 1; level <= top; level++) {
      fill(linksOf(graph, slot, level), upperLinksMax, slot);
    }
  }
}

@inline
function fill(list: usize, room: u32, slot: u32): void {
  for (let i: u32 = 0; i < room; i++) store<u32>(list + i * 4, slot);
}

@inline
function isReached(graph: usize, slot: u32): bool {
  return load<u32>(load<u32>(graph, graphLinks) + (slot / blockSlots) * 4) != 0;
}

/**
 * Lets searches begin at a slot that lives, on the highest level there is, where the one they begin at is dead by the
 * map of the slots below `end`; nothing else changes the graph. With a map of 0: at any that has links.
 */
export function chooseEntry(graph: usize, map: usize, end: u32): void {
  const top: i32 = load<i32>(graph, graphTop);
  if (top >= 0 && map && load<u8>(map + load<u32>(graph, graphEntry)) != deadSlot) return;
  let best: i32 = -1;
  let entry: u32 = 0;
  for (let slot: u32 = 0; slot < end; slot++) {
    const level = <i32>levelOf(slot);
    if (level <= best || !isReached(graph, slot) || !hasLinks(graph, slot)) continue;
    if (map && load<u8>(map + slot) == deadSlot) continue;
    best = level;
    entry = slot;
    if (best == top) break;
  }
  atomic.store<u32>(graph + graphEntry, entry);
  atomic.store<i32>(graph + graphTop, best);
}
