import { AhnlichError } from "../model/errors.js";
import type { Snapshot } from "../persistence/persistence.js";
import { ordinalKey, ordinalOfKey } from "./keys.js";
import { bodyOf } from "./row.js";

/** Vectors as they are stored, in the order of their ordinals. */
export interface StoredVectors {
  readonly ordinals: Float64Array;
  /** Little-endian float32, one vector after the other. */
  readonly bytes: Uint8Array;
}

export interface VectorRange {
  readonly incarnation: number;
  readonly dimension: number;
  /** The first ordinal. */
  readonly from: number;
  /** The one after the last. */
  readonly to: number;
}

/**
 * The vectors of a range, in blocks of up to `blockBytes`, or one vector where that is larger. A block's arrays are its
 * own, and may be given away.
 *
 * @throws CORRUPT where a row is not what was written
 */
export function* readVectorBlocks(
  snapshot: Snapshot,
  { incarnation, dimension, from, to }: VectorRange,
  blockBytes: number,
): Generator<StoredVectors, void, undefined> {
  const length = dimension * 4;
  const capacity = Math.max(1, Math.floor(blockBytes / length));
  const rows = snapshot.range(
    "vectors",
    ordinalKey(incarnation, from),
    ordinalKey(incarnation, to),
  );
  let ordinals = new Float64Array(capacity);
  let bytes = new Uint8Array(capacity * length);
  let count = 0;
  for (const { key, value } of rows) {
    const body = bodyOf("vectors", key, value);
    if (body.length !== length) throw misfit(key, body.length, length);
    bytes.set(body, count * length);
    ordinals[count++] = ordinalOfKey(key);
    if (count < capacity) continue;
    yield { ordinals, bytes };
    ordinals = new Float64Array(capacity);
    bytes = new Uint8Array(capacity * length);
    count = 0;
  }
  if (count === 0) return;
  yield { ordinals: ordinals.subarray(0, count), bytes: bytes.subarray(0, count * length) };
}

function misfit(key: Uint8Array, got: number, expected: number): AhnlichError {
  const at = Buffer.from(key).toString("hex");
  return new AhnlichError(
    "CORRUPT",
    `table vectors, row ${at}: expected ${expected} bytes, got ${got}`,
    { details: { table: "vectors", key: at } },
  );
}
