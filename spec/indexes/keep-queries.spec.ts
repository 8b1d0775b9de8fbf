import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import type { SlotVectorIndex } from "../../lib/indexes/slot-vector-index.js";
import type { SlotVectorIndexes } from "../../lib/indexes/slot-vector-indexes.js";
import { openIndexes } from "../support/open-indexes.js";
import { randomNumbers } from "../support/random.js";

const dimension = 8;
/** As many as are enough to measure recall with. */
const enough = 1_024;

describe("The queries that come to a vector index", () => {
  const open = openIndexes();

  function vectorOf(random: () => number): Float32Array {
    return Float32Array.from({ length: dimension }, () => random() - 0.5);
  }

  async function linked(indexes: SlotVectorIndexes): Promise<SlotVectorIndex> {
    const index = indexes.create(dimension, "euclidean") as SlotVectorIndex;
    const random = randomNumbers(5);
    for (let ordinal = 1; ordinal <= 1_000; ordinal++) index.add(ordinal, vectorOf(random), 1);
    await index.linked();
    return index;
  }

  async function ask(index: SlotVectorIndex, count: number): Promise<void> {
    const random = randomNumbers(6);
    const targets = Array.from({ length: count }, () => vectorOf(random));
    await index.search({ targets, metric: "euclidean", limit: 10, sequence: 1, recall: 0.9 });
  }

  /** What is known of recall, as a checkpoint keeps it. */
  function noteOf(index: SlotVectorIndex): Uint8Array {
    return index.image.links?.note() ?? new Uint8Array(0);
  }

  it("are kept, a sample of them, unless that is switched off", async () => {
    const index = await linked(open({ threads: 0, graphLeast: 200 }));
    const { bytes } = index;
    await ask(index, enough);
    assert.equal(index.keepsQueries, true);
    assert.ok(index.bytes - bytes >= enough * dimension * 4);
  });

  it("leave nothing behind where it is, and recall is measured without them", async () => {
    const index = await linked(open({ threads: 0, graphLeast: 200, keepsQueries: false }));
    const { bytes } = index;
    await ask(index, enough);
    assert.equal(index.keepsQueries, false);
    assert.equal(index.bytes, bytes);
    await index.calibrated();
    assert.equal(index.bytes, bytes);
    assert.notEqual(index.graph.recall, undefined);
  });

  it("are dropped when it is switched off, with what was measured with them", async () => {
    const index = await linked(open({ threads: 0, graphLeast: 200 }));
    const { bytes } = index;
    await ask(index, enough);
    await index.calibrated();
    assert.notEqual(index.graph.recall, undefined);
    index.keepsQueries = false;
    assert.equal(index.bytes, bytes);
    assert.equal(index.graph.recall, undefined);
    await index.calibrated();
    assert.notEqual(index.graph.recall, undefined);
  });

  it("are not used any more by what is being measured when it is switched off", async () => {
    const index = await linked(open({ threads: 0, graphLeast: 200 }));
    await ask(index, enough);
    const measuring = index.calibrated();
    await setImmediate();
    index.keepsQueries = false;
    await measuring;
    // What was begun by the queries themselves may be given up in its stead; then this has measured anew, without them.
    const isKnown = index.graph.recall !== undefined;
    const without = await linked(open({ threads: 0, graphLeast: 200, keepsQueries: false }));
    for (const _ of without.image.links?.adopt(1_001, noteOf(index)) ?? []);
    assert.equal(without.graph.recall !== undefined, isKnown);
    await index.calibrated();
    assert.notEqual(index.graph.recall, undefined);
  });

  it("leave nothing in what is taken over from an index that kept them", async () => {
    const kept = await linked(open({ threads: 0, graphLeast: 200 }));
    await ask(kept, enough);
    await kept.calibrated();
    const note = noteOf(kept);
    assert.ok(note.length > 0);
    for (const keepsQueries of [true, false]) {
      const index = await linked(open({ threads: 0, graphLeast: 200, keepsQueries }));
      const links = index.image.links;
      assert(links !== undefined);
      for (const _ of links.adopt(1_001, note));
      assert.equal(index.graph.recall !== undefined, keepsQueries);
    }
  });
});
