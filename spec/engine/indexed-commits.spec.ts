import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { AhnlichError, type EmbeddedEngine, open, type Store } from "../../lib/index.js";
import { Persistence, provide } from "../../lib/ports.js";
import { LastingPersistence } from "../faults/lasting-persistence.js";

/** Commits wait for their word, as on a disk that is slow, and may fail. */
class SlowPersistence extends LastingPersistence {
  /** Those that wait: each is told whether it fails. */
  readonly waiting: ((failure?: AhnlichError) => void)[] = [];
  isSlow = false;

  override async commit(batch: Parameters<Persistence["commit"]>[0]): Promise<void> {
    if (this.isSlow) {
      const failure = await new Promise<AhnlichError | undefined>((resolve) => {
        this.waiting.push(resolve);
      });
      if (failure !== undefined) throw failure;
    }
    await super.commit(batch);
  }
}

describe("transactions of entries with indexes, one behind the other", () => {
  let persistence: SlowPersistence;
  let engine: EmbeddedEngine;
  let store: Store;

  beforeEach(async () => {
    persistence = new SlowPersistence();
    engine = await open({ threads: 0, provide: [provide(Persistence, persistence)] });
    store = await engine.createStore("s", { dimension: 1, indexes: ["own", "tenth"] });
    persistence.isSlow = true;
  });
  afterEach(() => engine.close());

  const entries = (first: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({
      id: `${first + i}`,
      vector: [1],
      metadata: { own: (first + i) * 3, tenth: [(first + i) % 10] },
    }));

  /** Three full transactions; of the second, rows that are those of the first and the third. */
  const begin = () => [0, 3_000, 6_000].map((first) => store.set(entries(first, 3_000)));

  /** Gives every commit its word, until the writes have settled. */
  async function settle(
    writes: readonly Promise<unknown>[],
    failing: number,
  ): Promise<PromiseSettledResult<unknown>[]> {
    const settled = Promise.allSettled(writes);
    let isSettled = false;
    void settled.then(() => {
      isSettled = true;
    });
    let commits = 0;
    for (let turns = 0; turns < 100_000 && !isSettled; turns++) {
      const failure = new AhnlichError("DISK_FULL", "there is no room");
      // Long enough for the next transaction to be drafted.
      if (turns % 200 === 199)
        persistence.waiting.shift()?.(++commits === failing ? failure : undefined);
      await turn();
    }
    persistence.isSlow = false;
    return settled;
  }

  it("have the postings of those before them", async () => {
    const settled = await settle(begin(), 0);
    assert.ok(settled.every(({ status }) => status === "fulfilled"));
    assert.equal(await store.count({ where: { own: { $lt: 900 } } }), 300);
    assert.equal(await store.count({ where: { tenth: { $contains: 7 } } }), 900);
    assert.deepEqual((await engine.verify()).problems, []);
  });

  it("have none of one before them that has failed", async () => {
    for (const failing of [1, 2]) {
      const settled = await settle(begin(), failing);
      const failed = settled.filter(({ status }) => status === "rejected").length;
      assert.ok(failed >= 1 && failed < 3, `${failed} failed`);
      const kept = (3 - failed) * 3_000;
      assert.equal(await store.count({ where: { own: { $gte: 0 } } }), kept);
      assert.equal(await store.count({ where: { tenth: { $contains: 7 } } }), kept / 10);
      assert.deepEqual((await engine.verify()).problems, []);
      await store.delete({ all: true });
      persistence.isSlow = true;
    }
    persistence.isSlow = false;
  });
});
