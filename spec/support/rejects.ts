import assert from "node:assert/strict";
import type { AhnlichError, ErrorCode } from "../../lib/model/errors.js";
import { refusalOf } from "./refuses.js";

/** Asserts that the promise is rejected with an AhnlichError of one of the codes, and this sentence; returns it. */
export async function rejects(
  promise: Promise<unknown>,
  codes: ErrorCode | readonly ErrorCode[],
  sentence = /./,
): Promise<AhnlichError> {
  const error = await errorOf(promise);
  const expected = typeof codes === "string" ? [codes] : codes;
  assert.ok(error !== undefined, `expected ${expected.join(" or ")}, but it was fulfilled`);
  const refusal = refusalOf(error, expected);
  assert.match(refusal.message, sentence);
  return refusal;
}

/** What the promise was rejected with; undefined when it was fulfilled. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error ?? new Error("rejected with nothing"),
  );
}
