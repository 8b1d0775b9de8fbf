import { checkBoolean, checkChoice, readArguments } from "../model/check-argument.js";
import { checkCallOptions } from "../model/check-call-options.js";
import type { Where } from "../model/where.js";
import { checkOnProgress, type TransferProgress } from "./transfer-progress.js";

export interface ExportOptions {
  /** By the name of the file unless given: see `formatOf`; "jsonl" for a stream. */
  format?: ExportFormat | undefined;
  /** Only the entries that match. */
  where?: Where | undefined;
  /** Whether a file of that name is replaced; false. */
  overwrite?: boolean | undefined;
  /** Called after every page that is written. */
  onProgress?: ((progress: TransferProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** Milliseconds for the whole export. */
  timeoutMs?: number | undefined;
}

export interface ExportReport {
  readonly entries: number;
  readonly bytes: number;
}

export type ExportFormat = "jsonl" | "npy";

export const exportFormats: readonly ExportFormat[] = ["jsonl", "npy"];

export interface CheckedExportOptions extends ExportOptions {
  readonly overwrite: boolean;
}

/** @throws INVALID_ARGUMENT for an unknown option or a value that is none */
export function checkExportOptions(options: unknown): CheckedExportOptions {
  const given = readArguments(options, known, "options");
  const { signal, timeoutMs } = checkCallOptions(given);
  return {
    format: checkChoice<ExportFormat | undefined>(given.format, exportFormats, undefined, "format"),
    // Whether it is a predicate the engine says, before anything is written.
    where: given.where as Where | undefined,
    overwrite: checkBoolean(given.overwrite, false, "overwrite"),
    onProgress: checkOnProgress(given.onProgress),
    signal,
    timeoutMs,
  };
}

const known: { readonly [Name in keyof ExportOptions]-?: true } = {
  format: true,
  where: true,
  overwrite: true,
  onProgress: true,
  signal: true,
  timeoutMs: true,
};
