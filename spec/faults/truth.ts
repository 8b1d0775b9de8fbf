import { kept } from "./lane-state.js";

/** The same text for the same vector and metadata. */
export function textOf(vector: Iterable<number>, metadata: object): string {
  return JSON.stringify(kept(vector, metadata));
}
