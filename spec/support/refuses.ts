import assert from "node:assert/strict";
import { AhnlichError, type ErrorCode } from "../../lib/model/errors.js";

/** Asserts that the call throws an AhnlichError of the code whose sentence matches; returns it. */
export function refuses(call: () => unknown, code: ErrorCode, sentence: RegExp): AhnlichError {
  let thrown: unknown;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  const refusal = refusalOf(thrown, [code]);
  assert.match(refusal.message, sentence);
  return refusal;
}

/** Asserts that the error is an AhnlichError of one of the codes, with a sentence; returns it. */
export function refusalOf(error: unknown, codes: readonly ErrorCode[]): AhnlichError {
  const expected = codes.join(" or ");
  assert.ok(error instanceof AhnlichError, `expected ${expected}, got ${String(error)}`);
  assert.ok(
    codes.includes(error.code),
    `expected ${expected}, got ${error.code}: ${error.message}`,
  );
  assert.ok(error.message.length > 0, "the error has no sentence");
  return error;
}
