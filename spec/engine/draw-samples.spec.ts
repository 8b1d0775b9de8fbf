import assert from "node:assert/strict";
import { unlimited } from "../../lib/engine/call.js";
import { drawSamples } from "../../lib/engine/draw-samples.js";
import { seededNumbers } from "../../lib/engine/seeded-numbers.js";
import { Slice } from "../../lib/engine/slice.js";
import { openIndexes } from "../support/open-indexes.js";

describe("drawSamples", () => {
  const open = openIndexes();
  const random = (seed: number) => ({ bytes: (count: number) => new Uint8Array(count).fill(seed) });

  it("draws each vector that is seen about equally often, and none twice", async () => {
    const index = open({ threads: 0 }).create(1);
    for (let i = 1; i <= 20; i++) index.add(i, Float32Array.of(i), 1);
    index.add(21, Float32Array.of(21), 2); // born later
    index.kill(20, 1);
    const number = seededNumbers(random(7));
    const times = new Map<number, number>();
    for (let round = 0; round < 4_000; round++) {
      const drawing = { index, sequence: 1, but: new Set([19]), count: 6, number };
      const drawn = await drawSamples(drawing, new Slice(unlimited));
      assert.equal(new Set(drawn).size, 6);
      for (const ordinal of drawn) times.set(ordinal, (times.get(ordinal) ?? 0) + 1);
    }
    assert.deepEqual(
      [...times.keys()].sort((a, b) => a - b),
      Array.from({ length: 18 }, (_, i) => i + 1),
    );
    // 4,000 x 6 / 18 each; a deviation of five times the standard one.
    for (const count of times.values()) assert.ok(Math.abs(count - 1_333) < 5 * 30, `${count}`);
  });
});

describe("seededNumbers", () => {
  it("are from 0 to below 1, spread evenly, and follow from the seed", () => {
    const numbers = (seed: number) => {
      const number = seededNumbers({ bytes: (count) => new Uint8Array(count).fill(seed) });
      return Array.from({ length: 10_000 }, number);
    };
    const first = numbers(0);
    assert.deepEqual(first, numbers(0));
    assert.notDeepEqual(first, numbers(1));
    assert.ok(first.every((number) => number >= 0 && number < 1));
    const tenths = new Array<number>(10).fill(0);
    for (const number of first) tenths[Math.floor(number * 10)]++;
    for (const count of tenths) assert.ok(Math.abs(count - 1_000) < 5 * 30, `${tenths}`);
  });
});
