import { readdirSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

/**
 * Waits until this process has nothing left to do, whatever it still did behind an answer that it gave: until its
 * threads neither run nor wait for a processor. When that began, by `performance.now()`.
 */
export async function quiet(): Promise<number> {
  let since = performance.now();
  for (let windows = 0; windows < windowsWanted; ) {
    const start = performance.now();
    const before = busyMs();
    await setTimeout(windowMs);
    const isBusy = busyMs() - before > (performance.now() - start) * idleShare;
    windows = isBusy ? 0 : windows + 1;
    if (isBusy) since = performance.now();
  }
  return since;
}

const windowMs = 50;
/** What waits for more to do, such as linking, begins within so many. */
const windowsWanted = 6;
/** Waking up for every window is something to do, too; and one that works does so all the time. */
const idleShare = 0.4;

/** What all threads have run so far and, where the system tells, have waited for others that ran. */
function busyMs(): number {
  if (process.platform !== "linux") {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  }
  const tasks = "/proc/self/task";
  return readdirSync(tasks).reduce((sum, task) => sum + busyMsOf(`${tasks}/${task}`), 0);
}

function busyMsOf(task: string): number {
  try {
    const [ran, waited] = readFileSync(`${task}/schedstat`, "utf8").split(" ").map(Number);
    return (ran + waited) / 1e6;
  } catch {
    // It has ended meanwhile.
    return 0;
  }
}
