import { statSync } from "node:fs";
import { hostname } from "node:os";
import type { AhnlichError } from "../model/errors.js";
import { locked } from "./locked.js";

/**
 * Notes that this process holds the folder, by whatever path it is known, and gives back what undoes
 * the note. The owner row would tell as well, but asking it means opening the environment twice.
 *
 * @throws LOCKED where it is noted already
 */
export function holdFolder(folder: string, now: number): () => void {
  const key = keyOf(folder);
  const started = held.get(key) ?? reading.get(key)?.started;
  if (started !== undefined) throw lockedHere(folder, started);
  held.set(key, now);
  return () => held.delete(key);
}

/**
 * The same for those who only read the folder: many in this process may, but not beside one that writes, since a
 * process has an environment open once.
 *
 * @throws LOCKED where this process owns it
 */
export function holdToRead(folder: string, now: number): () => void {
  const key = keyOf(folder);
  const started = held.get(key);
  if (started !== undefined) throw lockedHere(folder, started);
  const readers = reading.get(key) ?? { started: now, count: 0 };
  readers.count++;
  reading.set(key, readers);
  return () => {
    if (--readers.count === 0) reading.delete(key);
  };
}

function keyOf(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true });
  return `${dev}:${ino}`;
}

function lockedHere(folder: string, started: number): AhnlichError {
  return locked(folder, { pid: process.pid, host: hostname(), started });
}

/** One for all copies of this package in the process. */
const symbol = Symbol.for("ahnlich.folders");
const symbolOfReaders = Symbol.for("ahnlich.folders.read");
const everywhere = globalThis as {
  [symbol]?: Map<string, number>;
  [symbolOfReaders]?: Map<string, Readers>;
};
everywhere[symbol] ??= new Map();
everywhere[symbolOfReaders] ??= new Map();
const held: Map<string, number> = everywhere[symbol];
const reading: Map<string, Readers> = everywhere[symbolOfReaders];

interface Readers {
  /** When the first of them came. */
  readonly started: number;
  count: number;
}
