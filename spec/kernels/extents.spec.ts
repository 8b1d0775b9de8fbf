import assert from "node:assert/strict";
import fc from "fast-check";
import { Extents, extentMin } from "../../lib/kernels/extents.js";

const mebibyte = 1024 * 1024;

describe("Extents", () => {
  it("gives extents that are aligned to the power of two that holds them and never overlap", () => {
    const step = fc.oneof(
      fc.record({ bytes: fc.integer({ min: 1, max: 3 * mebibyte }) }),
      fc.record({ free: fc.nat(50) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const extents = new Extents(extentMin, 64 * 1024, () => true);
        const held: { at: number; bytes: number }[] = [];
        for (const one of steps) {
          if ("free" in one) {
            const [gone] = held.splice(one.free, 1);
            if (gone !== undefined) extents.free(gone.at, gone.bytes);
            continue;
          }
          const at = extents.allocate(one.bytes, 2 ** 32);
          assert(at !== undefined);
          const size = Extents.sizeFor(one.bytes);
          assert.equal(at % 2 ** Math.ceil(Math.log2(size)), 0);
          assert(at >= extentMin && at + size <= extents.end);
          for (const other of held) {
            assert(at + size <= other.at || other.at + Extents.sizeFor(other.bytes) <= at);
          }
          held.push({ at, bytes: one.bytes });
        }
      }),
      { numRuns: 60 },
    );
  });

  it("joins what is freed, so that the largest extents can be had again", () => {
    const extents = new Extents(0, 4 * mebibyte, () => false);
    const small: number[] = [];
    for (;;) {
      const at = extents.allocate(extentMin, 4 * mebibyte);
      if (at === undefined) break;
      small.push(at);
    }
    assert.equal(small.length, 1024);
    for (const at of small) extents.free(at, extentMin);
    assert.equal(extents.allocate(4 * mebibyte, 4 * mebibyte), 0);
  });

  it("keeps free what an extent does not fill of its power of two", () => {
    const extents = new Extents(0, 4 * mebibyte, () => false);
    const large = extents.allocate(2 * mebibyte + 1, 4 * mebibyte);
    const rest = extents.allocate(mebibyte, 4 * mebibyte);
    assert.deepEqual([large, rest], [0, 3 * mebibyte]);
    extents.free(0, 2 * mebibyte + 1);
    extents.free(3 * mebibyte, mebibyte);
    assert.equal(extents.allocate(4 * mebibyte, 4 * mebibyte), 0);
  });

  it("grows no further than the limit", () => {
    const extents = new Extents(0, 0, () => true);
    let count = 0;
    while (extents.allocate(mebibyte, 10 * mebibyte) !== undefined) count++;
    assert.equal(count, 10);
    assert.equal(extents.end, 10 * mebibyte);
  });

  it("gives nothing when the memory does not grow", () => {
    const extents = new Extents(0, 0, () => false);
    assert.equal(extents.allocate(1, 2 ** 32), undefined);
  });
});
