import { statSync } from "node:fs";
import { hostname } from "node:os";
import { locked } from "./locked.js";

/**
 * Notes that this process holds the folder, by whatever path it is known, and gives back what undoes
 * the note. The owner row would tell as well, but asking it means opening the environment twice.
 *
 * @throws LOCKED where it is noted already
 */
export function holdFolder(folder: string, now: number): () => void {
  const key = keyOf(folder);
  const started = held.get(key);
  if (started !== undefined) throw locked(folder, { pid: process.pid, host: hostname(), started });
  held.set(key, now);
  return () => held.delete(key);
}

/** Whether this process holds the folder. */
export function isHeldHere(folder: string): boolean {
  return held.has(keyOf(folder));
}

function keyOf(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true });
  return `${dev}:${ino}`;
}

/** One for all copies of this package in the process. */
const symbol = Symbol.for("ahnlich.folders");
const everywhere = globalThis as { [symbol]?: Map<string, number> };
everywhere[symbol] ??= new Map();
const held: Map<string, number> = everywhere[symbol];
