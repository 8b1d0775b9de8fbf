import type { Contender } from "./interleave.js";

/** Does so many calls, beginning with the one of that number; how many were answered rightly. */
export type Work = (from: number, count: number) => Promise<number>;

/**
 * Calls a second. How many fit into a turn of `sliceMs` is learned from the turn before, which the round of warming
 * up begins. A wrong answer ends the benchmark: what is fast and wrong is not measured.
 */
export function rateOf(name: string, work: Work, sliceMs: number, least: number): Contender {
  let count = least;
  let done = 0;
  return {
    name,
    async measure() {
      const start = performance.now();
      const right = await work(done, count);
      const milliseconds = performance.now() - start;
      if (right !== count) throw new Error(`${name}: ${count - right} of ${count} were wrong`);
      const rate = (count / milliseconds) * 1_000;
      done += count;
      const wanted = (rate * sliceMs) / 1_000;
      // A first turn is slow, so that the count may need some turns to grow to its place.
      count = Math.max(1, Math.round(Math.min(wanted, count * 50) / least)) * least;
      return rate;
    },
  };
}
