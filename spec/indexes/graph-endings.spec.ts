import assert from "node:assert/strict";
import type { SlotVectorIndex } from "../../lib/indexes/slot-vector-index.js";
import type { SlotVectorIndexesOptions } from "../../lib/indexes/slot-vector-indexes.js";
import type { IndexSearch } from "../../lib/indexes/vector-index.js";
import { Arenas } from "../../lib/kernels/arenas.js";
import { openIndexes } from "../support/open-indexes.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { until } from "../support/until.js";
import { LinkedSlots } from "./linked-slots.js";
import { NaiveIndex, pairs } from "./oracle.js";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("A graph that ends in the midst", () => {
  const open = openIndexes();

  const random = randomNumbers(9);
  const rows = Array.from({ length: 3_000 }, () => randomVector(random, 8));
  const beam = { width: 10, slack: Number.POSITIVE_INFINITY };
  const base = { metric: "euclidean", limit: 10, sequence: 6, beam } as const;

  function filled(
    options: Partial<SlotVectorIndexesOptions>,
    count: number,
  ): {
    index: SlotVectorIndex;
    naive: NaiveIndex;
    close: () => Promise<void>;
    bytes: () => number;
  } {
    const indexes = open({ graphLeast: 200, threads: 0, ...options });
    const index = indexes.create(8, "euclidean") as SlotVectorIndex;
    const naive = new NaiveIndex();
    for (const [i, row] of rows.slice(0, count).entries()) {
      index.add(i + 1, row, 1);
      naive.add(i + 1, row, 1);
    }
    return { index, naive, close: () => indexes.close(), bytes: () => indexes.bytes };
  }

  /** A walk comes to so many dead that everything is looked at after it. */
  async function mostlyDead(options: Partial<SlotVectorIndexesOptions>) {
    const all = filled(options, 1_000);
    await all.index.linked();
    for (let i = 1; i <= 970; i++) {
      all.index.kill(i, 5);
      all.naive.kill(i, 5);
    }
    const request: IndexSearch = { ...base, targets: [rows[0] as Float32Array] };
    return { ...all, request };
  }

  for (const atOnceMs of [0, 1]) {
    it(`answers in full a search whose index closes before a second look, ${atOnceMs} ms at once`, async () => {
      const { index, naive, request, bytes } = await mostlyDead({ atOnceMs });
      const search = index.search(request);
      index.close();
      assert.deepEqual(pairs(await search), naive.search(request));
      assert.equal(bytes(), 0);
    });

    it(`rejects a search that ends before a second look, ${atOnceMs} ms at once`, async () => {
      const { index, request, close } = await mostlyDead({ atOnceMs });
      const abort = new AbortController();
      const aborted = index.search(request, abort.signal);
      abort.abort();
      await assert.rejects(aborted, { code: "ABORTED" });
      const search = index.search(request);
      const closing = close();
      await assert.rejects(search, { code: "CLOSED" });
      await closing;
    });
  }

  it("is no longer waited for when the engine closes", async () => {
    for (const threads of [0, 2]) {
      const { index, close } = filled({ threads }, 3_000);
      const linked = index.linked();
      for (let i = 0; i < 5; i++) await turn();
      await close();
      await linked;
      await index.linked();
    }
  });

  it("leaves the memory alone that another engine has after it", async () => {
    const linked = new LinkedSlots({ dimension: 8, metric: "euclidean" });
    for (const row of rows.slice(0, 500)) linked.add(row);
    await linked.graphs.settled();
    const { memory } = linked.graph.arena;
    linked.kill([...linked.living].slice(0, 300));
    await linked.queue.close();
    linked.arenas.close();
    const others: Arenas[] = [];
    for (let i = 0; i < 8; i++) {
      const arenas = new Arenas(2 ** 30);
      others.push(arenas);
      if (arenas.take(1).arena.memory === memory) break;
    }
    assert.equal(others.at(-1)?.take(1).arena.memory, memory);
    const bytes = new Uint8Array(memory.buffer);
    bytes.fill(170);
    await linked.graphs.settled();
    // Longer than anything is gathered.
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert(bytes.every((byte) => byte === 170));
    for (const arenas of others) arenas.close();
  });

  for (const threads of [0, 2]) {
    it(`gives all memory back once while it is linked, swept and walked through, with ${threads} threads`, async () => {
      const indexes = open({ threads, atOnceMs: 0, graphLeast: 200 });
      const seeded = randomNumbers(threads + 1);
      for (let round = 0; round < 12; round++) {
        const index = indexes.create(8, "euclidean") as SlotVectorIndex;
        const naive = new NaiveIndex();
        for (const [i, row] of rows.slice(0, 600).entries()) {
          index.add(i + 1, row, 1);
          naive.add(i + 1, row, 1);
        }
        if (round % 2 === 1) await index.linked();
        for (let i = 1; i < 300; i++) {
          index.kill(i, 2);
          naive.kill(i, 2);
        }
        index.reclaim(2);
        const requests = Array.from({ length: 4 }, () => {
          return { ...base, targets: Array.from({ length: 8 }, () => randomVector(seeded, 8)) };
        });
        const linked = index.linked();
        for (let left = Math.floor(seeded() * 12); left > 0; left--) await turn();
        const searches = Promise.all(requests.map((request) => index.search(request)));
        for (let left = Math.floor(seeded() * 3); left > 0; left--) await turn();
        index.close();
        index.close();
        for (const [i, found] of (await searches).entries()) {
          for (const [n, { ordinals }] of found.entries()) {
            assert.equal(ordinals.length, 10, `search ${i}, target ${n}`);
            assert(ordinals.every((ordinal) => ordinal >= 300));
          }
        }
        await linked;
        await until(() => indexes.bytes === 0);
      }
    });
  }

  it("is linked later where its worker ends, and until then all is found", async () => {
    const worker = new URL("./failing-worker.js", import.meta.url);
    process.env.AHNLICH_SPEC_FAIL = "2";
    try {
      const { index, naive } = filled({ threads: 1, atOnceMs: 0, worker }, 3_000);
      const linked = index.linked();
      const targets = rows.slice(0, 20);
      const request: IndexSearch = { ...base, targets, limit: 1 };
      let failed = 0;
      for (let i = 0; i < 6 || (failed === 0 && i < 100); i++) {
        const found = await index.search(request).catch((error) => {
          assert.equal(error.code, "INTERNAL");
          failed++;
        });
        if (found) assert.deepEqual(pairs(found), naive.search(request));
      }
      assert(failed > 0);
      delete process.env.AHNLICH_SPEC_FAIL;
      await linked;
      for (let i = 0; i < 3; i++) {
        const found = await index.search(request);
        assert.deepEqual(pairs(found), naive.search(request));
        assert(found.every(({ plan }) => plan === "graph"));
      }
    } finally {
      delete process.env.AHNLICH_SPEC_FAIL;
    }
  });
});
