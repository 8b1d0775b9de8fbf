import { encode } from "../encoding/encode.js";
import { checkMetadata } from "../model/check-metadata.js";
import type { EntryInput } from "../model/entry.js";
import { checkLimit, type Limits } from "../model/limits.js";
import { checkId, textBytes } from "../model/text.js";
import { contentId, toVector } from "../model/vector.js";
import type { EntryItem } from "./item.js";

/** An entry that its store will take. */
export interface CheckedItem {
  readonly line: number;
  readonly input: EntryInput;
  readonly id: string;
  readonly dimension: number;
  /** As the engine counts them for `limits.bytesPerWrite`. */
  readonly bytes: number;
}

/**
 * Checks here what the engine will check again: it would name no line.
 *
 * @throws INVALID_ARGUMENT, DIMENSION_MISMATCH, LIMIT_EXCEEDED
 */
export function checkGiven(
  item: EntryItem,
  dimension: number | undefined,
  limits: Limits,
): CheckedItem {
  const { id, vector: given, metadata: fields = {} } = item.entry;
  const vector = toVector(given, "vector", dimension);
  const metadata = checkMetadata(fields, limits, "metadata");
  const metadataBytes = encode(metadata, "metadata").length;
  checkLimit(limits, "metadataBytes", metadataBytes, "bytes of metadata");
  const key = id === undefined ? contentId(vector) : checkId(id, limits, "id");
  return {
    line: item.line,
    input: { vector, metadata, ...(id !== undefined && { id: key }) },
    id: key,
    dimension: vector.length,
    bytes: vector.byteLength + textBytes(key) + metadataBytes,
  };
}
