import assert from "node:assert/strict";
import { LinkStates, linked, none, relinked, unlinked } from "../../lib/indexes/link-states.js";

describe("The states of slots", () => {
  it("are none for slots that nothing was said of, however high", () => {
    const states = new LinkStates();
    assert.equal(states.of(0), none);
    assert.equal(states.of(2 ** 20), none);
    assert.equal(states.linkedOnce, 0);
    assert.equal(states.firstLinkedOnce, undefined);
  });

  it("are kept when higher slots come", () => {
    const states = new LinkStates();
    states.set(3, unlinked);
    states.set(1_023, linked);
    states.set(5_000, relinked);
    assert.deepEqual(
      [3, 1_023, 5_000].map((slot) => states.of(slot)),
      [unlinked, linked, relinked],
    );
  });

  it("tell how many slots are linked once, and the first of them, in any order of changes", () => {
    const states = new LinkStates();
    for (const slot of [700, 20, 9_000]) states.set(slot, linked);
    assert.deepEqual([states.linkedOnce, states.firstLinkedOnce], [3, 20]);
    states.set(20, relinked);
    states.set(700, linked);
    assert.deepEqual([states.linkedOnce, states.firstLinkedOnce], [2, 700]);
    states.set(20, linked);
    states.set(9_000, none);
    assert.deepEqual([states.linkedOnce, states.firstLinkedOnce], [2, 20]);
  });
});
