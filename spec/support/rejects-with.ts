import assert from "node:assert/strict";
import { AhnlichError, type ErrorCode } from "../../lib/model/errors.js";

/** The promise is rejected with an AhnlichError of one of the codes, which is returned. */
export async function rejectsWith(
  codes: ErrorCode | readonly ErrorCode[],
  promise: Promise<unknown>,
): Promise<AhnlichError> {
  const expected = typeof codes === "string" ? [codes] : codes;
  const error = await errorOf(promise);
  assert.ok(error !== undefined, `expected ${expected.join(" or ")}, but it was fulfilled`);
  assert.ok(error instanceof AhnlichError, `expected an AhnlichError, got ${String(error)}`);
  assert.ok(
    expected.includes(error.code),
    `expected ${expected.join(" or ")}, got ${error.code}: ${error.message}`,
  );
  assert.ok(error.message.length > 0, "the error has no sentence");
  return error;
}

/** What the promise was rejected with; undefined when it was fulfilled. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error ?? new Error("rejected with nothing"),
  );
}
