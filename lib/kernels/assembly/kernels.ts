export { adoptLists } from "./adopt";
export { advance } from "./advance";
export { chooseEntry, emptyLists, layGraph } from "./lay-graph";
export { plainRead } from "./plain-read";
export { prepare } from "./prepare";
export { killSlot, layRun, putSlot, putSlots } from "./slots";
export { touchedSoFar } from "./touch";

/** For areas that move to a larger place. */
export function move(to: usize, from: usize, bytes: usize): void {
  memory.copy(to, from, bytes);
}
