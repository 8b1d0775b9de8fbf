import assert from "node:assert/strict";
import { Checkpoint } from "../../lib/checkpoints/checkpoint.js";
import {
  type CheckpointHeader,
  checkpointName,
  decodeHeader,
  encodeHeader,
  headerBytes,
} from "../../lib/checkpoints/checkpoint-header.js";
import { CheckpointReading } from "../../lib/checkpoints/checkpoint-reading.js";
import { writeCheckpoint } from "../../lib/checkpoints/write-checkpoint.js";
import { SlotVectorIndexes } from "../../lib/indexes/slot-vector-indexes.js";
import { recordsKind, type SlotImage, type VectorIndex } from "../../lib/indexes/vector-index.js";
import { vectorToBytes } from "../../lib/model/vector.js";
import { checksum } from "../../lib/rows/checksum.js";
import { MemoryCheckpoints } from "../support/memory-checkpoints.js";
import { randomNumbers, randomVector } from "../support/random.js";

describe("a checkpoint", () => {
  const indexes = new SlotVectorIndexes({ threads: 0 });
  const files = new MemoryCheckpoints();
  const name = checkpointName(7);
  const origin = {
    history: new Uint8Array(16).fill(9),
    ...{ incarnation: 7, begun: 5, nextOrdinal: 900 },
  };

  /** What the tables have: of each ordinal its vector. */
  const rows = new Map<number, Uint8Array>();
  /** Of each ordinal the record that was made of its vector to compare with. */
  const records = new Map<number, Uint8Array>();

  after(() => indexes.close());

  function add(index: VectorIndex, ordinal: number, vector: Float32Array, born: number): void {
    rows.set(ordinal, vectorToBytes(vector).slice());
    index.add(ordinal, vector, born);
  }

  /** Ordinals from 1 on, born at 1, of which every fifth has died and some of those were used again. */
  function filled(dimension: number, count: number): VectorIndex {
    const random = randomNumbers(dimension);
    const index = indexes.create(dimension);
    rows.clear();
    records.clear();
    for (let i = 1; i <= count; i++) add(index, i, randomVector(random, dimension), 1);
    for (let i = 5; i <= count; i += 5) index.kill(i, 2);
    index.reclaim(2);
    for (let i = 1; i <= count / 20; i++) add(index, count + i, randomVector(random, dimension), 3);
    return index;
  }

  const write = (index: VectorIndex, dimension: number, goOn = async () => true) =>
    writeCheckpoint({
      checkpoints: files,
      image: imageOf(index),
      origin: { ...origin, dimension },
      done: () => 6,
      goOn,
    });

  async function readInto(index: VectorIndex): Promise<Checkpoint | undefined> {
    const checkpoint = await Checkpoint.open(files, 7);
    if (checkpoint === undefined) return undefined;
    assert.ok(checkpoint.fits(imageOf(index)));
    const reading = new CheckpointReading(checkpoint, imageOf(index));
    try {
      const ordinals = await checkpoint.ordinals();
      await reading.fill(() => undefined);
      for (const _ of reading.take(ordinals));
      checkRecords(imageOf(index), checkpoint.header.dimension);
      putRows(imageOf(index), checkpoint.header.slots);
    } catch (error) {
      for (const _ of reading.abandon());
      throw error;
    } finally {
      await checkpoint.close();
    }
    return checkpoint;
  }

  /** Each slot has the code of the vector whose ordinal it has. */
  function checkRecords(image: SlotImage, dimension: number): void {
    const section = image.sections.findIndex(({ kind }) => kind === recordsKind);
    for (let first = 0; first < image.used; ) {
      const count = Math.min(image.pieceAt(first), image.used - first);
      for (const [i, ordinal] of image.ordinals(first, count).entries()) {
        if (ordinal === 0) continue;
        const record = image.view(section, first + i, 1);
        const expected = recordOf(ordinal, dimension, section);
        assert.equal(Buffer.compare(record, expected), 0);
      }
      first += count;
    }
  }

  function recordOf(ordinal: number, dimension: number, section: number): Uint8Array {
    const known = records.get(ordinal);
    if (known !== undefined) return known;
    const index = indexes.create(dimension);
    index.add(1, rows.get(ordinal) ?? new Uint8Array(), 1);
    const record = imageOf(index).view(section, 0, 1).slice();
    index.close();
    records.set(ordinal, record);
    return record;
  }

  /** In two halves, of which one has strangers, and what is left one by one. */
  function putRows(image: SlotImage, slots: number): void {
    const lacking = [...image.lacking()].filter((ordinal) => ordinal !== undefined);
    const half = lacking.filter((ordinal) => ordinal % 2 === 0);
    const ordinals = Float64Array.from([...half, 123_456]);
    const length = rows.get(lacking[0] ?? 0)?.length ?? 0;
    const bytes = half.map((ordinal) => rows.get(ordinal) ?? new Uint8Array());
    image.putRows({ ordinals, bytes: Buffer.concat([...bytes, new Uint8Array(length)]) });
    for (const ordinal of image.lacking()) {
      if (ordinal === undefined) continue;
      assert.equal(ordinal % 2, 1);
      const row = rows.get(ordinal);
      assert.ok(row);
      image.putRows({ ordinals: Float64Array.of(ordinal), bytes: row });
    }
    image.giveRows(slots);
  }

  it("gives every slot back where it was, whatever the dimension", async () => {
    for (const [dimension, count] of [
      [1, 3],
      [3, 1],
      [7, 2_000],
      [100, 3_000],
      [1_536, 700],
    ] as const) {
      const index = filled(dimension, count);
      assert.equal(await write(index, dimension), true);
      const read = indexes.create(dimension);
      const checkpoint = await readInto(read);
      assert.equal(checkpoint?.header.done, 6);
      assert.deepEqual(seen(read, 10), seen(index, 10));
      assert.deepEqual(seen(read, 0), seen(index, 10), "they were born before every search");
      assert.equal(read.size, seen(index, 10).size);
      const [mine, theirs] = [imageOf(read), imageOf(index)];
      assert.equal(mine.used, theirs.used);
      for (let first = 0; first < mine.used; ) {
        const piece = Math.min(mine.pieceAt(first), mine.used - first);
        assert.deepEqual(mine.ordinals(first, piece), theirs.ordinals(first, piece));
        first += piece;
      }
      const request = {
        targets: [randomVector(randomNumbers(1), dimension)],
        limit: 20,
        sequence: 10,
      };
      for (const metric of ["cosine", "euclidean", "dot"] as const) {
        const asked = { ...request, metric };
        assert.deepEqual(await read.search(asked), await index.search(asked));
      }
      read.close();
      index.close();
    }
  });

  it("leaves room where nothing lived, and what is read can be killed and added to", async () => {
    const index = filled(8, 1_000);
    await write(index, 8);
    const read = indexes.create(8);
    await readInto(read);
    const { used } = imageOf(read);
    const free = used - read.size;
    assert.ok(free > 100);
    for (let i = 0; i < free; i++) read.add(5_000 + i, new Float32Array(8).fill(i), 7);
    assert.equal(imageOf(read).used, used);
    read.add(9_999, new Float32Array(8), 7);
    assert.equal(imageOf(read).used, used + 1);
    read.kill(1, 8);
    assert.equal(seen(read, 8).has(1), false);
    assert.equal(seen(read, 8).size, used);
    assert.equal(seen(read, 6).size, used - free);
  });

  it("is nothing when a byte of it is another, or one is missing, or there is one more", async () => {
    const index = filled(2, 40);
    await write(index, 2);
    const whole = Buffer.from(files.files.get(name) ?? []);
    const expected = seen(index, 10);
    const counts = { refused: 0, same: 0 };
    const attempt = async (bytes: Buffer): Promise<void> => {
      files.files.set(name, bytes);
      const read = indexes.create(2);
      try {
        if ((await readInto(read)) === undefined) counts.refused++;
        else {
          assert.deepEqual(seen(read, 10), expected);
          counts.same++;
        }
      } catch (error) {
        counts.refused++;
        if (error instanceof assert.AssertionError) throw error;
        assert.deepEqual(seen(read, 10), new Map());
      } finally {
        read.close();
      }
    };
    for (let at = 0; at < whole.length; at++) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      await attempt(flipped);
    }
    assert.ok(counts.refused > 700, `${counts.refused} refused`);
    assert.equal(counts.same + counts.refused, whole.length);
    counts.same = 0;
    for (const length of [0, 1, 70, 4_095, 4_096, whole.length - 1]) {
      await attempt(whole.subarray(0, length));
    }
    await attempt(Buffer.concat([whole, Buffer.alloc(1)]));
    assert.equal(counts.same, 0);
  });

  it("can be dropped after it was taken, as if it had never been there", async () => {
    const index = filled(8, 1_000);
    await write(index, 8);
    const checkpoint = await Checkpoint.open(files, 7);
    assert.ok(checkpoint);
    for (const part of [0.5, 1]) {
      const read = indexes.create(8);
      const reading = new CheckpointReading(checkpoint, imageOf(read));
      const ordinals = await checkpoint.ordinals();
      await reading.fill(() => undefined);
      const taken = ordinals.slice();
      taken.fill(0, Math.floor(ordinals.length * part));
      for (const _ of reading.take(taken));
      read.add(7_777, new Float32Array(8).fill(1), 4);
      read.kill(3, 5);
      for (const _ of reading.abandon());
      assert.deepEqual([...seen(read, 10).keys()], [7_777]);
      assert.equal(read.has(1), false);
      read.reclaim(9);
      const { used } = imageOf(read);
      for (const ordinal of ordinals) {
        if (ordinal !== 0) read.add(ordinal, new Float32Array(8).fill(ordinal), 11);
      }
      for (const ordinal of ordinals) if (ordinal > 500) read.kill(ordinal, 12);
      const left = [...ordinals].filter((ordinal) => ordinal > 0 && ordinal <= 500);
      assert.deepEqual([...seen(read, 12).keys()], [...left.sort((a, b) => a - b), 7_777]);
      assert.equal(imageOf(read).used, used);
    }
  });

  it("does not fit vectors of another shape", async () => {
    const index = filled(8, 100);
    await write(index, 8);
    const checkpoint = await Checkpoint.open(files, 7);
    assert.equal(checkpoint?.fits(imageOf(index)), true);
    assert.equal(checkpoint?.fits(imageOf(indexes.create(20))), false);
  });

  it("is not there when it was given up", async () => {
    files.files.clear();
    const index = filled(700, 3_000);
    let chunks = 0;
    assert.equal(await write(index, 700, async () => ++chunks < 3), false);
    assert.equal(chunks, 3);
    assert.equal(files.files.size, 0);
  });

  it("holds, written while vectors come and go, each under its own ordinal", async () => {
    const index = filled(700, 3_000);
    let next = 10_000;
    let killed = 1;
    const goOn = async () => {
      for (let i = 0; i < 20; i++, killed++) if (killed % 5 !== 0) index.kill(killed, 4);
      index.reclaim(4);
      for (let i = 0; i < 30; i++, next++) add(index, next, new Float32Array(700).fill(next), 5);
      return true;
    };
    const before = seen(index, 3);
    await write(index, 700, goOn);
    const read = indexes.create(700);
    await readInto(read);
    const found = seen(read, 10);
    for (const [ordinal, bytes] of found) {
      const expected =
        ordinal < 10_000 ? before.get(ordinal) : hex(new Float32Array(700).fill(ordinal));
      assert.equal(bytes, expected);
    }
    for (const ordinal of seen(index, 10).keys()) {
      if (ordinal < 10_000) assert.ok(found.has(ordinal), `${ordinal} lived all the time`);
    }
  });
});

describe("the header of a checkpoint", () => {
  const header: CheckpointHeader = {
    history: Uint8Array.from({ length: 16 }, (_, i) => i),
    ...{ incarnation: 1, dimension: 2, begun: 3, done: 4, nextOrdinal: 5, slots: 6 },
    chunkSlots: 64,
    sections: [{ kind: 0, bytesPerSlot: 8 }],
    note: { bytes: 0x1234, sum: 0x89abcdef },
  };

  it("is laid out as docs/format.md says", () => {
    const bytes = Buffer.from(encodeHeader(header));
    assert.equal(bytes.length, headerBytes);
    assert.equal(
      bytes.toString("hex", 0, 84),
      "61686e6c69636800" +
        "02000000" +
        "000102030405060708090a0b0c0d0e0f" +
        "0100000002000000030000000000040000000000050000000000060000000000" +
        "400000000100" +
        "000008000000" +
        "34120000efcdab89" +
        bytes.toString("hex", 80, 84),
    );
    assert.deepEqual(decodeHeader(bytes), header);
  });

  it("is read where it is of version 1, which had no note", () => {
    const bytes = Buffer.from(encodeHeader(header));
    bytes[8] = 1;
    bytes.writeUInt32LE(checksum(bytes, 0, 0, 72), 72);
    assert.deepEqual(decodeHeader(bytes), { ...header, note: { bytes: 0, sum: 0 } });
  });

  it("is none where it is short, not one at all, or promises more than fits", () => {
    const bytes = Buffer.from(encodeHeader(header));
    assert.equal(decodeHeader(bytes.subarray(1)), undefined);
    const other = Buffer.from(bytes);
    other[0] = 0;
    assert.equal(decodeHeader(other), undefined);
    const many = Buffer.from(bytes);
    many.writeUInt16LE(60_000, 64);
    assert.equal(decodeHeader(many), undefined);
    const noted = Buffer.from(encodeHeader({ ...header, note: { bytes: 0xffffffff, sum: 0 } }));
    assert.equal(decodeHeader(noted), undefined);
  });

  it("is none where it is of a later version", () => {
    const bytes = Buffer.from(encodeHeader(header));
    bytes[8] = 3;
    assert.equal(decodeHeader(bytes), undefined);
  });
});

function imageOf({ image }: VectorIndex): SlotImage {
  assert.ok(image);
  return image;
}

/** What a search sees, by ordinal. */
function seen(index: VectorIndex, sequence: number): Map<number, string> {
  const found = new Map<number, string>();
  for (const { ordinal, bytes } of index.seenAt(sequence)) {
    assert.ok(bytes);
    found.set(ordinal, Buffer.from(bytes).toString("hex"));
  }
  return new Map([...found].sort(([a], [b]) => a - b));
}

function hex({ buffer, byteOffset, byteLength }: Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("hex");
}
