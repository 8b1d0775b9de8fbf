import assert from "node:assert/strict";
import { fillRows } from "../../lib/engine/fill-rows.js";
import type { SlotImage, VectorIndex } from "../../lib/indexes/vector-index.js";
import { closedError } from "../../lib/model/errors.js";
import { vectorToBytes } from "../../lib/model/vector.js";
import { MemoryPersistence } from "../../lib/persistence/memory.js";
import { WriteBatch } from "../../lib/persistence/write-batch.js";
import { deleteEntry, putEntry } from "../../lib/rows/entry-rows.js";
import { idKey } from "../../lib/rows/keys.js";
import { read } from "../../lib/rows/read-vectors-job.js";
import type { VectorRange } from "../../lib/rows/vector-blocks.js";
import { openIndexes } from "../support/open-indexes.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { rejects } from "../support/rejects.js";

describe("the rows of slots that were laid without them", () => {
  const open = openIndexes();
  const noPause = () => undefined;

  it("are read from the tables, of vectors short and long", async () => {
    for (const [dimension, count] of [
      [1, 1],
      [3, 700],
      [100, 900],
    ] as const) {
      const { image, index, filling, persistence } = await laid(dimension, count);
      await fillRows({ ...filling, persistence, pause: noPause });
      assert.equal(image.hasRows, true);
      checkRows(index, dimension, count);
    }
  });

  it("are read here where another thread saw a later state, or fails", async () => {
    for (const failing of [false, true]) {
      const { image, index, filling, persistence } = await laid(large.dimension, large.count);
      await persistence.commit(deleting([5, 600, large.count]));
      persistence.blocks = failing ? 4 : Number.POSITIVE_INFINITY;
      await fillRows({ ...filling, persistence, pause: noPause });
      assert.equal(persistence.calls, 1);
      assert.equal(image.hasRows, true);
      checkRows(index, large.dimension, large.count);
    }
  });

  it("are not there where one is missing, and that is told", async () => {
    const { image, filling, persistence } = await laid(2, 100);
    await persistence.commit(deleting([77]));
    const snapshot = persistence.snapshot();
    await rejects(fillRows({ ...filling, snapshot, persistence, pause: noPause }), "CORRUPT");
    assert.equal(image.hasRows, false);
  });

  it("are read no further when nobody wants them any more", async () => {
    for (const [dimension, count] of [
      [100, 900],
      [large.dimension, large.count],
    ] as const) {
      const { image, filling, persistence } = await laid(dimension, count);
      let pauses = 0;
      const pause = () => {
        if (++pauses === 2) throw closedError();
        return undefined;
      };
      await rejects(fillRows({ ...filling, persistence, pause }), "CLOSED");
      assert.equal(pauses, 2);
      assert.equal(persistence.reading, 0);
      assert.equal(image.hasRows, false);
    }
  });

  /** Entries in the tables, and an index that has their ordinals. */
  async function laid(dimension: number, count: number) {
    const persistence = new ReadingPersistence();
    const batch = new WriteBatch();
    for (let i = 1; i <= count; i++) {
      const entry = { vector: vectorOf(i, dimension), metadata: new Uint8Array([0x80]) };
      putEntry(batch, idKey(1, `${i}`), i, 1, { ...entry, expiresAt: 0 });
    }
    await persistence.commit(batch);
    const index = open({ threads: 0 }).create(dimension);
    const image = imageOf(index);
    image.lay(count, { rowsLater: true });
    for (let first = 0; first < count; ) {
      const some = Math.min(image.pieceAt(first), count - first);
      const ordinals = Float64Array.from({ length: some }, (_, i) => count - first - i);
      image.take(first, ordinals);
      first += some;
    }
    const range = { incarnation: 1, dimension, from: 1, to: count + 1 };
    const snapshot = persistence.snapshot();
    return { index, image, persistence, filling: { image, slots: count, snapshot, range } };
  }
});

/** So large that a thread is worth its while. */
const large = { dimension: 4_096, count: 1_100 };

/** Reads "behind" in this thread, and fails after so many blocks as it is told. */
class ReadingPersistence extends MemoryPersistence {
  blocks = Number.POSITIVE_INFINITY;
  calls = 0;
  reading = 0;

  async *readBehind(_module: URL, input: unknown): AsyncGenerator<unknown> {
    this.calls++;
    this.reading++;
    try {
      let blocks = 0;
      for (const { value } of read(this.snapshot(), input as VectorRange)) {
        if (blocks++ > this.blocks) throw new Error("the thread failed");
        yield value;
      }
    } finally {
      this.reading--;
    }
  }
}

function deleting(ordinals: readonly number[]): WriteBatch {
  const batch = new WriteBatch();
  for (const ordinal of ordinals) deleteEntry(batch, 1, ordinal);
  return batch;
}

function checkRows(index: VectorIndex, dimension: number, count: number): void {
  let seen = 0;
  for (const { ordinal, bytes } of index.seenAt(1)) {
    const expected = vectorToBytes(vectorOf(ordinal, dimension));
    assert.equal(Buffer.compare(bytes ?? new Uint8Array(), expected), 0);
    seen++;
  }
  assert.equal(seen, count);
}

function vectorOf(ordinal: number, dimension: number): Float32Array {
  return randomVector(randomNumbers(ordinal), dimension);
}

function imageOf({ image }: VectorIndex): SlotImage {
  assert.ok(image);
  return image;
}
