import { absentSlot, graphEntry, graphTop, ledToSlot, linkedSlot } from "../layout";
import { levelOf, linksOf, roomOf } from "./graph";
import { emptyLists } from "./lay-graph";

/**
 * Makes lists of what somebody has written there, whatever it is, for the slots from `from` up to `to`: links to where
 * there is nothing, or that are not on the level, are left out. The map has a byte for each slot below `reach`: 0 where
 * it lives, `deadSlot` or `absentSlot`; it is told which slots have links, and which are led to on the lowest level.
 * Searches begin at the highest slot so far that lives. No search and no other upkeep is in the graph.
 */
export function adoptLists(graph: usize, map: usize, from: u32, to: u32, reach: u32): void {
  for (let slot = from; slot < to; slot++) {
    if (load<u8>(map + slot) == absentSlot) {
      emptyLists(graph, slot, 1);
      continue;
    }
    const top = levelOf(slot);
    if (adoptList(graph, map, slot, 0, reach)) {
      const lives = (load<u8>(map + slot) & absentSlot) == 0;
      if (lives && <i32>top > load<i32>(graph, graphTop)) {
        store<u32>(graph, slot, graphEntry);
        store<i32>(graph, <i32>top, graphTop);
      }
      note(map + slot, linkedSlot);
    }
    for (let level: u32 = 1; level <= top; level++) adoptList(graph, map, slot, level, reach);
  }
}

/** Whether a link is left. */
function adoptList(graph: usize, map: usize, slot: u32, level: u32, reach: u32): bool {
  const list = linksOf(graph, slot, level);
  const room = roomOf(level);
  let kept: u32 = 0;
  for (let i: u32 = 0; i < room; i++) {
    const link = load<u32>(list + i * 4);
    if (link == slot || link >= reach) continue;
    if ((load<u8>(map + link) & absentSlot) == absentSlot) continue;
    if (level == 0) note(map + link, ledToSlot);
    else if (levelOf(link) < level) continue;
    if (kept != i) store<u32>(list + kept * 4, link);
    kept++;
  }
  for (let i = kept; i < room; i++) store<u32>(list + i * 4, slot);
  return kept > 0;
}

@inline
function note(at: usize, bit: u32): void {
  store<u8>(at, <u8>(load<u8>(at) | bit));
}
