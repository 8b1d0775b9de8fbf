import { readlinkSync } from "node:fs";
import { getPriority, setPriority } from "node:os";

/**
 * From now on the system lets other threads have the processor before this one, which still gets a part of it. Only
 * Linux knows priorities of single threads; elsewhere, and where there is no /proc, nothing happens.
 */
export function giveWay(): void {
  if (process.platform !== "linux") return;
  try {
    const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    setPriority(thread, Math.max(getPriority(thread), niceness));
  } catch {
    // It is in the way of others then, as it would have been.
  }
}

/** A tenth of what others get where all want a processor. */
const niceness = 10;
