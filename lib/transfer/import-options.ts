import { checkBoolean, checkChoice, readArguments, refusal } from "../model/check-argument.js";
import { checkCallOptions } from "../model/check-call-options.js";
import { describe } from "../model/describe.js";
import { AhnlichError } from "../model/errors.js";
import { type Metric, metrics } from "../model/metric.js";
import { checkOnProgress, type TransferProgress } from "./transfer-progress.js";

export interface ImportOptions {
  /** By the name of the file unless given: see `formatOf`. */
  format?: ImportFormat | undefined;
  /** The line to begin at, as a failed import names it in `details.line`; 1. Rows where there are no lines. */
  from?: number | undefined;
  /** Of the store, where it is made here; what the file says, or "cosine". */
  metric?: Metric | undefined;
  /** Of a NumPy file: whether to do without the JSON lines beside it; ids are what the vectors give. */
  vectorsOnly?: boolean | undefined;
  /** Of a SQLite database: the table; the one of sqlite-vec unless given. */
  table?: string | undefined;
  /** Of a table of another database: the field that is the id; unless given, ids are what the vectors give. */
  idField?: string | undefined;
  /** Of a table of another database: the field that is the vector; "vector". All others are metadata. */
  vectorField?: string | undefined;
  /** Called after every batch that is in the store. */
  onProgress?: ((progress: TransferProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** Milliseconds for the whole import. */
  timeoutMs?: number | undefined;
}

export interface ImportReport {
  /** How many were set, from the line that was begun at. */
  readonly entries: number;
  readonly inserted: number;
  readonly updated: number;
  /** Left out because their time was over. */
  readonly expired: number;
}

export type ImportFormat = "jsonl" | "npy" | "vectra" | "sqlite-vec" | "lancedb";

export const importFormats: readonly ImportFormat[] = [
  "jsonl",
  "npy",
  "vectra",
  "sqlite-vec",
  "lancedb",
];

export interface CheckedImportOptions extends ImportOptions {
  readonly from: number;
  readonly vectorsOnly: boolean;
}

/** @throws INVALID_ARGUMENT for an unknown option or a value that is none */
export function checkImportOptions(options: unknown): CheckedImportOptions {
  const given = readArguments(options, known, "options");
  const { signal, timeoutMs } = checkCallOptions(given);
  return {
    format: checkChoice<ImportFormat | undefined>(given.format, importFormats, undefined, "format"),
    from: given.from === undefined ? 1 : checkFrom(given.from),
    metric: checkChoice<Metric | undefined>(given.metric, metrics, undefined, "metric"),
    vectorsOnly: checkBoolean(given.vectorsOnly, false, "vectorsOnly"),
    table: checkName(given.table, "table"),
    idField: checkName(given.idField, "idField"),
    vectorField: checkName(given.vectorField, "vectorField"),
    onProgress: checkOnProgress(given.onProgress),
    signal,
    timeoutMs,
  };
}

function checkName(value: unknown, what: string): string | undefined {
  if (value === undefined || (typeof value === "string" && value !== "")) return value;
  throw refusal(what, "a name", value);
}

function checkFrom(value: unknown): number {
  if (Number.isSafeInteger(value) && Number(value) >= 1) return Number(value);
  const sentence = `from: expected the number of a line, from 1 on, got ${describe(value)}`;
  throw new AhnlichError("INVALID_ARGUMENT", sentence);
}

const known: { readonly [Name in keyof ImportOptions]-?: true } = {
  format: true,
  from: true,
  metric: true,
  vectorsOnly: true,
  table: true,
  idField: true,
  vectorField: true,
  onProgress: true,
  signal: true,
  timeoutMs: true,
};
