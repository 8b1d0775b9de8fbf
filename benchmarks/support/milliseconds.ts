import { median } from "./stats.js";

/** Calls one after the other; the median of their times. The i-th is given its number. */
export async function medianMilliseconds(
  calls: number,
  call: (i: number) => Promise<void>,
): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < calls; i++) {
    const start = performance.now();
    await call(i);
    times.push(performance.now() - start);
  }
  return median(times);
}
