import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { SlotVectorIndexes } from "../../lib/indexes/slot-vector-indexes.js";
import type { VectorIndex } from "../../lib/indexes/vector-index.js";
import { AhnlichError } from "../../lib/model/errors.js";
import { metrics } from "../../lib/model/metric.js";
import { openIndexes } from "../support/open-indexes.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { NaiveIndex, pairs, unaligned } from "./oracle.js";

describe("Searches of one engine", () => {
  const open = openIndexes();

  const random = randomNumbers(21);
  const rows = Array.from({ length: 6000 }, () => randomVector(random, 16));
  const targets = Array.from({ length: 512 }, () => randomVector(random, 16));
  const naive = new NaiveIndex();
  for (const [i, row] of rows.entries()) naive.add(i, row, 1);

  function filled(indexes: SlotVectorIndexes): VectorIndex {
    const index = indexes.create(16);
    for (const [i, row] of rows.entries()) index.add(i, unaligned(row), 1);
    return index;
  }

  /** Takes many slices, on whatever lane. */
  const heavy = { targets, metric: "cosine", limit: 10, sequence: 1 } as const;
  const light = { targets: targets.slice(0, 1), metric: "dot", limit: 3, sequence: 1 } as const;

  for (const threads of [0, 1, 2]) {
    describe(`with ${threads} threads`, () => {
      it("give the same answers as brute force, side by side", async () => {
        const index = filled(open({ threads, atOnceMs: 0 }));
        const within = index.select();
        const chosen = new Set<number>();
        for (let i = 0; i < rows.length; i += 3) {
          within.add(i);
          chosen.add(i);
        }
        const asked = metrics.flatMap((metric) =>
          [1, 2, 40].map((count) => {
            return { targets: targets.slice(0, count), metric, limit: 10, sequence: 1 };
          }),
        );
        const answers = await Promise.all([
          ...asked.map((request) => index.search(request)),
          ...asked.map((request) => index.search({ ...request, within })),
        ]);
        for (const [i, request] of asked.entries()) {
          assert.deepEqual(pairs(answers[i]), naive.search(request));
          assert.deepEqual(pairs(answers[i + asked.length]), naive.search(request, chosen));
        }
      });

      it("split over the lanes give all ties too", async () => {
        const indexes = open({ threads, atOnceMs: 0 });
        const index = indexes.create(256);
        const same = unaligned(new Float32Array(256).fill(0.25));
        const within = index.select();
        for (let i = 0; i < 60_000; i++) {
          index.add(i, same, 1);
          within.add(i);
        }
        const asked = [new Float32Array(256).fill(1), new Float32Array(256).fill(-1)];
        const request = { targets: asked, metric: "euclidean", limit: 5, sequence: 1 } as const;
        const all = [
          ...(await index.search(request)),
          ...(await index.search({ ...request, within })),
        ];
        for (const { ordinals, distances } of all) {
          assert.equal(ordinals.length, 60_000);
          assert(ordinals.every((ordinal, i) => ordinal === i));
          assert(distances.every((distance) => distance === distances[0]));
        }
      });

      it("let the event loop turn meanwhile", async () => {
        const index = filled(open({ threads }));
        let turns = 0;
        let searching = true;
        const turn = (): void => {
          turns++;
          if (searching) setImmediate(turn);
        };
        setImmediate(turn);
        try {
          const many = [...targets, ...targets, ...targets, ...targets];
          await index.search({ ...heavy, targets: many });
        } finally {
          searching = false;
        }
        assert(turns >= 3, `${turns} turns`);
      });

      it("let a light one pass a heavy one", async () => {
        const index = filled(open({ threads, atOnceMs: 0 }));
        let ended = "";
        const first = index.search(heavy).then(() => (ended += "heavy "));
        await index.search(light);
        assert.equal(ended, "");
        await first;
        assert.equal(ended, "heavy ");
      });

      it("end when they are aborted, running or waiting", async () => {
        const index = filled(open({ threads, atOnceMs: 0 }));
        const abort = new AbortController();
        const searches = Array.from({ length: 20 }, () => index.search(heavy, abort.signal));
        const ended = Promise.allSettled(searches);
        await new Promise((resolve) => setImmediate(resolve));
        abort.abort();
        for (const one of await ended) {
          assert(one.status === "rejected");
          assert.equal(one.reason.code, "ABORTED");
        }
        assert.deepEqual(pairs(await index.search(light)), naive.search(light));
      });

      it("are rejected with CLOSED when the engine closes", async () => {
        const indexes = open({ threads, atOnceMs: 0 });
        const index = filled(indexes);
        const ended = Promise.allSettled(Array.from({ length: 8 }, () => index.search(heavy)));
        await new Promise((resolve) => setImmediate(resolve));
        await indexes.close();
        for (const one of await ended) {
          assert(one.status === "rejected");
          assert.equal(one.reason.code, "CLOSED");
        }
        await assert.rejects(index.search(light), { code: "CLOSED" });
        assert.throws(() => index.add(9e6, unaligned(rows[0]), 2), { code: "CLOSED" });
        assert.throws(() => indexes.create(3), { code: "CLOSED" });
        index.kill(1, 2);
        index.close();
      });

      it("of an index that closes go on, and its memory is given back after them", async () => {
        const indexes = open({ threads, atOnceMs: 0 });
        const index = filled(indexes);
        const request = { ...heavy, targets: targets.slice(0, 60) };
        const search = index.search(request);
        index.close();
        assert.notEqual(indexes.bytes, 0);
        await assert.rejects(index.search(light), { code: "CLOSED" });
        assert.deepEqual(pairs(await search), naive.search(request));
        assert.equal(indexes.bytes, 0);
      });

      it("beyond the bound are BUSY, and those that wait are answered", async () => {
        const index = filled(open({ threads, atOnceMs: 0, waitingMax: 30 }));
        const ended = await Promise.allSettled(
          Array.from({ length: 60 }, () => index.search(light)),
        );
        const busy = ended.filter((one) => one.status === "rejected");
        assert(busy.length > 0 && busy.length <= 30);
        for (const one of busy) assert.equal(one.reason.code, "BUSY");
      });
    });
  }

  it("take the reason of a signal where it is one of our errors, and know a timeout", async () => {
    const index = filled(open({ threads: 0 }));
    const late = new AhnlichError("TIMEOUT", "the deadline passed");
    await assert.rejects(index.search(light, AbortSignal.abort(late)), late);
    const timeout = AbortSignal.abort(new DOMException("late", "TimeoutError"));
    await assert.rejects(index.search(light, timeout), { code: "TIMEOUT" });
    await assert.rejects(index.search(light, AbortSignal.abort()), { code: "ABORTED" });
  });

  it("are INTERNAL when their worker ends, and the next ones get another worker", async () => {
    const worker = new URL("./failing-worker.js", import.meta.url);
    const index = filled(open({ threads: 1, atOnceMs: 0, worker }));
    process.env.AHNLICH_SPEC_FAIL = "1";
    try {
      await assert.rejects(index.search(light), { code: "INTERNAL" });
    } finally {
      delete process.env.AHNLICH_SPEC_FAIL;
    }
    assert.deepEqual(pairs(await index.search(light)), naive.search(light));
  });

  it("do not keep the process alive once they are answered", async () => {
    const module = new URL("../../lib/indexes/slot-vector-indexes.js", import.meta.url);
    const script = `
      import { SlotVectorIndexes } from ${JSON.stringify(module.href)};
      const index = new SlotVectorIndexes({ threads: 2, atOnceMs: 0 }).create(1);
      index.add(7, new Uint8Array(4), 1);
      const targets = [Float32Array.of(1)];
      const [found] = await index.search({ targets, metric: "dot", limit: 1, sequence: 1 });
      console.log(found.ordinals[0]);
      // Long enough for a worker to begin that the search did not wait for.
      setTimeout(() => {}, 200);`;
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script]);
    assert.equal(stdout.trim(), "7");
  });
});
