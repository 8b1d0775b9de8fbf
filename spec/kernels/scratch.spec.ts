import assert from "node:assert/strict";
import { Extents } from "../../lib/kernels/extents.js";
import { Scratch } from "../../lib/kernels/scratch.js";

const unit = 4_096;

function scratchOver(bytes: number) {
  const extents = new Extents(unit, unit + bytes, () => false);
  const counts = { allocated: 0, freed: 0 };
  const scratch = new Scratch(
    (size) => {
      counts.allocated++;
      return extents.allocate(size, unit + bytes);
    },
    (address, size) => {
      counts.freed++;
      extents.free(address, size);
    },
  );
  return { scratch, counts, extents };
}

describe("Scratch memory", () => {
  it("is given again to the next that wants as much", () => {
    const { scratch, counts } = scratchOver(64 * unit);
    const first = scratch.take(5_000) as number;
    scratch.give(first, 5_000);
    assert.equal(scratch.take(8_000), first);
    assert.deepEqual(counts, { allocated: 1, freed: 0 });
  });

  it("is never given to two at once", () => {
    const { scratch } = scratchOver(64 * unit);
    const taken = Array.from({ length: 8 }, () => scratch.take(unit) as number);
    assert.equal(new Set(taken).size, 8);
    for (const address of taken) scratch.give(address, unit);
    const again = Array.from({ length: 8 }, () => scratch.take(unit) as number);
    assert.deepEqual(new Set(again).size, 8);
  });

  it("goes back where another size is wanted, so that all of it can be had", () => {
    const { scratch, counts } = scratchOver(64 * unit);
    const first = scratch.take(unit) as number;
    scratch.give(first, unit);
    assert.notEqual(scratch.take(16 * unit), undefined);
    assert.equal(counts.freed, 1);
  });

  it("is not kept where it is large", () => {
    const { scratch, counts } = scratchOver(64 * unit);
    const first = scratch.take(32 * unit) as number;
    scratch.give(first, 32 * unit);
    assert.equal(counts.freed, 1);
  });

  it("is not to be had where there is none", () => {
    const { scratch } = scratchOver(4 * unit);
    assert.equal(scratch.take(64 * unit), undefined);
  });
});
