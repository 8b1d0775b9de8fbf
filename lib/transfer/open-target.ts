import { Writable } from "node:stream";
import { refusal } from "../model/check-argument.js";
import { AhnlichError } from "../model/errors.js";
import { type CheckedExportOptions, type ExportFormat, exportFormats } from "./export-options.js";
import { formatOf } from "./format-of.js";
import type { StoreHead } from "./item.js";
import { JsonlTarget } from "./jsonl-target.js";
import { NpyTarget } from "./npy-target.js";
import { OutputFile } from "./output-file.js";
import { OutputStream } from "./output-stream.js";

import type { Target } from "./target.js";

/** What is written to that place. @throws INVALID_ARGUMENT for what is none, or a name that says no format */
export function formatFor(to: unknown, { format }: CheckedExportOptions): ExportFormat {
  if (typeof to === "string") return format ?? formatOf(to, exportFormats);
  if (!(to instanceof Writable)) throw refusal("to", "the path of a file, or a Writable", to);
  if (format !== "npy") return "jsonl";
  throw new AhnlichError("INVALID_ARGUMENT", "format: expected jsonl for a stream, got npy");
}

/** Where an export goes, opened. @throws INVALID_ARGUMENT, IO_ERROR, DISK_FULL */
export async function openTarget(
  to: string | Writable,
  format: ExportFormat,
  overwrite: boolean,
  head: StoreHead,
): Promise<Target> {
  if (typeof to !== "string") return new JsonlTarget(new OutputStream(to), head);
  if (format === "npy") return NpyTarget.create(to, overwrite, head);
  return new JsonlTarget(await OutputFile.create(to, overwrite), head);
}
