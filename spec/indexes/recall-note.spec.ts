import assert from "node:assert/strict";
import type { SlotVectorIndex } from "../../lib/indexes/slot-vector-index.js";
import { openIndexes } from "../support/open-indexes.js";
import { randomNumbers } from "../support/random.js";

describe("What an index notes of its searches", () => {
  const open = openIndexes();

  async function linked(count: number): Promise<SlotVectorIndex> {
    const indexes = open({ threads: 0, graphLeast: 200 });
    const index = indexes.create(4, "euclidean") as SlotVectorIndex;
    const random = randomNumbers(7);
    for (let ordinal = 1; ordinal <= count; ordinal++) {
      index.add(ordinal, Float32Array.from({ length: 4 }, random), 1);
    }
    await index.linked();
    return index;
  }

  const noteOf = (index: SlotVectorIndex) => index.image.links?.note() ?? new Uint8Array(0);
  const adopt = (index: SlotVectorIndex, note: Uint8Array): void => {
    for (const _ of index.image.links?.adopt(2 ** 40, note) ?? []);
  };
  /** Behind a byte that tells of the links. */
  const tightnessIn = (note: Uint8Array): number =>
    new DataView(note.buffer, note.byteOffset + 1).getFloat64(0, true);

  it("says how early walks end, which another one takes over with what was measured", async () => {
    const index = await linked(4_200);
    assert.equal(noteOf(index).length, 1);
    await index.calibrated();
    const note = noteOf(index);
    assert.ok(tightnessIn(note) > 0 && tightnessIn(note) < 1, `${tightnessIn(note)}`);
    const other = await linked(500);
    adopt(other, note);
    assert.equal(other.graph.recall, index.graph.recall);
    assert.equal(tightnessIn(noteOf(other)), tightnessIn(note));
  });

  it("is of no use where it is cut off, or says what is no number", async () => {
    const index = await linked(500);
    await index.calibrated();
    const note = noteOf(index);
    assert.equal(tightnessIn(note), Number.POSITIVE_INFINITY);
    const other = await linked(500);
    for (const tightness of [Number.NaN, 0, -1]) {
      const wrong = note.slice();
      new DataView(wrong.buffer).setFloat64(1, tightness, true);
      adopt(other, wrong);
      assert.equal(other.graph.recall, undefined);
    }
    for (const length of [0, 1, 5, 9, note.length - 1]) adopt(other, note.subarray(0, length));
    assert.equal(other.graph.recall, undefined);
    adopt(other, note);
    assert.notEqual(other.graph.recall, undefined);
  });
});
