import { readdirSync, readFileSync } from "node:fs";

/**
 * How many connections may be open at once so that the process can still open files for other work; undefined where the
 * system does not tell. Above the bound of the process Node would take connections and close them without a word.
 */
export function connectionRoom(): number | undefined {
  try {
    const limits = readFileSync("/proc/self/limits", "utf8");
    const most = Number(/^Max open files +(\d+)/m.exec(limits)?.[1]);
    if (!Number.isSafeInteger(most)) return undefined;
    return Math.max(1, most - readdirSync("/proc/self/fd").length - reserved(most));
  } catch {
    return undefined;
  }
}

/** For the folder, backups, logs and outgoing connections. */
function reserved(most: number): number {
  return Math.min(64, Math.floor(most / 4));
}
