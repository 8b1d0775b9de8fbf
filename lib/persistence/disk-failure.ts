import { AhnlichError, type ErrorCode } from "../model/errors.js";
import { isNearlyFull } from "./disk-room.js";
import { within } from "./within.js";

/**
 * What went wrong while we were `doing` something in the folder, as what it was in truth: lmdb-js rejects with
 * "Commit failed" and keeps the reason in a second promise, which nobody else waits for.
 */
export async function diskFailure(
  thrown: unknown,
  folder: string,
  doing: string,
): Promise<AhnlichError> {
  if (thrown instanceof AhnlichError) return thrown;
  const reason = await reasonOf(thrown);
  const number = codeOf(reason);
  const code = classify(number, folder);
  const came = reason instanceof Error ? reason.message : String(reason);
  return new AhnlichError(code, `${doing} ${folder} failed: ${came}`, {
    details: { path: folder, reason: number ?? null },
    cause: reason,
  });
}

/** A failure as it crosses from the thread of a CommitWorker. */
export interface ThrownThere {
  readonly code: number | undefined;
  readonly message: string;
}

export function thrownThere(thrown: unknown): ThrownThere {
  return {
    code: codeOf(thrown),
    message: thrown instanceof Error ? thrown.message : String(thrown),
  };
}

/** The reason of a rejected write, soon: a commit that failed must not become one that hangs. Never rejects. */
export function reasonOf(thrown: unknown): Promise<unknown> {
  return within(reasonMilliseconds, keptReasonOf(thrown), thrown);
}

async function keptReasonOf(thrown: unknown): Promise<unknown> {
  if (!(thrown instanceof Error) || !("commitError" in thrown)) return thrown;
  try {
    await thrown.commitError;
    return thrown;
  } catch (reason) {
    return reason;
  }
}

/**
 * lmdb gives numbers: those of the system above zero, its own below. Its copying, and what comes from a thread, give
 * but the system's sentence.
 */
export function codeOf(reason: unknown): number | undefined {
  if (!(reason instanceof Error)) return undefined;
  if ("code" in reason && typeof reason.code === "number") return reason.code;
  for (const [sentence, code] of sentences) if (reason.message.includes(sentence)) return code;
  return undefined;
}

/** A write cut short is reported as an I/O error too, so the space that is left decides. */
function classify(code: number | undefined, folder: string): ErrorCode {
  if (code !== undefined && corruptions.has(code)) return "CORRUPT";
  const mayBeFull = code === noSpace || code === ioError;
  return mayBeFull && isNearlyFull(folder) ? "DISK_FULL" : "IO_ERROR";
}

const reasonMilliseconds = 1_000;
const ioError = 5;
const noSpace = 28;
const sentences: readonly (readonly [string, number])[] = [
  ["No space left on device", noSpace],
  ["Input/output error", ioError],
];
/** MDB_PAGE_NOTFOUND, MDB_CORRUPTED, MDB_VERSION_MISMATCH, MDB_INVALID, MDB_CURSOR_FULL, MDB_BAD_TXN, MDB_PROBLEM. */
const corruptions: ReadonlySet<number> = new Set([
  -30_797, -30_796, -30_794, -30_793, -30_787, -30_782, -30_779,
]);
