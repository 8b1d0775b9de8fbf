import { statSync } from "node:fs";
import { hostname } from "node:os";
import type { Owner } from "./owner-row.js";
import { locked } from "./ownership.js";

/** A folder that is open in this process. */
export interface HeldFolder {
  /** Milliseconds since 1970. */
  readonly started: number;
  /** Who owns it: an engine of this process; absent while it is being opened or closed. */
  owner?: Owner | undefined;
  letGo(): void;
}

/**
 * Notes that this process holds the folder, by whatever path it is known. The owner row would tell as well,
 * but asking it means opening the environment twice.
 *
 * @throws LOCKED where it is noted already
 */
export function holdFolder(folder: string, now: number): HeldFolder {
  const key = keyOf(folder);
  const noted = held.get(key);
  if (noted !== undefined) {
    throw locked(folder, { pid: process.pid, host: hostname(), started: noted.started });
  }
  const note: HeldFolder = { started: now, letGo: () => void held.delete(key) };
  held.set(key, note);
  return note;
}

/** The note of this process about the folder. */
export function heldFolder(folder: string): HeldFolder | undefined {
  return held.get(keyOf(folder));
}

function keyOf(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true });
  return `${dev}:${ino}`;
}

/** One for all copies of this package in the process. */
const symbol = Symbol.for("ahnlich.folders");
const everywhere = globalThis as { [symbol]?: Map<string, HeldFolder> };
everywhere[symbol] ??= new Map();
const held: Map<string, HeldFolder> = everywhere[symbol];
