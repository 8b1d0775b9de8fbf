import assert from "node:assert/strict";
import { unitsOf } from "../../lib/indexes/search-units.js";
import { Slots } from "../../lib/indexes/slots.js";
import { Arenas } from "../../lib/kernels/arenas.js";
import { finished, unfinished } from "../../lib/kernels/layout.js";
import { SearchJob } from "../../lib/kernels/search-job.js";
import { SearchQueue } from "../../lib/kernels/search-queue.js";
import { SearchTask } from "../../lib/kernels/search-task.js";
import { wishedMs, wishNothing, wishShare, wishStop } from "../../lib/kernels/slice-wish.js";
import { Turn } from "../../lib/kernels/turns.js";
import { WorkerLane } from "../../lib/kernels/worker-lane.js";
import { randomNumbers, randomVector } from "../support/random.js";

describe("A search that runs", () => {
  const dimension = 64;
  const random = randomNumbers(5);
  const arenas = new Arenas(2 ** 28);
  const slots = new Slots(arenas, dimension);
  for (let i = 0; i < 40_000; i++) slots.add(i, randomVector(random, dimension), 1);
  after(() => arenas.close());

  /** Looks at all of them, for so many targets. */
  function request(count: number) {
    const [part] = unitsOf(slots, { within: undefined, without: undefined }, 1);
    const targets = Array.from({ length: count }, () => randomVector(random, dimension));
    const vectors = { ...part, dimension, stride: slots.sizes.stride };
    const job = { vectors, targets, metric: "cosine", limit: 3, sequence: 1 } as const;
    return { ...job, maxDistance: Number.POSITIVE_INFINITY };
  }

  it("lets others go once its slice is as long as is wished, however long it might be", async () => {
    const lane = new WorkerLane();
    const job = new SearchJob(request(32));
    const { words } = job.arena;
    wishShare(words, job.address, 1);
    assert.equal(wishedMs(words, job.address), 1);
    assert.deepEqual(Array.from(await lane.run([job], 60_000)), [unfinished]);
    wishStop(words, job.address);
    assert.deepEqual(Array.from(await lane.run([job], 60_000)), [unfinished]);
    job.free();
    const another = new SearchJob(request(32));
    wishShare(words, another.address, 1);
    wishNothing(words, another.address);
    assert.deepEqual(Array.from(await lane.run([another], 60_000)), [finished]);
    another.free();
    await lane.close();
  });

  it("keeps to the shortest of the wishes, and to being stopped", () => {
    const words = new Uint32Array(new SharedArrayBuffer(16));
    assert.equal(wishedMs(words, 4), Number.POSITIVE_INFINITY);
    wishShare(words, 4, 7.2);
    assert.equal(wishedMs(words, 4), 8);
    wishShare(words, 4, 0.01);
    wishShare(words, 4, 5);
    assert.equal(wishedMs(words, 4), 1);
    wishStop(words, 4);
    wishShare(words, 4, 5);
    wishNothing(words, 4);
    assert.equal(wishedMs(words, 4), 0);
  });

  it("is asked to share when another comes, and no longer in its next slice", async () => {
    const queue = new SearchQueue({ threads: 0, atOnceMs: 0 });
    const task = (count: number, cost: number): SearchTask => {
      const turn = new Turn();
      const released = (): void => {};
      return new SearchTask({ turn, weight: count, cost, request: () => request(count), released });
    };
    const [heavy, light] = [task(32, 40), task(1, 2.5)];
    queue.submit(heavy);
    const { arena, address } = heavy.start();
    assert.equal(wishedMs(arena.words, address), Number.POSITIVE_INFINITY);
    queue.submit(light);
    assert.equal(wishedMs(arena.words, address), 3);
    const [first] = await Promise.race([
      light.results.then(() => ["light"]),
      heavy.results.then(() => ["heavy"]),
    ]);
    assert.equal(first, "light");
    assert.equal(wishedMs(arena.words, address), Number.POSITIVE_INFINITY);
    assert.equal((await heavy.results).length, 32);
    await queue.close();
  });
});
