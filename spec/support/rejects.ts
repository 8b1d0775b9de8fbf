import assert from "node:assert/strict";
import { AhnlichError, type ErrorCode } from "../../lib/model/errors.js";

/** Asserts that the promise rejects with this code, and gives the error. */
export async function rejects(promise: Promise<unknown>, code: ErrorCode): Promise<AhnlichError> {
  let error: unknown;
  await promise.then(
    () => {},
    (reason: unknown) => {
      error = reason;
    },
  );
  assert.ok(error instanceof AhnlichError, `expected ${code}, got ${String(error)}`);
  assert.equal(error.code, code, error.message);
  return error;
}
