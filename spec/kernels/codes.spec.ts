import assert from "node:assert/strict";
import { Arena } from "../../lib/kernels/arena.js";
import { kernelsModule } from "../../lib/kernels/kernels.js";
import * as layout from "../../lib/kernels/layout.js";
import { SearchJob } from "../../lib/kernels/search-job.js";
import { type Metric, metrics } from "../../lib/model/metric.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { codeOf, estimateOf, keyOf, levelsOf } from "./code-twin.js";
import { supportedKernels } from "./supported-kernels.js";

for (const kind of supportedKernels) {
  describe(`Codes, by the kernels for ${kind}, held against their scalar twin`, () => {
    for (const dimension of [1, 3, 4, 15, 17, 100, 384, 768, 1536, 4096]) {
      const stride = Math.ceil(dimension / 4) * 16;
      const recordStride = layout.recordCode + Math.ceil(dimension / 16) * 16;
      const capacity = layout.blockSlots;
      const vectors = blockOfVectors(dimension);
      const rows = vectors.map((vector) => codeOf(vector, 127));

      /** A run of one block that holds the vectors. */
      function filled(): { arena: Arena; run: number } {
        const arena = new Arena(0, kernelsModule(kind));
        const slot = recordStride + layout.slotBytes + layout.blockBytes;
        const run = arena.allocate(layout.runOverhead + capacity * slot, "vectors");
        const rows = arena.allocate(capacity * stride, "vectors");
        assert(run !== undefined && rows !== undefined);
        arena.kernels.layRun(run, rows, capacity, stride, recordStride);
        for (const [i, vector] of vectors.entries()) {
          arena.floats.set(vector, (rows + i * stride) / 4);
          arena.kernels.putSlot(run, i, dimension, i, 1, i === 63);
        }
        return { arena, run };
      }

      it(`are the nearest of ${dimension} numbers, and the error is above the true one`, () => {
        const { arena, run } = filled();
        const field = (name: number): number => arena.words[(run + name) / 4];
        const signed = new Int8Array(arena.memory.buffer);
        const words = new Int32Array(arena.memory.buffer);
        for (const [i, vector] of vectors.entries()) {
          const twin = rows[i];
          const record = field(layout.runRecords) + i * recordStride;
          const float = (name: number): number => arena.floats[(record + name) / 4];
          const code = [...signed.subarray(record + layout.recordCode, record + recordStride)];
          const scale = float(layout.recordScale);
          assert(Math.abs(scale - twin.scale) <= twin.scale * 1e-6);
          const step = scale * twin.length;
          for (const [n, x] of vector.entries()) {
            assert(
              Math.abs(x - code[n] * step) <= step * 0.500001,
              `${x} of ${step} is ${code[n]}`,
            );
          }
          assert(code.slice(dimension).every((number) => number === 0));
          const { error } = twin;
          assert(float(layout.recordError) >= error);
          assert(float(layout.recordError) <= error * 1.00001 + 1e-8);
          const norm = float(layout.recordNorm);
          assert(Math.abs(Math.abs(norm) - twin.length) <= twin.length * 1e-7 + 1e-45);
          assert.equal(norm > 0, twin.length >= 1e-18);
          const sum = words[(record + layout.recordSum) / 4];
          assert.equal(
            sum,
            code.reduce((total, number) => total + number, 0),
          );
        }
      });

      it(`bound the truth closely on both sides with ${dimension} dimensions`, () => {
        const { arena, run } = filled();
        const random = randomNumbers(dimension + 1);
        const queries = [
          randomVector(random, dimension),
          randomVector(random, dimension, 1e-30),
          vectors[3],
          vectors[40],
          new Float32Array(dimension),
        ];
        const codes = queries.map((query) => codeOf(query, levelsOf(kind, dimension)));
        for (const metric of metrics) {
          for (const [n, bounds] of boundsByCodes(arena, run, metric, queries).entries()) {
            const isZero = codes[n].length < (metric === "cosine" ? 1e-18 : Number.MIN_VALUE);
            for (const [i, { lower, upper }] of bounds.entries()) {
              const truth = keyOf(metric, queries[n], vectors[i]);
              assert(lower <= truth && truth <= upper, `${lower} <= ${truth} <= ${upper}`);
              if (isZero) continue;
              const { key, error } = estimateOf(metric, codes[n], rows[i]);
              const lengths = codes[n].length + rows[i].length;
              const scale = { cosine: 1, dot: rows[i].length, euclidean: lengths ** 2 }[metric];
              const granted = scale * 2e-5 + 1e-42;
              assert(Math.abs((upper + lower) / 2 - key) <= granted);
              assert(Math.abs((upper - lower) / 2 - error) <= granted);
            }
          }
        }
      });

      /** Lower and upper of all slots, for each of the queries, before any float32 row is looked at. */
      function boundsByCodes(
        arena: Arena,
        run: number,
        metric: Metric,
        targets: readonly Float32Array[],
      ): { lower: number; upper: number }[][] {
        const units = Uint32Array.of(run, 0, 1, 0);
        const vectors = { arena, units, picked: false, rows: capacity, dimension, stride };
        const limit = capacity;
        const maxDistance = Number.POSITIVE_INFINITY;
        const job = new SearchJob({ vectors, targets, metric, limit, maxDistance, sequence: 1 });
        assert.equal(arena.kernels.advance(job.address, 1), layout.unfinished);
        const first = arena.words[(job.address + layout.jobTargets) / 4];
        const all = targets.map((_, n) => {
          const target = first + n * layout.targetBytes;
          assert.equal(arena.words[(target + layout.targetCount) / 4], capacity);
          assert.equal(arena.words[(target + layout.targetRefined) / 4], 0);
          const area = arena.words[(target + layout.targetArea) / 4];
          return Array.from({ length: capacity }, (_, i) => {
            const at = area + i * layout.candidateBytes;
            const lower = arena.floats[(at + layout.candidateLower) / 4];
            return { lower, upper: arena.floats[(at + layout.candidateUpper) / 4] };
          });
        });
        job.free();
        return all;
      }
    }
  });
}

/** 64 of all kinds: random, of any magnitude, alike, one-sided, at the edges of what is allowed, zero. */
function blockOfVectors(dimension: number): Float32Array[] {
  const random = randomNumbers(dimension);
  const vectors: Float32Array[] = [];
  for (const scale of [1, 1, 1, 1e-18, 1e-25, 1e-30, 1e-38, 1e-44, 1e10]) {
    for (let i = 0; i < 5; i++) vectors.push(randomVector(random, dimension, scale));
  }
  const most = 1e18 / Math.sqrt(dimension) / 1.001;
  for (const x of [most, -most, 1e-18 / Math.sqrt(dimension), 1.5e-45, 0, -0]) {
    vectors.push(new Float32Array(dimension).fill(x));
  }
  while (vectors.length < 58) {
    vectors.push(new Float32Array(dimension).map(() => 1 + random() / 1000));
  }
  while (vectors.length < layout.blockSlots) {
    const steep = new Float32Array(dimension).map(() => random() * 1e-6);
    steep[Math.floor(random() * dimension)] = -1;
    vectors.push(steep);
  }
  return vectors;
}
