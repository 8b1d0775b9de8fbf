import { encode } from "../encoding/encode.js";
import { refusal } from "../model/check-argument.js";
import { checkMetadata } from "../model/check-metadata.js";
import { timeMax } from "../model/check-ttl.js";
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
  /** In milliseconds since 1970; null: never; undefined: as its store says. */
  readonly expiresAt: number | null | undefined;
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
  const { id, vector: given, metadata: fields = {}, expiresAt } = item.entry;
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
    expiresAt: expiresAt === undefined ? undefined : checkTime(expiresAt),
    bytes: vector.byteLength + textBytes(key) + metadataBytes,
  };
}

function checkTime(value: unknown): number {
  if (Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= timeMax) {
    return Number(value);
  }
  throw refusal("expiresAt", "a whole number of ms since 1970", value);
}
