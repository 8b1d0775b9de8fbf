import assert from "node:assert/strict";
import { KnownIds } from "../../lib/engine/known-ids.js";

describe("Known ids", () => {
  it("are none at first, and after all were forgotten", () => {
    const ids = new KnownIds();
    assert.equal(ids.get(1), undefined);
    ids.set(1, "one");
    ids.clear();
    assert.equal(ids.get(1), undefined);
  });

  it("are each that of its ordinal, however many come", () => {
    const ids = new KnownIds();
    const ordinals = Array.from({ length: 5_000 }, (_, i) => i + 1);
    for (const ordinal of ordinals) ids.set(ordinal, `id ${ordinal}`);
    const known = ordinals.filter((ordinal) => ids.get(ordinal) === `id ${ordinal}`);
    assert.equal(known.length, ordinals.length);
    assert.equal(ids.get(5_001), undefined);
  });

  it("are never those of another ordinal, where places are few", () => {
    const ids = new KnownIds(1_024);
    let most = 2 ** 47;
    for (let i = 0; i < 4_000; i++) {
      ids.set(most - i * 7, String(i));
      assert.equal(ids.get(most - i * 7), String(i));
    }
    let known = 0;
    for (let i = 0; i < 4_000; i++, most -= 7) {
      const id = ids.get(most);
      if (id !== undefined) known++;
      assert.ok(id === undefined || id === String(i));
    }
    assert.equal(known, 1_024);
  });

  it("are not kept where they are long", () => {
    const ids = new KnownIds();
    ids.set(1, "x".repeat(65));
    ids.set(2, "x".repeat(64));
    assert.deepEqual([ids.get(1), ids.get(2)], [undefined, "x".repeat(64)]);
  });
});
