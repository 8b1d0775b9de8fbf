export { advance } from "./advance";
export { plainRead } from "./plain-read";
export { prepare } from "./prepare";
export { killSlot, layRun, putSlot, putSlots } from "./slots";

/** For areas that move to a larger place. */
export function move(to: usize, from: usize, bytes: usize): void {
  memory.copy(to, from, bytes);
}
