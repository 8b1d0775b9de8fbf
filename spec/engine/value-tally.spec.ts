import assert from "node:assert/strict";
import fc from "fast-check";
import { Foremost } from "../../lib/engine/foremost.js";
import { atOnce } from "../../lib/engine/steps.js";
import { ValueTally } from "../../lib/engine/value-tally.js";

describe("ValueTally", () => {
  it("counts each value in one of its passes, however little it may keep", () => {
    const values = Array.from({ length: 3_000 }, (_, n) => `value ${n % 1_000}`);
    for (const [bytesMax, most] of [
      [2 ** 30, 1],
      [50_000, 30],
      [1, 256],
    ] as const) {
      const tally = new ValueTally(bytesMax);
      const counts = new Map<unknown, number>();
      let passes = 0;
      while (tally.begins()) {
        passes++;
        for (const value of values) tally.add(value);
        atOnce(
          tally.visit(({ value, count }) => {
            assert.ok(!counts.has(value));
            counts.set(value, count);
          }),
        );
      }
      assert.equal(counts.size, 1_000);
      assert.ok([...counts.values()].every((count) => count === 3));
      assert.ok(passes <= most && passes > most / 8, `${passes} passes`);
    }
  });
});

describe("Foremost", () => {
  it("keeps the first few of any in their order", () => {
    const numbers = fc.array(fc.integer({ min: -20, max: 20 }));
    const property = fc.property(numbers, fc.nat({ max: 12 }), (all, most) => {
      const foremost = new Foremost<number>(most, (a, b) => a - b);
      for (const one of all) foremost.add(one);
      assert.deepEqual(foremost.sorted(), [...all].sort((a, b) => a - b).slice(0, most));
    });
    fc.assert(property);
  });
});
