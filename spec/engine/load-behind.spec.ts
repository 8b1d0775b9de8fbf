import assert from "node:assert/strict";
import { open, type Store } from "../../lib/index.js";
import { Persistence, provide } from "../../lib/ports.js";
import { read } from "../../lib/rows/read-vectors-job.js";
import type { VectorRange } from "../../lib/rows/vector-blocks.js";
import { LastingPersistence } from "../faults/lasting-persistence.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

/** So large that a thread is worth its while: 18 MB. */
const dimension = 4_096;
const total = 1_100;

/** Reads "behind" when it is let, in this thread; and fails after so many blocks as it is told. */
class ReadingPersistence extends LastingPersistence {
  before: () => Promise<void> = async () => {};
  blocks = Number.POSITIVE_INFINITY;
  calls = 0;

  async *readBehind(_module: URL, input: unknown): AsyncGenerator<unknown> {
    this.calls++;
    await this.before();
    const snapshot = this.snapshot();
    let blocks = 0;
    for (const { value } of read(snapshot, input as VectorRange)) {
      if (blocks++ > this.blocks) throw new Error("the thread failed");
      yield value;
    }
    snapshot.release();
  }
}

describe("a large store that is read by two threads", function () {
  this.timeout(120_000);
  let persistence: ReadingPersistence;
  beforeEach(async () => {
    persistence = new ReadingPersistence();
    const engine = await reopen();
    await fill(await engine.createStore("s", { dimension, metric: "euclidean" }));
    await engine.close();
  });

  const reopen = () => open({ threads: 0, provide: [provide(Persistence, persistence)] });

  it("has every entry once", async () => {
    await using engine = await reopen();
    await holdsAll(engine.store("s"));
    assert.equal(persistence.calls, 1);
  });

  it("has what the thread no longer saw, and not what it saw too early", async () => {
    await using engine = await reopen();
    const store = engine.store("s");
    const vector = new Float32Array(dimension).fill(3);
    persistence.before = async () => {
      await store.delete([id(total - 1), id(3)]);
      await store.set([
        { id: id(total - 2), vector },
        { id: "new", vector },
      ]);
    };
    const [nearest] = await store.search(vectorOf(total - 1), { limit: 1 });
    assert.equal(nearest?.id, id(total - 1), "the search began before the entry was deleted");
    persistence.before = async () => {};
    await holdsAll(store);
  });

  it("reads on here where the thread fails", async () => {
    persistence.blocks = 5;
    await using engine = await reopen();
    await holdsAll(engine.store("s"));
    assert.equal(persistence.calls, 1);
  });

  it("does so with a real thread, while writes go on", async () => {
    const folder = new TemporaryFolder();
    const first = await open(folder.path);
    await fill(await first.createStore("s", { dimension, metric: "euclidean" }));
    await first.close();
    const engine = await open(folder.path, { threads: 1 });
    const store = engine.store("s");
    const searching = store.search(vectorOf(total - 5), { limit: 1 });
    for (let i = 0; i < 20; i++) {
      await store.delete(id(total - 10 - i));
      await store.set({ id: `more ${i}`, vector: vectorOf(i) });
    }
    assert.equal((await searching)[0]?.id, id(total - 5));
    await holdsAll(store);
    await engine.close();
    folder.remove();
  });
});

async function fill(store: Store): Promise<void> {
  for (let from = 0; from < total; from += 275) {
    await store.set(
      Array.from({ length: 275 }, (_, i) => ({ id: id(from + i), vector: vectorOf(from + i) })),
    );
  }
}

/** A search for everything gives what iteration gives. */
async function holdsAll(store: Store): Promise<void> {
  const listed: string[] = [];
  for await (const entry of store.entries({ include: { metadata: false } })) listed.push(entry.id);
  const found = await store.search(new Float32Array(dimension), { limit: 5_000 });
  assert.deepEqual(found.map((match) => match.id).sort(), listed.sort());
  const [nearest] = await store.search(vectorOf(700), { limit: 1 });
  assert.equal(nearest?.distance, 0);
}

function id(i: number): string {
  return `${i}`.padStart(5, "0");
}

function vectorOf(i: number): Float32Array {
  return randomVector(randomNumbers(i + 1), dimension);
}
