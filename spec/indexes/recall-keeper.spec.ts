import assert from "node:assert/strict";
import type { IndexProbe } from "../../lib/indexes/index-probe.js";
import { RecallKeeper } from "../../lib/indexes/recall-keeper.js";
import { until } from "../support/until.js";
import { SyntheticProbe } from "./synthetic-probe.js";

describe("The keeper of an index's recall", () => {
  it("measures again, unasked, when links were chosen anew while it measured", async () => {
    const recallOf = ({ width }: { width: number }) => 1 - 1 / width;
    const probe = Object.assign(new SyntheticProbe(recallOf), {
      ...{ size: 1_000, isReady: true, isRefined: false, tightness: Number.POSITIVE_INFINITY },
    });
    const keeper = new RecallKeeper(2, probe as unknown as IndexProbe);
    const exact = probe.exact.bind(probe);
    let walkedBefore = 0;
    probe.exact = (targets, limit) => {
      if (!probe.isRefined) {
        probe.isRefined = true;
        probe.changed += probe.size;
        keeper.look();
      }
      return exact(targets, limit);
    };
    assert.equal(keeper.beamFor(10, 0.9), undefined);
    await until(() => {
      if (keeper.measured === 1) walkedBefore = probe.walked;
      return keeper.measured === 2;
    });
    assert.ok(keeper.beamFor(10, 0.9) !== undefined && probe.walked > walkedBefore);
    keeper.look();
    await keeper.settled();
    assert.equal(keeper.measured, 2);
    keeper.close();
  });
});
