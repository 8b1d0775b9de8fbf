import { setTimeout } from "node:timers/promises";

/**
 * Waits until this process has nothing left to do, whatever it still did behind an answer that it gave: until all its
 * threads together take next to none of the processor. When that began, by `performance.now()`.
 */
export async function quiet(): Promise<number> {
  let since = performance.now();
  for (let windows = 0; windows < windowsWanted; ) {
    const start = performance.now();
    const before = process.cpuUsage();
    await setTimeout(windowMs);
    const { user, system } = process.cpuUsage(before);
    const elapsedMs = performance.now() - start;
    if ((user + system) / 1_000 > elapsedMs * idleShare) {
      windows = 0;
      since = performance.now();
    } else windows++;
  }
  return since;
}

const windowMs = 50;
const windowsWanted = 3;
const idleShare = 0.08;
