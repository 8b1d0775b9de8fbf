import assert from "node:assert/strict";
import { UnlinkedSlots } from "../../lib/indexes/unlinked-slots.js";

describe("The slots that are not linked", () => {
  const all = (slots: UnlinkedSlots): number[] => {
    const found: number[] = [];
    slots.forEachBlock((block, low, high) => {
      for (let bit = 0; bit < 64; bit++) {
        if (((bit < 32 ? low : high) >>> (bit & 31)) & 1) found.push(block * 64 + bit);
      }
    });
    return found.sort((a, b) => a - b);
  };

  it("are each there once, however often they are added, and wherever they lie", () => {
    const slots = new UnlinkedSlots();
    for (const slot of [3, 40, 3, 1_000_000, 63, 64]) slots.add(slot);
    assert.deepEqual(all(slots), [3, 40, 63, 64, 1_000_000]);
    assert.equal(slots.size, 5);
  });

  it("are gone once they are taken out, and others stay", () => {
    const slots = new UnlinkedSlots();
    for (const slot of [3, 40, 64]) slots.add(slot);
    for (const slot of [40, 40, 5, 9_000_000]) slots.delete(slot);
    assert.deepEqual(all(slots), [3, 64]);
    slots.delete(3);
    slots.delete(64);
    assert.deepEqual([all(slots), slots.size], [[], 0]);
  });
});
