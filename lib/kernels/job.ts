import type { Arena } from "./arena.js";

/** Work in shared memory that any thread can take a step further, one at a time. */
export interface Job {
  readonly arena: Arena;
  readonly address: number;
  /** One step: some 50 to 150 microseconds. How it stands then: `unfinished`, `finished`, `hungry` or `wanting`. */
  advance(): number;
}
