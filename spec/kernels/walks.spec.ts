import assert from "node:assert/strict";
import { Arena } from "../../lib/kernels/arena.js";
import { bestKernels, kernelsModule } from "../../lib/kernels/kernels.js";
import { type Walk, Walks } from "../../lib/kernels/walks.js";

describe("Walks", () => {
  const arena = new Arena(0, kernelsModule(bestKernels()));

  function taken(walks: Walks, count: number, slots: number): Walk[] {
    return Array.from({ length: count }, () => walks.take(slots, 64));
  }

  function remade(slots: number, count: number): number {
    const walks = new Walks(arena, 0);
    const first = taken(walks, count, slots);
    for (const walk of first) walks.give(walk);
    const again = taken(walks, count, slots);
    for (const walk of again) walks.give(walk);
    walks.free();
    return again.filter((walk) => !first.includes(walk)).length;
  }

  it("are used again by as many at once as 8 MiB have room for", () => {
    assert.equal(remade(100_000, 32), 0);
  });

  it("are used again by four at once, however large", () => {
    assert.equal(remade(16 * 1024 * 1024, 4), 0);
    assert.equal(remade(16 * 1024 * 1024, 6), 2);
  });

  it("are given up for one that comes to more slots", () => {
    const walks = new Walks(arena, 0);
    const small = walks.take(1_000, 64);
    walks.give(small);
    const large = walks.take(10_000, 64);
    assert.notEqual(large, small);
    assert.ok(large.slots >= 10_000);
    walks.give(large);
    assert.equal(walks.take(1_000, 64), large);
  });
});
