import assert from "node:assert/strict";
import { Arena } from "../../lib/kernels/arena.js";
import { kernelsModule } from "../../lib/kernels/kernels.js";
import * as layout from "../../lib/kernels/layout.js";
import { SearchJob } from "../../lib/kernels/search-job.js";
import { distanceOf } from "../../lib/model/distance-of.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { supportedKernels } from "./supported-kernels.js";

for (const kind of supportedKernels) {
  describe(`The kernels for ${kind}`, () => {
    const stride = 64;
    const recordStride = layout.recordCode + 16;
    const capacity = 100;

    /** A run of vectors of 14 dimensions, all born at 1. */
    function filled(): { arena: Arena; run: number; rows: number; vectors: Float32Array[] } {
      const arena = new Arena(0, kernelsModule(kind));
      const run = arena.allocate(16 * 1024, "vectors");
      const rows = arena.allocate(capacity * stride, "vectors");
      assert(run !== undefined && rows !== undefined);
      arena.kernels.layRun(run, rows, capacity, stride, recordStride);
      const random = randomNumbers(77);
      const vectors = Array.from({ length: capacity }, () => randomVector(random, 14));
      for (const [i, vector] of vectors.entries()) {
        arena.floats.set(vector, (rows + i * stride) / 4);
        arena.kernels.putSlot(run, i, 14, i, 1, i === 63 || i === 99);
      }
      return { arena, run, rows, vectors };
    }

    it("read plainly: the sum of all dot products", () => {
      const { arena, rows, vectors } = filled();
      const query = arena.allocate(stride, "search");
      assert(query !== undefined);
      arena.floats.fill(0, query / 4, (query + stride) / 4);
      arena.floats.set(vectors[0], query / 4);
      const expected = vectors.reduce((sum, one) => sum - distanceOf("dot", vectors[0], one), 0);
      const got = arena.kernels.plainRead(query, rows, stride, capacity);
      assert(Math.abs(got - expected) < 1e-4, `${got} is not about ${expected}`);
    });

    it("say that a slot dies only where it lives longer", () => {
      const { arena, run } = filled();
      assert.equal(arena.kernels.killSlot(run, 5, 9), 1);
      assert.equal(arena.kernels.killSlot(run, 5, 12), 0);
      assert.equal(arena.kernels.killSlot(run, 5, 8), 1);
    });

    it("take a job further in steps, and on from where another caller stopped", () => {
      const { arena, run, vectors } = filled();
      const units = Uint32Array.of(run, 0, 2, 0);
      const job = new SearchJob({
        vectors: { arena, units, picked: false, rows: capacity, dimension: 14, stride },
        targets: [vectors[3]],
        metric: "euclidean",
        limit: 100,
        maxDistance: 1e9,
        sequence: 1,
      });
      let steps = 1;
      while (arena.kernels.advance(job.address, 1) !== layout.finished) assert(steps++ < 1000);
      assert(steps > 20);
      const [{ ordinals, distances }] = job.results();
      const expected = vectors
        .map((vector, i): [number, number] => [distanceOf("euclidean", vectors[3], vector), i])
        .sort((a, b) => a[0] - b[0]);
      assert.deepEqual(
        [...distances],
        expected.map(([distance]) => distance),
      );
      assert.deepEqual(
        [...ordinals],
        expected.map(([, i]) => i),
      );
      job.free();
    });
  });
}
