import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import type { Where } from "../../lib/model/where.js";
import { randomEntries, randomNumbers } from "../support/random.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function measureRecallContract(reach: Reach): void {
  describe("measureRecall", () => {
    const suite = duringSuite(reach);
    let store: Store;
    before(async () => {
      store = await suite.newStore({ dimension: 5 });
      await store.set(randomEntries(randomNumbers(1), 120, 5));
    });

    it("finds that exact searches miss nothing, for 100 samples of 10 nearest", async () => {
      const { elapsedMs, ...report } = await store.measureRecall();
      assert.deepEqual(report, { recall: 1, samples: 100, limit: 10 });
      assert.ok(elapsedMs >= 0);
    });

    it("measures as many samples as are asked for, and as there are", async () => {
      const measured = async (options: object) => {
        const { recall, samples, limit } = await store.measureRecall(options);
        return [recall, samples, limit];
      };
      assert.deepEqual(await measured({ samples: 1, limit: 1 }), [1, 1, 1]);
      assert.deepEqual(await measured({ samples: 40, limit: 7 }), [1, 40, 7]);
      assert.deepEqual(await measured({ samples: 500, limit: 500 }), [1, 120, 500]);
      const where = { number: { $lt: 30 } };
      assert.deepEqual(await measured({ samples: 120, where }), [1, 120, 10]);
    });

    it("measures nothing where there is nothing else to be found", async () => {
      const small = await suite.newStore({ dimension: 1 });
      const samples = async (where?: Where) => {
        const report = await small.measureRecall({ where });
        assert.equal(report.recall, 1);
        return report.samples;
      };
      assert.equal(await samples(), 0);
      await small.set({ id: "a", vector: [1], metadata: { n: 1 } });
      assert.equal(await samples(), 0);
      await small.set({ id: "b", vector: [2] });
      assert.equal(await samples(), 2);
      assert.equal(await samples({ n: 1 }), 1);
      assert.equal(await samples({ n: 2 }), 0);
    });

    it("may be asked in a pipeline", async () => {
      const asked = { kind: "measureRecall", store: store.name, samples: 3 } as const;
      const [outcome] = await suite.engine.pipeline([asked]);
      assert.ok(outcome.ok);
      assert.equal(outcome.response.samples, 3);
    });

    it("refuses samples and limits that are none, and what is above limits.limit", async () => {
      for (const count of [0, -1, 1.5, Number.NaN, "10"] as number[]) {
        await rejects(store.measureRecall({ samples: count }), "INVALID_ARGUMENT");
        await rejects(store.measureRecall({ limit: count }), "INVALID_ARGUMENT");
      }
      for (const options of [{ samples: 10_001 }, { limit: 10_001 }]) {
        const { details } = await rejects(store.measureRecall(options), "LIMIT_EXCEEDED");
        assert.deepEqual(details, { limit: "limit", bound: 10_000, got: 10_001 });
      }
      const options = { where: { n: { $near: 1 } } } as never;
      await rejects(store.measureRecall(options), "INVALID_ARGUMENT");
      await rejects(store.measureRecall({ recall: 0.5 } as object), "INVALID_ARGUMENT");
      const none = suite.engine.store(suite.newName());
      await rejects(none.measureRecall(), "STORE_NOT_FOUND");
    });

    it("ends when it is given up", async () => {
      const signal = AbortSignal.abort();
      await rejects(store.measureRecall({ signal }), "ABORTED");
      const controller = new AbortController();
      const measuring = store.measureRecall({ signal: controller.signal, samples: 10_000 });
      controller.abort();
      await rejects(measuring, "ABORTED");
    });
  });
}
