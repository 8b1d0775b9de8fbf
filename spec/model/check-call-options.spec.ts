import assert from "node:assert/strict";
import { checkCallOptions } from "../../lib/model/check-call-options.js";
import { refuses } from "../support/refuses.js";

describe("checkCallOptions", () => {
  it("finds neither signal nor deadline where none is given", () => {
    for (const options of [
      undefined,
      {},
      { limit: 3 },
      { signal: undefined, timeoutMs: undefined },
    ]) {
      for (const value of Object.values(checkCallOptions(options))) assert.equal(value, undefined);
    }
  });

  it("returns the signal as it is, and the milliseconds", () => {
    const { signal } = new AbortController();
    assert.equal(checkCallOptions({ signal }).signal, signal);
    for (const timeoutMs of [1, 2 ** 31 - 1]) {
      assert.equal(checkCallOptions({ timeoutMs }).timeoutMs, timeoutMs);
    }
  });

  it("takes a signal of another implementation", () => {
    const signal = { aborted: false, addEventListener() {}, removeEventListener() {} };
    assert.equal(checkCallOptions({ signal }).signal, signal);
  });

  it("refuses what is no signal", () => {
    for (const signal of [null, true, {}, new AbortController(), "abort"]) {
      refuses(
        () => checkCallOptions({ signal }),
        "INVALID_ARGUMENT",
        /^signal: expected an AbortSig/,
      );
    }
  });

  it("refuses a deadline of less than 1 or more than 2^31 - 1 milliseconds", () => {
    for (const timeoutMs of [
      0,
      -1,
      1.5,
      2 ** 31,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      "5",
      null,
    ]) {
      refuses(
        () => checkCallOptions({ timeoutMs }),
        "INVALID_ARGUMENT",
        /^timeoutMs: .* 2147483647/,
      );
    }
  });

  it("refuses options that are no object", () => {
    for (const options of [null, 5, "x", []]) {
      refuses(() => checkCallOptions(options), "INVALID_ARGUMENT", /^options: expected an object/);
    }
  });
});
