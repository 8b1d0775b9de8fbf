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
  assert.ok(thrown instanceof AhnlichError, `expected ${code}, got ${String(thrown)}`);
  assert.equal(thrown.code, code, thrown.message);
  assert.match(thrown.message, sentence);
  return thrown;
}
