import { refusal } from "../model/check-argument.js";

/** How far an export or an import has come. */
export interface TransferProgress {
  /** Written to the file, or acknowledged by the store. */
  readonly entries: number;
  /** Written to the file, or read from it. */
  readonly bytes: number;
  /** Of an export: how many entries the store had when it began, where no predicate chooses among them. */
  readonly totalEntries?: number;
  /** Of an import: how long the file is, where that is known. */
  readonly totalBytes?: number;
}

/** @throws INVALID_ARGUMENT where it is given and is no function */
export function checkOnProgress(
  value: unknown,
): ((progress: TransferProgress) => void) | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "function") return value as (progress: TransferProgress) => void;
  throw refusal("onProgress", "a function", value);
}
