import { copyFlat, copyValue } from "./copy-value.js";
import { describe } from "./describe.js";
import { AhnlichError } from "./errors.js";
import type { Limits } from "./limits.js";
import type { Metadata } from "./metadata.js";
import { isPlainObject } from "./plain-object.js";

/**
 * A deep copy of what a caller gives as metadata, sharing nothing with it. Undefined properties
 * are dropped, -0 becomes 0, a Buffer becomes a Uint8Array. A flat metadata is one level deep.
 *
 * @throws INVALID_ARGUMENT with the dotted path of what is no metadata: NaN, infinities, BigInt,
 * invalid dates, functions, symbols, class instances, Map, Set, other typed arrays, undefined in
 * an array, values that contain themselves, texts that are not well-formed, field names that are
 * empty or begin with `$`.
 * @throws LIMIT_EXCEEDED for more than `limits.metadataDepth` levels, and where the values alone
 * take more than `limits.metadataBytes`; the exact size is known only when it is encoded.
 */
export function checkMetadata(value: unknown, limits: Limits, what: string): Metadata {
  if (!isPlainObject(value)) {
    throw new AhnlichError(
      "INVALID_ARGUMENT",
      `${what}: expected a plain object, got ${describe(value)}`,
    );
  }
  return copyFlat(value, limits) ?? (copyValue(value, limits, what, "drop") as Metadata);
}
