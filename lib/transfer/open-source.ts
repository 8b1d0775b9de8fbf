import { refusal } from "../model/check-argument.js";
import { AhnlichError } from "../model/errors.js";
import type { Limits } from "../model/limits.js";
import { formatOf } from "./format-of.js";
import { type CheckedImportOptions, importFormats } from "./import-options.js";
import { InputFile } from "./input-file.js";
import { InputStream } from "./input-stream.js";
import type { Source } from "./item.js";
import { JsonlSource } from "./jsonl-source.js";
import { BareNpySource, NpySource } from "./npy-source.js";

/** What is to be imported, opened. @throws INVALID_ARGUMENT, IO_ERROR */
export async function openSource(
  from: unknown,
  options: CheckedImportOptions,
  limits: Limits,
): Promise<Source> {
  if (typeof from === "string") return openFile(from, options, limits);
  if (typeof from !== "object" || from === null || !(Symbol.asyncIterator in from)) {
    throw refusal("from", "the path of a file, or bytes to iterate over", from);
  }
  const { format = "jsonl" } = options;
  if (format !== "jsonl") {
    const sentence = `format: expected jsonl for a stream, got ${format}, which needs a file`;
    throw new AhnlichError("INVALID_ARGUMENT", sentence);
  }
  return new JsonlSource(new InputStream(from as AsyncIterable<unknown>), limits);
}

async function openFile(
  path: string,
  { format = formatOf(path, importFormats), vectorsOnly }: CheckedImportOptions,
  limits: Limits,
): Promise<Source> {
  switch (format) {
    case "jsonl":
      return new JsonlSource(await InputFile.open(path), limits);
    case "npy":
      return vectorsOnly ? BareNpySource.open(path) : NpySource.open(path, limits);
  }
}
