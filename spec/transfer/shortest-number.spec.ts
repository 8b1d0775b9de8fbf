import assert from "node:assert/strict";
import fc from "fast-check";
import { numbersText } from "../../lib/transfer/numbers-text.js";
import { shortestNumber } from "../../lib/transfer/shortest-number.js";

describe("the shortest number for a float32", () => {
  it("is the decimal that somebody wrote", () => {
    for (const number of [0.1, -0.3, 1, 100, 0.5, 1e-7, 3.4e12, 1e18, 16_777_216, 1e-30, 1e-45]) {
      assert.equal(shortestNumber(Math.fround(number)), number);
    }
  });

  it("keeps both zeros", () => {
    assert.ok(Object.is(shortestNumber(0), 0));
    assert.ok(Object.is(shortestNumber(-0), -0));
  });

  it("is the same for both signs, where it is halfway as well", () => {
    for (const number of [403.796875, 0.1, 1e-20, 16_777_216, 2.5e-7]) {
      const x = Math.fround(number);
      assert.equal(shortestNumber(-x), -shortestNumber(x));
    }
    assert.equal(numbersText(Float32Array.of(-403.796875, 403.796875)), "-403.79688,403.79688");
  });

  it("reads back as that float32, and has no digit too many", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (x) => {
        const shortest = shortestNumber(x);
        assert.ok(Object.is(Math.fround(Number(String(shortest))), x) || x === 0);
        assert.ok(digitsOf(shortest) <= digitsOf(naiveShortest(x)));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("the numbers of a vector as text", () => {
  it("are the shortest each, whatever they are", () => {
    const near = fc.float({ min: -1000, max: 1000, noNaN: true });
    const bits = fc.integer({ min: 0, max: 0x7f7f_ffff }).map((word) => {
      return new Float32Array(new Uint32Array([word]).buffer)[0];
    });
    const short = fc.integer({ min: -1e6, max: 1e6 }).map((n) => Math.fround(n / 1000));
    const numbers = fc.array(
      fc.oneof(near, bits, short, fc.constantFrom(0, 1, 0.1, 1e8, 9.9999999e7, 1e-6)),
    );
    fc.assert(
      fc.property(numbers, (list) => {
        const vector = Float32Array.from(list);
        assert.equal(numbersText(vector), Array.from(vector, shortestText).join(","));
      }),
      { numRuns: 2_000 },
    );
  });
});

function shortestText(x: number): string {
  return Object.is(x, -0) ? "-0" : String(shortestNumber(x));
}

function naiveShortest(x: number): number {
  for (let digits = 1; digits < 17; digits++) {
    if (Math.fround(Number(x.toPrecision(digits))) === x) return Number(x.toPrecision(digits));
  }
  return x;
}

function digitsOf(number: number): number {
  const digits = number.toExponential().replace(/e.*/, "");
  return digits.replace(/[-.]/g, "").length;
}
