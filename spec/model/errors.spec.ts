import assert from "node:assert/strict";
import { AhnlichError, errorCodes, isErrorCode, toAhnlichError } from "../../lib/model/errors.js";

describe("AhnlichError", () => {
  it("carries its code, its sentence, its details and its cause", () => {
    const cause = new Error("below");
    const error = new AhnlichError("IO_ERROR", "the disk failed", { cause, details: { errno: 5 } });
    assert.equal(error.code, "IO_ERROR");
    assert.equal(error.message, "the disk failed");
    assert.deepEqual(error.details, { errno: 5 });
    assert.equal(error.cause, cause);
    assert.ok(error instanceof Error);
    assert.ok(error.stack?.includes("errors.spec"));
  });

  it("has no cause and no details where none are given", () => {
    const error = new AhnlichError("CLOSED", "closed");
    assert.equal("cause" in error, false);
    assert.deepEqual(error.details, {});
  });

  it("is named as other libraries name an abort and a timeout", () => {
    assert.equal(new AhnlichError("ABORTED", "x").name, "AbortError");
    assert.equal(new AhnlichError("TIMEOUT", "x").name, "TimeoutError");
    assert.equal(new AhnlichError("LOCKED", "x").name, "AhnlichError");
  });

  it("knows which codes may succeed when repeated, unless it is told otherwise", () => {
    assert.equal(new AhnlichError("BUSY", "x").retryable, true);
    assert.equal(new AhnlichError("OUTCOME_UNKNOWN", "x").retryable, false);
    assert.equal(new AhnlichError("IO_ERROR", "x", { retryable: true }).retryable, true);
    assert.equal(new AhnlichError("BUSY", "x", { retryable: false }).retryable, false);
  });

  it("is recognized across copies of the package, in both directions", async () => {
    const url = new URL("../../lib/model/errors.js?second", import.meta.url);
    const second = (await import(url.href)) as { AhnlichError: typeof AhnlichError };
    assert.notEqual(second.AhnlichError, AhnlichError);
    assert.ok(new second.AhnlichError("CLOSED", "x") instanceof AhnlichError);
    assert.ok(new AhnlichError("CLOSED", "x") instanceof second.AhnlichError);
  });

  it("takes no other error and no other value for its own", () => {
    for (const value of [new Error("x"), null, undefined, "AhnlichError", { code: "CLOSED" }]) {
      assert.equal(value instanceof AhnlichError, false);
    }
  });

  it("leaves subclasses to know their own", () => {
    class Special extends AhnlichError {}
    assert.ok(new Special("CLOSED", "x") instanceof Special);
    assert.ok(new Special("CLOSED", "x") instanceof AhnlichError);
    assert.equal(new AhnlichError("CLOSED", "x") instanceof Special, false);
  });
});

describe("toAhnlichError", () => {
  it("returns an AhnlichError as it is", () => {
    const error = new AhnlichError("CLOSED", "x");
    assert.equal(toAhnlichError(error), error);
  });

  it("makes anything else INTERNAL and keeps it as the cause", () => {
    const thrown = new TypeError("x is not a function");
    const error = toAhnlichError(thrown);
    assert.equal(error.code, "INTERNAL");
    assert.match(error.message, /x is not a function/);
    assert.equal(error.cause, thrown);
  });

  it("survives thrown values that cannot be turned into text", () => {
    for (const thrown of [Object.create(null), Symbol("x"), undefined, null, 7]) {
      assert.equal(toAhnlichError(thrown).code, "INTERNAL");
    }
  });
});

describe("isErrorCode", () => {
  it("knows every code of the table and no inherited name", () => {
    for (const code of Object.keys(errorCodes)) assert.ok(isErrorCode(code));
    for (const other of ["toString", "__proto__", "closed", "", 1, null]) {
      assert.equal(isErrorCode(other), false);
    }
  });
});
