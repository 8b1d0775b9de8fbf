import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import vm from "node:vm";
import fc from "fast-check";
import {
  contentId,
  idOf,
  isVectorInput,
  normOf,
  toVector,
  type VectorInput,
  vectorFromBytes,
  vectorToBytes,
} from "../../lib/model/vector.js";
import { refuses } from "../support/refuses.js";

describe("toVector", () => {
  it("rounds numbers to float32", () => {
    assert.deepEqual(toVector([0.1, 1, -2.5], "vector"), new Float32Array([0.1, 1, -2.5]));
  });

  it("copies, so that neither changes with the other", () => {
    const given = new Float32Array([1, 2]);
    const vector = toVector(given, "vector");
    given[0] = 9;
    assert.deepEqual([...vector], [1, 2]);
    assert.notEqual(vector.buffer, given.buffer);
  });

  it("takes the window of a larger buffer, and -0 as it is", () => {
    const window = new Float32Array(new Float32Array([7, -0, 8]).buffer, 4, 1);
    assert.ok(Object.is(toVector(window, "vector")[0], -0));
    assert.equal(toVector(window, "vector").length, 1);
  });

  it("takes arrays and Float32Arrays of another realm", () => {
    const foreign = vm.runInNewContext("[new Float32Array([1, 2]), [1, 2]]") as unknown[];
    for (const given of foreign) {
      assert.ok(isVectorInput(given));
      assert.deepEqual(toVector(given, "vector"), new Float32Array([1, 2]));
    }
  });

  it("refuses elements that are not finite float32, naming the first", () => {
    for (const bad of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      -Infinity,
      1e39,
      "1",
      null,
      undefined,
    ]) {
      const given = [0, bad, bad] as unknown;
      refuses(
        () => toVector(given, "vector"),
        "INVALID_ARGUMENT",
        /^vector\[1\]: .*finite float32/,
      );
    }
    const holes = new Array(3);
    refuses(() => toVector(holes, "vector"), "INVALID_ARGUMENT", /vector\[0\].*undefined/);
    const given = new Float32Array([0, Number.NaN]);
    refuses(() => toVector(given, "target"), "INVALID_ARGUMENT", /^target\[1\]: .*NaN/);
  });

  it("accepts a norm of 1e18 and refuses one above", () => {
    assert.equal(toVector([0.999e18], "vector").length, 1);
    refuses(() => toVector([1.001e18], "vector"), "INVALID_ARGUMENT", /norm of at most/);
    refuses(() => toVector([0.8e18, 0.8e18], "vector"), "INVALID_ARGUMENT", /norm of at most/);
  });

  it("refuses what has no elements or is no vector", () => {
    refuses(() => toVector([], "vector"), "INVALID_ARGUMENT", /at least one element/);
    refuses(() => toVector(new Float32Array(), "vector"), "INVALID_ARGUMENT", /at least one/);
    const others = [null, undefined, "abc", 3, { length: 1, 0: 1 }, new Float64Array(2)];
    for (const other of [...others, new Uint8Array(4), new Set([1])]) {
      refuses(() => toVector(other, "vector"), "INVALID_ARGUMENT", /expected a Float32Array/);
    }
  });

  it("refuses another dimension, before it looks at the elements", () => {
    const error = refuses(
      () => toVector([Number.NaN], "vector", 2),
      "DIMENSION_MISMATCH",
      /2 .* 1/,
    );
    assert.deepEqual(error.details, { expected: 2, got: 1 });
  });
});

describe("isVectorInput", () => {
  it("tells vectors by their form, finite or not", () => {
    for (const yes of [[], [1], [Number.NaN], new Float32Array(2)]) assert.ok(isVectorInput(yes));
    const others = [["a"], [1, "a"], new Array(2), "a", null, {}, new Float64Array(1)];
    for (const no of others) assert.equal(isVectorInput(no), false);
  });
});

describe("idOf", () => {
  /** From the text of the rule: bytes written one by one, the digest cut as bytes. */
  function idByTheRule(numbers: readonly number[]): string {
    const bytes = Buffer.alloc(numbers.length * 4);
    for (const [i, x] of numbers.entries()) bytes.writeFloatLE(x === 0 ? 0 : x, i * 4);
    return createHash("sha256").update(bytes).digest().subarray(0, 16).toString("hex");
  }

  it("is the first half of the SHA-256 of the little-endian bytes", () => {
    // printf '\x00\x00\x80\x3f' | sha256sum, and the same after four bytes of 0
    assert.equal(idOf([1]), "e00e5eb9444182f352323374ef4e08eb");
    assert.equal(idOf([-0, 1]), "22b6f43bd8d27738d3213f29e96b62d0");
    const float32 = fc.float({ noNaN: true, min: -(2 ** 55), max: 2 ** 55 });
    fc.assert(
      fc.property(fc.array(float32, { minLength: 1, maxLength: 20 }), (numbers) => {
        assert.equal(idOf(numbers), idByTheRule(numbers));
        assert.equal(idOf(Float32Array.from(numbers)), idByTheRule(numbers));
      }),
    );
  });

  it("is the same for -0 and 0, and leaves the vector alone", () => {
    const vector = new Float32Array([-0, 1]);
    assert.equal(idOf(vector), idOf([0, 1]));
    assert.equal(contentId(vector), idOf([0, 1]));
    assert.ok(Object.is(vector[0], -0));
  });

  it("is the same for numbers that round to the same float32", () => {
    assert.equal(idOf([0.1]), idOf([Math.fround(0.1)]));
    assert.notEqual(idOf([0.1]), idOf([0.2]));
  });

  it("refuses what is no vector", () => {
    refuses(() => idOf(["x"] as unknown as VectorInput), "INVALID_ARGUMENT", /^vector\[0\]/);
  });
});

describe("vector bytes", () => {
  it("are little-endian float32 and read back as they were, at any offset", () => {
    const vector = new Float32Array([1, -2, 0.5]);
    const bytes = vectorToBytes(vector);
    assert.deepEqual([...bytes.subarray(0, 4)], [0, 0, 0x80, 0x3f]);
    const shifted = new Uint8Array(13);
    shifted.set(bytes, 1);
    assert.deepEqual(vectorFromBytes(shifted.subarray(1)), vector);
  });

  it("are four an element", () => {
    assert.equal(vectorToBytes(new Float32Array(7)).length, 28);
  });
});

describe("normOf", () => {
  it("is the Euclidean length", () => {
    assert.equal(normOf(new Float32Array([3, 4])), 5);
  });
});
