import { refusal } from "../model/check-argument.js";
import { AhnlichError } from "../model/errors.js";
import type { Limits } from "../model/limits.js";
import { formatOf } from "./format-of.js";
import { type CheckedImportOptions, importFormats } from "./import-options.js";
import { InputFile } from "./input-file.js";
import { InputStream } from "./input-stream.js";
import type { Source } from "./item.js";
import { jsonlSource } from "./jsonl-source.js";
import { BareNpySource, NpySource } from "./npy-source.js";
import { type RowFields, rowsSource } from "./rows-source.js";
import { SqliteSource } from "./sqlite-source.js";
import { isVectraFolder, VectraSource } from "./vectra-source.js";

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
  const stream = new InputStream(from as AsyncIterable<unknown>);
  if (format === "jsonl") return jsonlSource(stream, limits);
  if (format === "lancedb") return rowsSource(stream, fieldsOf(options), limits);
  const sentence = `format: expected jsonl or lancedb for a stream, got ${format}, which needs a file`;
  throw new AhnlichError("INVALID_ARGUMENT", sentence);
}

async function openFile(
  path: string,
  options: CheckedImportOptions,
  limits: Limits,
): Promise<Source> {
  const { format = (await isVectraFolder(path)) ? "vectra" : formatOf(path, importFormats) } =
    options;
  switch (format) {
    case "jsonl":
      return jsonlSource(await InputFile.open(path), limits);
    case "npy":
      return options.vectorsOnly ? BareNpySource.open(path) : NpySource.open(path, limits);
    case "vectra":
      return VectraSource.open(path, limits);
    case "sqlite-vec":
      return SqliteSource.open(path, options);
    case "lancedb":
      return rowsSource(await InputFile.open(path), fieldsOf(options), limits);
  }
}

function fieldsOf({ idField, vectorField = "vector" }: CheckedImportOptions): RowFields {
  return { idField, vectorField };
}
