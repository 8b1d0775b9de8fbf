import assert from "node:assert/strict";
import { KeepAlive } from "../../lib/protocol/keep-alive.js";

describe("keeping alive", () => {
  it("speaks where nothing was said for half a period, and not where something was", () => {
    const own = new KeepAlive(100, 0);
    assert.equal(own.look(49, 0), "quiet");
    assert.equal(own.look(50, 0), "speak");
    assert.equal(own.look(60, 1), "quiet");
    assert.equal(own.look(100, 1), "quiet");
    assert.equal(own.look(150, 1), "speak");
    assert.equal(own.look(200, 9), "quiet");
  });

  it("takes the peer for lost after three periods of silence, and not before", () => {
    const own = new KeepAlive(100, 0);
    const beats = [50, 100, 150, 200, 250, 300, 350].map((now) => own.look(now, 0) === "lost");
    assert.deepEqual(beats, [false, false, false, false, false, false, true]);
  });

  it("begins to count anew when something is heard", () => {
    const own = new KeepAlive(100, 0);
    for (let now = 50; now < 10_000; now += 50) {
      if (now % 250 === 0) own.heard();
      assert.notEqual(own.look(now, 0), "lost");
    }
  });

  it("counts no silence while it stood still itself", () => {
    const own = new KeepAlive(100, 0);
    for (let now = 50; now < 5_000_000; now += 1_000_000) assert.notEqual(own.look(now, 0), "lost");
  });
});
