import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { calibrationFromBytes, calibrationToBytes } from "../../lib/indexes/calibration-bytes.js";
import { LimitCurves } from "../../lib/indexes/limit-curves.js";
import type { MeasuredLimit } from "../../lib/indexes/measured-limits.js";
import { RecallCurve } from "../../lib/indexes/recall-curve.js";

const rungs = [10, 20].map((setting) => ({
  setting,
  queries: 9,
  lost: 1 / setting,
  error: 0.1,
  cost: 7,
}));
const slacks = { width: 20, curve: new RecallCurve("even", 10, rungs) };
const curves = new LimitCurves(10, new RecallCurve("logarithmic", 10, rungs), slacks);
const measured: MeasuredLimit = { curves, size: 5, changed: 6, source: "queries" };

/** The bytes with one of their numbers replaced, and a checksum that agrees. */
function withNumber(at: number, number: number): Uint8Array {
  const bytes = calibrationToBytes([measured]);
  const view = new DataView(bytes.buffer);
  view.setFloat64(at * 8, number, true);
  view.setUint32(bytes.length - 4, crc32(bytes.subarray(0, -4)), true);
  return bytes;
}

describe("calibrationFromBytes", () => {
  it("gives what was written", () => {
    assert.deepEqual(calibrationFromBytes(calibrationToBytes([measured])), [measured]);
    assert.deepEqual(calibrationFromBytes(calibrationToBytes([])), []);
  });

  it("reads bytes at any alignment", () => {
    const bytes = calibrationToBytes([measured]);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    assert.equal(calibrationFromBytes(shifted.subarray(3)).length, 1);
  });

  const places: Readonly<Record<string, number>> = {
    version: 0,
    count: 1,
    limit: 2,
    size: 3,
    changes: 4,
    source: 5,
    "count of widths": 6,
    "width under slacks": 7,
    "count of slacks": 8,
    width: 9,
    queries: 10,
    lost: 11,
    error: 12,
    cost: 13,
    slack: 19,
  };
  for (const [what, at] of Object.entries(places)) {
    it(`drops all for a ${what} that cannot be, in spite of a right checksum`, () => {
      for (const number of [-1, Number.NaN, Number.POSITIVE_INFINITY, 1e300]) {
        if (what === "cost" && number === 1e300) continue;
        assert.deepEqual(calibrationFromBytes(withNumber(at, number)), [], `${number}`);
      }
    });
  }

  it("drops all for numbers that are not whole, rungs that do not rise and limits that are not measured", () => {
    for (const [at, number] of [
      [9, 10.5],
      [14, 10],
      [14, 9],
      [2, 11],
      [7, 9],
      [24, 10],
      [8, 1],
      [8, 3],
      [1, 0],
    ]) {
      assert.deepEqual(calibrationFromBytes(withNumber(at, number)), [], `${number} at ${at}`);
    }
  });

  it("drops all where a limit comes twice", () => {
    assert.deepEqual(calibrationFromBytes(calibrationToBytes([measured, measured])), []);
  });

  it("drops what is longer than it can be", () => {
    assert.deepEqual(calibrationFromBytes(new Uint8Array(100_004)), []);
  });
});
