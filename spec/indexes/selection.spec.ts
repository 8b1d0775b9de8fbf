import assert from "node:assert/strict";
import { SlotVectorIndexes } from "../../lib/indexes/slot-vector-indexes.js";
import { metrics } from "../../lib/model/metric.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { NaiveIndex, pairs, unaligned } from "./oracle.js";

describe("A selection", () => {
  const indexes = new SlotVectorIndexes({ threads: 0 });
  const index = indexes.create(20);
  const naive = new NaiveIndex();
  const random = randomNumbers(3);
  before(() => {
    for (let i = 0; i < 3000; i++) {
      const vector = randomVector(random, 20);
      index.add(i, unaligned(vector), 1);
      naive.add(i, vector, 1);
    }
    for (let i = 0; i < 3000; i += 7) {
      index.kill(i, 2);
      naive.kill(i, 2);
    }
  });
  after(() => indexes.close());

  for (const share of [0, 0.0005, 0.01, 0.2, 0.9, 1]) {
    const choose = () => {
      const selection = index.select();
      const chosen = new Set<number>();
      for (let i = 0; i < 3000; i++) {
        if (random() >= share) continue;
        selection.add(i);
        chosen.add(i);
      }
      assert.equal(selection.size, chosen.size);
      return { selection, chosen };
    };

    it(`of ${share * 100} % bounds a search to what is in it`, async () => {
      const { selection: within, chosen } = choose();
      for (const metric of metrics) {
        for (const limit of [1, 10, 5000]) {
          const targets = [randomVector(random, 20), randomVector(random, 20)];
          const request = { targets, metric, limit, sequence: 2, within };
          assert.deepEqual(pairs(await index.search(request)), naive.search(request, chosen));
        }
      }
    });

    it(`of ${share * 100} % is left out of a search without it`, async () => {
      const { selection: without, chosen } = choose();
      for (const metric of metrics) {
        for (const limit of [1, 10, 5000]) {
          const targets = [randomVector(random, 20), randomVector(random, 20)];
          const request = { targets, metric, limit, sequence: 2, without };
          const expected = naive.search(request, undefined, chosen);
          assert.deepEqual(pairs(await index.search(request)), expected);
        }
      }
    });
  }

  it("counts an ordinal once, and passes over what the index does not hold", () => {
    const within = index.select();
    within.add(5);
    within.add(5);
    within.add(123_456_789);
    assert.equal(within.size, 1);
  });

  it("of another index is refused", async () => {
    const other = indexes.create(20).select();
    const targets = [randomVector(random, 20)];
    for (const selected of [{ within: other }, { without: other }]) {
      const search = index.search({ targets, metric: "dot", limit: 1, sequence: 1, ...selected });
      await assert.rejects(search, { code: "INVALID_ARGUMENT" });
    }
  });
});
