import { type BigIntStats, lstatSync, renameSync } from "node:fs";

/** What is at the path of a unix socket; undefined where there is nothing. */
export function fileAt(path: string): BigIntStats | undefined {
  return lstatSync(path, { throwIfNoEntry: false, bigint: true });
}

/** Whether it is still the file it was: numbers of files are used again, times are not. */
export function isUntouched(before: BigIntStats, now: BigIntStats | undefined): boolean {
  return isSame(before, now) && before.ctimeNs === now?.ctimeNs;
}

/**
 * Closes what was bound at the path as `own`. Closing removes the file that is there, whosever it is:
 * that of another, who has taken the path since, is set aside for this moment.
 */
export function closeSocketFile(
  path: string,
  own: BigIntStats | undefined,
  close: () => void,
): void {
  const there = fileAt(path);
  if (own === undefined || there === undefined || isSame(own, there)) {
    close();
    return;
  }
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    close();
    return;
  }
  close();
  renameSync(aside, path);
}

/** A listener's own file keeps its number for as long as it listens. */
function isSame(one: BigIntStats, other: BigIntStats | undefined): boolean {
  return one.ino === other?.ino && one.dev === other.dev;
}
