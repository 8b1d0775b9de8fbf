import assert from "node:assert/strict";
import fc from "fast-check";
import { Checkpoint } from "../../lib/checkpoints/checkpoint.js";
import { checkpointName, decodeHeader } from "../../lib/checkpoints/checkpoint-header.js";
import { CheckpointLayout } from "../../lib/checkpoints/checkpoint-layout.js";
import { CheckpointReading } from "../../lib/checkpoints/checkpoint-reading.js";
import { writeCheckpoint } from "../../lib/checkpoints/write-checkpoint.js";
import type { SlotVectorIndex } from "../../lib/indexes/slot-vector-index.js";
import type { SlotVectorIndexes } from "../../lib/indexes/slot-vector-indexes.js";
import type { Nearest } from "../../lib/indexes/vector-index.js";
import { vectorToBytes } from "../../lib/model/vector.js";
import { checksum } from "../../lib/rows/checksum.js";
import { MemoryCheckpoints } from "../support/memory-checkpoints.js";
import { openIndexes } from "../support/open-indexes.js";
import { randomNumbers } from "../support/random.js";
import { until } from "../support/until.js";

const dimension = 16;
const nextOrdinal = 10_000;
/** Behind ordinals and records. */
const linksSection = 2;
const beam = { width: 64, slack: Number.POSITIVE_INFINITY };

describe("The links in a checkpoint", () => {
  const open = openIndexes();
  let indexes: SlotVectorIndexes;
  let files: MemoryCheckpoints;
  let random: () => number;
  /** What the tables have: of each ordinal its vector. */
  let rows: Map<number, Float32Array>;

  beforeEach(() => {
    rows = new Map();
    indexes = open({ threads: 0, graphLeast: 200 });
    files = new MemoryCheckpoints();
    random = randomNumbers(5);
  });

  const make = () => indexes.create(dimension, "euclidean") as SlotVectorIndex;
  const vector = () => Float32Array.from({ length: dimension }, () => random() - 0.5);
  const add = (index: SlotVectorIndex, from: number, to: number) => {
    for (let i = from; i < to; i++) {
      const one = vector();
      rows.set(i, one);
      index.add(i, one, 2);
    }
  };
  const kill = (index: SlotVectorIndex, from: number, to: number) => {
    for (let i = from; i < to; i++) index.kill(i, 3);
    index.reclaim(3);
  };

  /** So many that were linked, the first of which have died, some swept out and some not. */
  async function linked(count: number, dead = 0): Promise<SlotVectorIndex> {
    const index = make();
    add(index, 1, count + 1);
    kill(index, 1, dead + 1);
    await settled(index);
    return index;
  }

  async function write({ image }: SlotVectorIndex, goOn = async () => true): Promise<void> {
    const history = new Uint8Array(16);
    const origin = { history, incarnation: 7, dimension, begun: 5, nextOrdinal };
    await writeCheckpoint({ checkpoints: files, image, origin, done: () => 6, goOn });
  }

  /** Reads it, as an engine does, with what has died since. */
  async function read(
    died: ReadonlySet<number> = new Set(),
    before: (index: SlotVectorIndex) => void = () => {},
  ): Promise<SlotVectorIndex> {
    const index = make();
    const checkpoint = await Checkpoint.open(files, 7);
    assert.ok(checkpoint);
    assert.ok(checkpoint.fits(index.image));
    const reading = new CheckpointReading(checkpoint, index.image);
    await reading.fill(() => undefined);
    const kept = await checkpoint.ordinals();
    for (const _ of reading.take(kept.map((one) => (died.has(one) ? 0 : one))));
    before(index);
    try {
      await reading.fillLinks(() => undefined);
      for (const _ of reading.adoptLinks());
    } catch {
      for (const _ of reading.forgoLinks());
    }
    const ordinals = Float64Array.from(rows.keys());
    const bytes = Buffer.concat([...rows.values()].map(vectorToBytes));
    index.image.putRows({ ordinals, bytes });
    index.image.giveRows(checkpoint.header.slots);
    await checkpoint.close();
    return index;
  }

  /** How much of the truth is found, and that nothing is found twice. */
  async function search(index: SlotVectorIndex): Promise<{ recall: number; plans: Set<string> }> {
    const targets = Array.from({ length: 50 }, vector);
    const request = { targets, metric: "euclidean", limit: 10, sequence: 9 } as const;
    const truth = await index.search(request);
    const found = await index.search({ ...request, beam });
    let hits = 0;
    for (const [i, nearest] of found.entries()) {
      assert.equal(new Set(nearest.ordinals).size, nearest.ordinals.length);
      hits += [...nearest.ordinals].filter((one) => truth[i]?.ordinals.includes(one)).length;
    }
    return { recall: hits / 500, plans: new Set(found.map(({ plan }) => plan)) };
  }

  /** The same by walks alone. */
  async function recallOf(index: SlotVectorIndex): Promise<number> {
    const { recall, plans } = await search(index);
    assert.deepEqual([...plans], ["graph"]);
    return recall;
  }

  const linkedHere = ({ image }: SlotVectorIndex) => image.links.changed;

  it("take no memory before the first search where there are none, and are made afterwards", async () => {
    const unlinked = make();
    add(unlinked, 1, 3_001);
    await write(unlinked);
    let seen = { areExpected: false, linked: -1 };
    const index = await read(new Set([5]), (taken) => {
      seen = { areExpected: taken.image.links.areExpected, linked: taken.graph.linked };
      taken.kill(7, 3);
      rows.delete(5);
      rows.delete(7);
    });
    assert.deepEqual(seen, { areExpected: true, linked: 0 });
    assert.equal(index.image.links.areExpected, false);
    await settled(index);
    assert.ok((await recallOf(index)) > 0.95);
  });

  it("are those of the index, so that it walks at once and nothing is linked again", async () => {
    const index = await linked(3_000);
    await write(index);
    const again = await read();
    assert.equal(again.graph.linked, index.graph.linked);
    assert.ok((await recallOf(again)) > 0.95);
    await settled(again);
    assert.equal(linkedHere(again), 0);
    const request = {
      targets: [vector()],
      metric: "euclidean",
      limit: 5,
      sequence: 9,
      beam,
    } as const;
    assert.deepEqual(ordinals(await again.search(request)), ordinals(await index.search(request)));
  });

  it("come with what was measured of searches along them", async () => {
    const index = await linked(1_000);
    const request = { targets: [vector()], metric: "euclidean", limit: 10, sequence: 9 } as const;
    assert.equal((await index.search({ ...request, recall: 0.9 }))[0]?.plan, "exact");
    await index.calibrated();
    assert.ok(index.image.links.note().length > 0);
    await write(index);
    const again = await read();
    assert.deepEqual(again.image.links.note(), index.image.links.note());
    await again.calibrated();
    assert.equal(again.image.links.measured, 0);
  });

  it("are repaired where they lead to what has died, and slots used again only then", async () => {
    const index = await linked(3_000);
    kill(index, 1, 31);
    await write(index);
    const died = new Set(Array.from({ length: 600 }, (_, i) => 40 + i));
    const again = await read(died);
    const { used } = again.image;
    add(again, 20_000, 20_100);
    assert.ok(again.image.used > used, "no link leads to what is new");
    assert.ok((await recallOf(again)) > 0.9);
    await settled(again);
    assert.ok((await recallOf(again)) > 0.95);
    const { used: now } = again.image;
    add(again, 30_000, 30_500);
    assert.equal(again.image.used, now);
    await settled(again);
    assert.ok((await recallOf(again)) > 0.95);
  });

  it("are made for what came after it was begun, or comes while it is read", async () => {
    const index = await linked(2_000);
    await write(index, async () => {
      if (!index.has(nextOrdinal)) add(index, nextOrdinal, nextOrdinal + 40);
      return true;
    });
    const again = await read(new Set(), (reading) => {
      add(reading, 20_000, 20_300);
      kill(reading, 100, 200);
    });
    await settled(again);
    assert.ok((await recallOf(again)) > 0.95);
    assert.ok(linkedHere(again) >= 300);
    add(again, 30_000, 30_090);
    await settled(again);
    assert.ok((await recallOf(again)) > 0.95);
  });

  it("are left out where there are none, and then are made anew", async () => {
    const index = make();
    add(index, 1, 1_000);
    await write(index);
    const kinds = headerOf(files).sections.map(({ kind }) => kind);
    assert.deepEqual(kinds, [0, 1]);
    const again = await read();
    await settled(again);
    assert.equal(again.graph.linked, 999);
    assert.ok((await recallOf(again)) > 0.95);
  });

  it("are made anew where they are damaged", async () => {
    await write(await linked(1_500));
    const bytes = bytesOf(files);
    bytes[layoutOf(files).positionOf(linksSection, 700) + 3] ^= 0x10;
    const again = await read();
    await settled(again);
    assert.equal(linkedHere(again), 1_500);
    assert.ok((await recallOf(again)) > 0.95);
  });

  it("may be anything: searches stay right, and the graph goes on", async () => {
    await write(await linked(1_200, 150));
    const whole = Buffer.from(bytesOf(files));
    const layout = layoutOf(files);
    const word = fc.oneof(
      fc.nat({ max: 1_400 }),
      fc.nat({ max: 0xffffffff }),
      fc.constantFrom(0, 0x80000000, 0xffffffff),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.array(word, { minLength: 1, maxLength: 500 }),
        fc.constantFrom(1, 3, 40),
        async (seed, words, every) => {
          const bytes = Buffer.from(whole);
          const pick = randomNumbers(seed);
          for (let at = layout.positionOf(linksSection, 0); at + 4 <= bytes.length; at += 4) {
            if (Math.floor(pick() * every) > 0) continue;
            bytes.writeUInt32LE(words[Math.floor(pick() * words.length)] as number, at);
          }
          sumUp(bytes, layout);
          files.files.set(checkpointName(7), bytes);
          const index = await read();
          await search(index);
          kill(index, 200, 500);
          add(index, 20_000, 20_300);
          await settled(index);
          await search(index);
          index.close();
        },
      ),
      { numRuns: 12 },
    );
  });
});

/** Until nothing is left to be linked. */
function settled({ image }: SlotVectorIndex): Promise<void> {
  return until(() => image.links.isSettled);
}

function ordinals(found: readonly Nearest[]): number[][] {
  return found.map((nearest) => [...nearest.ordinals]);
}

function bytesOf(files: MemoryCheckpoints): Buffer {
  const bytes = files.files.get(checkpointName(7));
  assert.ok(bytes);
  return bytes;
}

function headerOf(files: MemoryCheckpoints) {
  const header = decodeHeader(bytesOf(files));
  assert.ok(header);
  return header;
}

function layoutOf(files: MemoryCheckpoints): CheckpointLayout {
  return new CheckpointLayout(headerOf(files));
}

/** With the sums of what is there, whatever it is. */
function sumUp(bytes: Buffer, layout: CheckpointLayout): void {
  for (const [section, { bytesPerSlot }] of layout.sections.entries()) {
    for (const chunk of layout.chunks) {
      const at = layout.positionOf(section, chunk.first);
      const sum = layout.sumOf(section, chunk);
      const part = bytes.subarray(at, at + chunk.count * bytesPerSlot);
      bytes.writeUInt32LE(checksum(part, sum), 4_096 + sum * 4);
    }
  }
}
