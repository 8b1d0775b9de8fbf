import { Writable } from "node:stream";
import type { StoreInfo } from "../model/answers.js";
import { refusal } from "../model/check-argument.js";
import { AhnlichError } from "../model/errors.js";
import { type CheckedExportOptions, exportFormats } from "./export-options.js";
import { formatOf } from "./format-of.js";
import { JsonlTarget } from "./jsonl-target.js";
import { NpyTarget } from "./npy-target.js";
import { OutputFile } from "./output-file.js";
import { OutputStream } from "./output-stream.js";

import type { Target } from "./target.js";

/** Where an export goes, opened. @throws INVALID_ARGUMENT, IO_ERROR, DISK_FULL */
export async function openTarget(
  to: unknown,
  { format, overwrite }: CheckedExportOptions,
  info: StoreInfo,
): Promise<Target> {
  if (to instanceof Writable) {
    if (format !== "npy") return new JsonlTarget(new OutputStream(to), info);
    throw new AhnlichError("INVALID_ARGUMENT", "format: expected jsonl for a stream, got npy");
  }
  if (typeof to !== "string") throw refusal("to", "the path of a file, or a Writable", to);
  if ((format ?? formatOf(to, exportFormats)) === "npy")
    return NpyTarget.create(to, overwrite, info);
  return new JsonlTarget(await OutputFile.create(to, overwrite), info);
}
