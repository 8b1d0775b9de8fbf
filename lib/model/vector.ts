import { createHash } from "node:crypto";
import { AhnlichError } from "./errors.js";

/** What callers may give as a vector; its numbers are rounded to float32 before anything else. */
export type VectorInput = Float32Array | readonly number[];

/** The largest norm a vector may have, so that no squared distance overflows float32. */
export const normMax = 1e18;
/** Under cosine a norm below this counts as zero. */
export const normMin = 1e-18;

/**
 * A copy of `input` as finite float32.
 *
 * @throws INVALID_ARGUMENT when it is no vector, has no elements, is not finite or its norm is above 1e18.
 * @throws DIMENSION_MISMATCH when `dimension` is given and differs.
 */
export function toVector(input: unknown, what: string, dimension?: number): Float32Array {
  if (!isVectorInput(input)) {
    throw new AhnlichError(
      "INVALID_ARGUMENT",
      `${what}: expected a Float32Array or an array of numbers, got ${describe(input)}`,
    );
  }
  if (input.length === 0) {
    throw new AhnlichError("INVALID_ARGUMENT", `${what}: a vector has at least one element`);
  }
  if (dimension !== undefined) checkDimension(input.length, dimension, what);
  const vector = Float32Array.from(input);
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += vector[i] * vector[i];
  if (!(squares <= normMax * normMax)) throw normError(input, vector, what);
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

export function isVectorInput(value: unknown): value is VectorInput {
  if (value instanceof Float32Array) return true;
  return Array.isArray(value) && value.every((element) => typeof element === "number");
}

/** The Euclidean length in float64. */
export function normOf(vector: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += vector[i] * vector[i];
  return Math.sqrt(squares);
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
 */
export function idOf(input: VectorInput): string {
  const vector = toVector(input, "vector");
  for (let i = 0; i < vector.length; i++) vector[i] += 0; // -0 + 0 is +0
  return createHash("sha256").update(vectorToBytes(vector)).digest("hex").slice(0, 32);
}

function normError(input: VectorInput, vector: Float32Array, what: string): AhnlichError {
  const at = vector.findIndex((element) => !Number.isFinite(element));
  if (at < 0) {
    return new AhnlichError(
      "INVALID_ARGUMENT",
      `${what}: expected a norm of at most ${normMax}, got ${normOf(vector)}`,
    );
  }
  return new AhnlichError(
    "INVALID_ARGUMENT",
    `${what}[${at}]: expected a finite float32, got ${input[at]}`,
    { details: { index: at } },
  );
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) {
    const at = value.findIndex((element) => typeof element !== "number");
    return `an array with ${typeof value[at]} at ${at}`;
  }
  return typeof value === "object" ? (value.constructor?.name ?? "object") : typeof value;
}

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
