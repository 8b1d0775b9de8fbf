import assert from "node:assert/strict";
import { measures } from "../benchmarks/measures/all.js";
import { smoke } from "../benchmarks/sizes.js";

/** They end with an error where an answer is wrong, so that what is asserted here is only that they measure. */
describe("the benchmarks", function () {
  this.timeout(60_000);
  for (const [name, measure] of Object.entries(measures)) {
    it(`run in small: ${name}`, async () => {
      const { tables, figures } = await measure(smoke);
      assert.notEqual(tables.length, 0);
      assert.notEqual(figures.length, 0);
      for (const { name: figure, measured } of figures) {
        for (const value of Object.values(measured)) assert.ok(Number.isFinite(value), figure);
      }
    });
  }
});
