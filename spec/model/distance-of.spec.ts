import assert from "node:assert/strict";
import { distanceOf } from "../../lib/model/distance-of.js";

describe("distanceOf", () => {
  const a = Float32Array.of(3, 4, 0);
  const b = Float32Array.of(0, 4, 3);

  it("is 1 - cos under cosine", () => {
    assert.equal(distanceOf("cosine", a, b), 1 - 16 / 25);
    assert.equal(distanceOf("cosine", a, a), 0);
  });

  it("is the length of the difference under euclidean", () => {
    assert.equal(distanceOf("euclidean", a, b), Math.sqrt(18));
  });

  it("is the negative product under dot, and never -0", () => {
    assert.equal(distanceOf("dot", a, b), -16);
    assert(Object.is(distanceOf("dot", a, Float32Array.of(0, 0, 1)), 0));
  });

  it("puts a vector whose norm is below 1e-18 at distance 1 from everything", () => {
    const tiny = Float32Array.of(9e-19, 0, 0);
    assert.equal(distanceOf("cosine", tiny, tiny), 1);
    assert.equal(distanceOf("cosine", a, new Float32Array(3)), 1);
  });
});
