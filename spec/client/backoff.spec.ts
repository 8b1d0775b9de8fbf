import assert from "node:assert/strict";
import { Backoff } from "../../lib/client/backoff.js";

describe("Backoff", () => {
  it("doubles up to its bound, never less than half of it, and begins anew after a reset", () => {
    const backoff = new Backoff(50, 5_000);
    const bounds = [50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000];
    for (let round = 0; round < 2; round++) {
      for (const bound of bounds) {
        const wait = backoff.next();
        assert.ok(wait >= bound / 2 && wait <= bound, `${wait} of ${bound}`);
      }
      backoff.reset();
    }
  });

  it("stays at its bound after any number of failures", () => {
    const backoff = new Backoff(50, 5_000);
    for (let i = 0; i < 2_000; i++) assert.ok(backoff.next() <= 5_000);
  });
});
