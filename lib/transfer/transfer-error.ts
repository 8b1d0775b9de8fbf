import { AhnlichError, type ErrorCode } from "../model/errors.js";

/** What stands at that line cannot be taken; `atPlace` adds where it was found. */
export function lineError(
  line: number | undefined,
  sentence: string,
  code: ErrorCode = "INVALID_ARGUMENT",
): AhnlichError {
  return new AhnlichError(code, sentence, line === undefined ? {} : { details: { line } });
}

/** The error with its place: `details.file`, and `details.line` where one is to blame. */
export function atPlace(thrown: unknown, file: string, line?: number): AhnlichError {
  const error = thrown instanceof AhnlichError ? thrown : undefined;
  const message = error?.message ?? String(thrown);
  const found = line ?? error?.details.line;
  const place = found === undefined ? file : `${file}, line ${found}`;
  return new AhnlichError(error?.code ?? "INTERNAL", `${place}: ${message}`, {
    details: { ...error?.details, file, ...(found !== undefined && { line: found }) },
    retryable: error?.retryable,
    cause: thrown,
  });
}

/** A failure of the file system as ours: what the caller can mend is INVALID_ARGUMENT. */
export function fileError(thrown: unknown, file: string): AhnlichError {
  if (thrown instanceof AhnlichError) return thrown;
  const reason = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  const { code, sentence } = known[reason] ?? { code: "IO_ERROR" };
  const said = sentence ?? (thrown instanceof Error ? thrown.message : String(thrown));
  return new AhnlichError(code, `${file}: ${said}`, { details: { file, reason }, cause: thrown });
}

const known: Readonly<Record<string, { code: ErrorCode; sentence?: string }>> = {
  ENOENT: { code: "INVALID_ARGUMENT", sentence: "there is no such file or folder" },
  ENOTDIR: { code: "INVALID_ARGUMENT", sentence: "a part of the path is no folder" },
  EISDIR: { code: "INVALID_ARGUMENT", sentence: "expected a file, got a folder" },
  EEXIST: { code: "INVALID_ARGUMENT", sentence: "it is there already" },
  ENAMETOOLONG: { code: "INVALID_ARGUMENT", sentence: "the name is too long" },
  ENOSPC: { code: "DISK_FULL", sentence: "there is no space left" },
  EDQUOT: { code: "DISK_FULL", sentence: "there is no space left in the quota" },
};
