import assert from "node:assert/strict";
import type { Beam } from "../../lib/indexes/beam.js";
import { StudyWork } from "../../lib/indexes/study-work.js";
import { measureTightness, slackOf } from "../../lib/indexes/tightness.js";
import { randomNumbers } from "../support/random.js";
import { SyntheticProbe } from "./synthetic-probe.js";

describe("The tightness of walks", () => {
  const measure = (costOf: (beam: Beam) => number, size = 100_000): Promise<number> => {
    const probe = new SyntheticProbe(() => 1, costOf);
    probe.size = size;
    return measureTightness(probe, new StudyWork(), randomNumbers(1));
  };

  for (const scale of [1e-6, 0.03, 1, 700, 1e7]) {
    it(`spares them about 18 in 100 distances, whatever keys are like: ${scale}`, async () => {
      const cost = ({ slack }: Beam): number => 1_000 * Math.min(1, slack / scale);
      const tightness = await measure(cost);
      const share = cost({ width: 100, slack: slackOf(open, 10, tightness) }) / 1_000;
      assert.ok(share > 0.81 && share < 0.9, `${share}`);
    });
  }

  it("is infinite where no slack spares so many, and where there are few vectors", async () => {
    assert.equal(await measure(() => 1_000), Number.POSITIVE_INFINITY);
    assert.equal(await measure(({ slack }) => Math.min(slack, 9), 4_000), Number.POSITIVE_INFINITY);
    assert.equal(slackOf(open, 10, Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
  });

  it("gives wider walks more slack, and never more than their beam has", () => {
    const slacks = [10, 100, 1_000].map((width) => slackOf({ ...open, width }, 10, 0.03));
    assert.deepEqual(
      slacks,
      slacks.toSorted((a, b) => a - b),
    );
    assert.ok(slacks[0] > 0);
    assert.equal(slackOf({ width: 100, slack: 0.01 }, 10, 0.03), 0.01);
  });

  it("is not measured to the end where that is given up", async () => {
    const signal = AbortSignal.abort();
    const probe = new SyntheticProbe(() => 1);
    const work = new StudyWork({ signal });
    await assert.rejects(measureTightness(probe, work, randomNumbers(1)), { code: "ABORTED" });
    assert.equal(probe.walked, 0);
  });
});

const open: Beam = { width: 100, slack: Number.POSITIVE_INFINITY };
