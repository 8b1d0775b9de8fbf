import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import type { Store } from "../../lib/handles/store.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { errorOf, rejects } from "../support/rejects.js";

export function loadContract(reach: Reach): void {
  describe("load", () => {
    const suite = duringSuite(reach);
    let store: Store;
    beforeEach(async () => {
      store = await suite.newStore({ dimension: 1 });
    });

    it("writes any number of entries in batches and sums up", async () => {
      const progress: number[] = [];
      const response = await store.load(numbered(2_345), {
        onProgress: (done) => progress.push(done),
      });
      assert.deepEqual([response.inserted, response.updated], [2_345, 0]);
      assert.deepEqual(progress, [1_000, 2_000, 2_345]);
      assert.equal(await store.count(), 2_345);
      assert.equal((await store.get("e2344"))?.version, response.version);
    });

    it("takes a generator, lazily, and one that takes its time", async () => {
      let asked = 0;
      function* lazy() {
        for (const entry of numbered(25)) {
          asked++;
          yield entry;
        }
      }
      assert.equal((await store.load(lazy(), { batch: 10 })).inserted, 25);
      assert.equal(asked, 25);
      async function* slow() {
        for (const entry of numbered(30)) {
          await turn();
          yield entry;
        }
      }
      const again = await store.load(slow(), { batch: 7 });
      assert.deepEqual([again.inserted, again.updated], [5, 25]);
    });

    it("writes each batch all or nothing, and keeps those before the refused one", async () => {
      const entries = numbered(30).map((entry, n) => (n === 25 ? { ...entry, vector: [] } : entry));
      await rejects(store.load(entries, { batch: 10 }), "INVALID_ARGUMENT");
      const count = await store.count();
      assert.ok(count % 10 === 0 && count <= 20, `${count} entries are there`);
      assert.equal(await store.get("e0020"), undefined);
    });

    it("ends the source when a batch is refused", async () => {
      let ended = false;
      function* source() {
        try {
          for (;;) yield { id: "x", vector: [1, 2, 3] };
        } finally {
          ended = true;
        }
      }
      await rejects(store.load(source(), { batch: 5 }), "DIMENSION_MISMATCH");
      assert.ok(ended);
    });

    it("hands on what the source throws", async () => {
      const thrown = new Error("the file is gone");
      async function* source() {
        yield* numbered(3);
        throw thrown;
      }
      const error = await errorOf(store.load(source(), { batch: 2 }));
      assert.ok(error === thrown || (error as Error).cause === thrown);
    });

    it("loads nothing from nothing, but wants the store", async () => {
      assert.deepEqual(await store.load([]), { inserted: 0, updated: 0, version: 0 });
      const missing = suite.engine.store(suite.newName());
      await rejects(missing.load([]), "STORE_NOT_FOUND");
      await rejects(missing.load(numbered(1)), "STORE_NOT_FOUND");
    });

    it("updates what is there", async () => {
      await store.load(numbered(10));
      const changed = numbered(10).map((entry) => ({ ...entry, metadata: { changed: true } }));
      const response = await store.load(changed, { batch: 3 });
      assert.deepEqual([response.inserted, response.updated], [0, 10]);
      assert.equal(await store.count({ where: { changed: true } }), 10);
    });

    it("refuses a batch that is no number of entries", async () => {
      for (const batch of [0, -1, 1.5, Number.NaN, "10"]) {
        const loaded = store.load(numbered(3), { batch: batch as number });
        await rejects(loaded, "INVALID_ARGUMENT");
      }
      assert.equal(await store.count(), 0);
    });

    it("stops when it is aborted", async () => {
      const controller = new AbortController();
      function* endless() {
        for (let n = 0; n < 1_000_000; n++) yield { id: `e${n % 100}`, vector: [n] };
      }
      const loaded = store.load(endless(), {
        batch: 10,
        signal: controller.signal,
        onProgress: (done) => {
          if (done >= 50) controller.abort();
        },
      });
      await rejects(loaded, ["ABORTED", "OUTCOME_UNKNOWN"]);
    });
  });
}

function numbered(count: number): { id: string; vector: number[] }[] {
  return Array.from({ length: count }, (_, number) => ({
    id: `e${String(number).padStart(4, "0")}`,
    vector: [number],
  }));
}
