import { hash } from "node:crypto";
import { describe } from "./describe.js";
import { AhnlichError } from "./errors.js";
import type { VectorRoom } from "./vector-room.js";

/** What callers may give as a vector; its numbers are rounded to float32 before anything else. */
export type VectorInput = Float32Array | readonly number[];

/** The largest norm a vector may have, so that no squared distance overflows float32. */
export const normMax = 1e18;
/** Under cosine a norm below this counts as zero. */
export const normMin = 1e-18;

/**
 * A copy of `input` as finite float32, in `room` where many are copied.
 *
 * @throws INVALID_ARGUMENT when it is no vector, has no elements, is not finite or its norm is above 1e18.
 * @throws DIMENSION_MISMATCH when `dimension` is given and differs.
 */
export function toVector(
  input: unknown,
  what: string,
  dimension?: number,
  room?: VectorRoom,
): Float32Array {
  const given = checkForm(input, what);
  if (given.length === 0) {
    throw new AhnlichError("INVALID_ARGUMENT", `${what}: a vector has at least one element`);
  }
  if (dimension !== undefined) checkDimension(given.length, dimension, what);
  const vector = room ? room.take(given.length) : new Float32Array(given.length);
  if (isFloat32Array(given)) vector.set(given);
  else roundNumbers(given, vector, what);
  // Below the bound only if every element is finite.
  if (!(sumOfSquares(vector) <= normMax * normMax)) throw normError(given, vector, what);
  return vector;
}

/** @throws DIMENSION_MISMATCH */
export function checkDimension(got: number, expected: number, what: string): void {
  if (got === expected) return;
  throw new AhnlichError(
    "DIMENSION_MISMATCH",
    `${what}: expected ${expected} dimensions, got ${got}`,
    { details: { expected, got } },
  );
}

/** Whether it has the form of a vector; `toVector` says whether it is one. */
export function isVectorInput(value: unknown): value is VectorInput {
  return isFloat32Array(value) || (Array.isArray(value) && indexOfOther(value) < 0);
}

/** The Euclidean length in float64. */
export function normOf(vector: Float32Array): number {
  return Math.sqrt(sumOfSquares(vector));
}

/** The vector's float32 numbers as little-endian bytes: a view where the machine is little-endian. */
export function vectorToBytes(vector: Float32Array): Uint8Array {
  if (littleEndian) return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
  const bytes = new Uint8Array(vector.byteLength);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < vector.length; i++) view.setFloat32(i * 4, vector[i], true);
  return bytes;
}

/** A new vector of the little-endian float32 numbers in `bytes`, whose length is a multiple of 4. */
export function vectorFromBytes(bytes: Uint8Array): Float32Array {
  const vector = new Float32Array(bytes.length >>> 2);
  if (littleEndian) {
    new Uint8Array(vector.buffer).set(bytes);
    return vector;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < vector.length; i++) vector[i] = view.getFloat32(i * 4, true);
  return vector;
}

/**
 * The id that a vector's content gives: the first 16 bytes of the SHA-256 (FIPS 180-4) of its
 * little-endian float32 bytes, -0 taken as +0, as 32 lower-case hexadecimal digits.
 *
 * @throws INVALID_ARGUMENT as `toVector` does.
 */
export function idOf(input: VectorInput): string {
  return contentId(toVector(input, "vector"));
}

/** As `idOf`, of a vector that `toVector` made. */
export function contentId(vector: Float32Array): string {
  const bytes = vectorToBytes(hasNegativeZero(vector) ? vector.map((x) => x + 0) : vector);
  return hash("sha256", bytes, "hex").slice(0, 32);
}

function hasNegativeZero(vector: Float32Array): boolean {
  for (let i = 0; i < vector.length; i++) if (Object.is(vector[i], -0)) return true;
  return false;
}

function sumOfSquares(vector: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += vector[i] * vector[i];
  return squares;
}

function checkForm(input: unknown, what: string): Float32Array | readonly unknown[] {
  if (isFloat32Array(input) || Array.isArray(input)) return input;
  throw new AhnlichError(
    "INVALID_ARGUMENT",
    `${what}: expected a Float32Array or an array of numbers, got ${describe(input)}`,
  );
}

function roundNumbers(given: readonly unknown[], vector: Float32Array, what: string): void {
  for (let i = 0; i < vector.length; i++) {
    const element = given[i];
    if (typeof element !== "number") throw elementError(element, i, what);
    vector[i] = element;
  }
}

function indexOfOther(values: readonly unknown[]): number {
  for (let i = 0; i < values.length; i++) if (typeof values[i] !== "number") return i;
  return -1;
}

function normError(given: ArrayLike<unknown>, vector: Float32Array, what: string): AhnlichError {
  const at = vector.findIndex((element) => !Number.isFinite(element));
  if (at >= 0) return elementError(given[at], at, what);
  return new AhnlichError(
    "INVALID_ARGUMENT",
    `${what}: expected a norm of at most ${normMax}, got ${normOf(vector)}`,
  );
}

function elementError(element: unknown, at: number, what: string): AhnlichError {
  return new AhnlichError(
    "INVALID_ARGUMENT",
    `${what}[${at}]: expected a finite float32, got ${describe(element)}`,
    { details: { index: at } },
  );
}

/** In another realm the class is another, its tag is the same. */
function isFloat32Array(value: unknown): value is Float32Array {
  if (value instanceof Float32Array) return true;
  return (
    ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === "[object Float32Array]"
  );
}

/** Whether this machine is. */
export const littleEndian: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
