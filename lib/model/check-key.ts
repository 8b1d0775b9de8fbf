import { describe } from "./describe.js";
import { AhnlichError } from "./errors.js";
import { checkLimit, type Limits } from "./limits.js";
import { checkId } from "./text.js";
import { contentId, toVector } from "./vector.js";
import type { VectorRoom } from "./vector-room.js";

/** The id that a key means: itself, or what a vector's content gives. */
export function checkKey(key: unknown, limits: Limits, what: string): string {
  if (typeof key === "string") return checkId(key, limits, what);
  return contentId(checkVectorKey(key, limits, what));
}

/** The ids that a list of keys means, in its order. */
export function checkKeys(keys: readonly unknown[], limits: Limits, what: string): string[] {
  // Array.from sees the holes that map passes over.
  return Array.from(keys, (key, i) => checkKey(key, limits, `${what}[${i}]`));
}

/** The vector of a key that is no id. */
export function checkVectorKey(key: unknown, limits: Limits, what: string): Float32Array {
  if (typeof key === "object" && key !== null) return checkVector(key, limits, what);
  throw new AhnlichError(
    "INVALID_ARGUMENT",
    `${what}: expected a key (an id or a vector), got ${describe(key)}`,
  );
}

/** A copy of a vector of at most `limits.dimension` elements; the store's own come later. */
export function checkVector(
  input: unknown,
  limits: Limits,
  what: string,
  room?: VectorRoom,
): Float32Array {
  if (isVectorLike(input)) checkLimit(limits, "dimension", input.length, what);
  return toVector(input, what, undefined, room);
}

function isVectorLike(input: unknown): input is ArrayLike<unknown> {
  return Array.isArray(input) || input instanceof Float32Array;
}
