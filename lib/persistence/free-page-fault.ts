import { codeOf, reasonOf } from "./disk-failure.js";

/*
 * Now and then lmdb 3.5.6 refuses a commit over its own list of free pages: saving the list, it looks at the size of an
 * entry that it may not have found, and so at memory that nobody has set. Nothing was written then, the list is
 * forgotten with the transaction, and the next one reads it anew. So whoever asks again is not refused.
 */

/** Commits, and does so again where it is refused for that reason; the work must bear to be done twice. */
export async function despiteFreePages<T>(commit: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await commit();
    } catch (error) {
      if (attempt === attempts || !isFreePageFault(await reasonOf(error))) throw error;
    }
  }
}

/** As `despiteFreePages`, at once. */
export function despiteFreePagesHere<T>(commit: () => T): T {
  for (let attempt = 1; ; attempt++) {
    try {
      return commit();
    } catch (error) {
      if (attempt === attempts || !isFreePageFault(error)) throw error;
    }
  }
}

/** All of these are said before the first page is written. */
function isFreePageFault(reason: unknown): boolean {
  if (!(reason instanceof Error) || codeOf(reason) !== badTransaction) return false;
  return /\bfreelist\b/.test(reason.message);
}

const badTransaction = -30_782;
const attempts = 5;
