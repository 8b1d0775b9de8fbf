import assert from "node:assert/strict";
import fc from "fast-check";
import type { Beam } from "../../lib/indexes/beam.js";
import { Calibration } from "../../lib/indexes/calibration.js";
import { QueryReservoir } from "../../lib/indexes/query-reservoir.js";
import { AhnlichError } from "../../lib/model/errors.js";
import { randomNumbers } from "../support/random.js";
import { rejects } from "../support/rejects.js";
import { SyntheticProbe } from "./synthetic-probe.js";

/** Loses half at the width of the limit, then less by the 1.5th power. */
function recallOf({ width }: Beam, limit: number): number {
  return 1 - 0.5 * (limit / width) ** 1.5;
}

/** What reaches a recall, were it known. */
function trueWidth(limit: number, recall: number): number {
  return limit * (0.5 / (1 - recall)) ** (1 / 1.5);
}

/** Half of them lose nothing early: there slack pays. */
function recallWithSlack({ width, slack }: Beam, limit: number): number {
  return Math.min(1 - 0.5 * (limit / width) ** 1.5, 1 - Math.exp(-slack / 4));
}

async function calibrated(
  probe: SyntheticProbe,
  limits: readonly number[] = [10],
  targetsMax = 512,
): Promise<Calibration> {
  const calibration = new Calibration();
  for (const limit of limits) calibration.beamFor(limit, 0.95);
  await calibration.calibrate(probe, { random: randomNumbers(1), targetsMax });
  return calibration;
}

describe("Calibration", () => {
  it("searches exactly before anything was measured", () => {
    assert.equal(new Calibration().beamFor(10, 0.5), undefined);
    assert.equal(new Calibration().estimate(10), undefined);
  });

  it("finds the width that a known curve asks for", async () => {
    const limits = [1, 3, 10, 32, 100];
    const calibration = await calibrated(new SyntheticProbe(recallOf), limits);
    for (const limit of limits) {
      for (const recall of [0.6, 0.9, 0.95, 0.98]) {
        const width = calibration.beamFor(limit, recall)?.width ?? 0;
        const least = trueWidth(limit, recall);
        assert.ok(width >= least * 0.9, `limit ${limit}, recall ${recall}: ${width} < ${least}`);
        assert.ok(
          width <= least * 1.3 + 1,
          `limit ${limit}, recall ${recall}: ${width} > ${least}`,
        );
      }
    }
  });

  it("finds one for limits between those that it measures", async () => {
    const calibration = await calibrated(new SyntheticProbe(recallOf), [20]);
    for (const limit of [11, 14, 20, 31]) {
      const width = calibration.beamFor(limit, 0.95)?.width ?? 0;
      const least = trueWidth(limit, 0.95);
      assert.ok(
        width >= least * 0.95 && width <= least * 1.3,
        `limit ${limit}: ${width}, ${least}`,
      );
    }
  });

  it("searches exactly for a recall of 1, for one that no beam reaches, and past the largest limit", async () => {
    const calibration = await calibrated(new SyntheticProbe(() => 0.97));
    assert.deepEqual(calibration.beamFor(10, 0.9), { width: 10, slack: Number.POSITIVE_INFINITY });
    assert.equal(calibration.beamFor(10, 0.98), undefined);
    assert.equal(calibration.beamFor(10, 1), undefined);
    assert.equal(calibration.beamFor(1_001, 0.9), undefined);
    assert.equal(calibration.estimate(10, 0.98), undefined);
    assert.equal(calibration.estimate(10, 1), undefined);
    assert.equal(calibration.estimate(1_001), undefined);
  });

  it("estimates what searches find and cost", async () => {
    const calibration = await calibrated(new SyntheticProbe(recallOf));
    const estimate = calibration.estimate(10);
    assert.ok(estimate !== undefined && Math.abs(estimate.recall - 0.95) < 0.01);
    assert.ok(Math.abs(estimate.cost - 10 * trueWidth(10, 0.95)) < 0.15 * estimate.cost);
    assert.deepEqual([estimate.source, estimate.searches], ["store", 512]);
  });

  it("takes slack only where that is cheaper at the same recall", async () => {
    const dear = await calibrated(new SyntheticProbe(recallWithSlack));
    assert.equal(dear.beamFor(10, 0.95)?.slack, Number.POSITIVE_INFINITY);
    const cost = ({ width, slack }: Beam): number => Math.min(10 * width, 100 + 5 * slack);
    const cheap = await calibrated(new SyntheticProbe(recallWithSlack, cost));
    const beam = cheap.beamFor(10, 0.95);
    assert.ok(beam !== undefined && beam.slack < Number.POSITIVE_INFINITY);
    const least = -4 * Math.log(0.05);
    assert.ok(beam.slack > 0.9 * least && beam.slack < 1.4 * least, `${beam.slack}, ${least}`);
    assert.ok((cheap.estimate(10)?.cost ?? 1e9) < (dear.estimate(10)?.cost ?? 0));
  });

  it("never gives a smaller beam for more recall, nor one narrower than the limit", async () => {
    const limits = [1, 2, 10, 32, 100, 316, 1_000];
    const cost = ({ width, slack }: Beam): number => Math.min(10 * width, 100 + 5 * slack);
    const both = await Promise.all([
      calibrated(new SyntheticProbe(recallOf), limits, 48),
      calibrated(new SyntheticProbe(recallWithSlack, cost), limits, 48),
    ]);
    const recalls = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });
    const limit = fc.integer({ min: 1, max: 1_000 });
    fc.assert(
      fc.property(fc.constantFrom(...both), limit, recalls, recalls, (calibration, limit, a, b) => {
        const less = calibration.beamFor(limit, Math.min(a, b));
        const more = calibration.beamFor(limit, Math.max(a, b));
        if (more === undefined) return;
        assert.ok(less !== undefined && less.width <= more.width, "width");
        assert.ok(less.slack <= more.slack + 1e-9, "slack");
        assert.ok(Number.isSafeInteger(less.width) && less.width >= limit, "limit");
      }),
      { numRuns: 1_000 },
    );
  });

  it("measures only what was asked for, and 10", async () => {
    const calibration = new Calibration();
    const probe = new SyntheticProbe(recallOf);
    await calibration.calibrate(probe, { random: randomNumbers(1), targetsMax: 512 });
    assert.notEqual(calibration.beamFor(10, 0.9), undefined);
    assert.equal(calibration.isDue(probe.size, 0), false);
    assert.equal(calibration.beamFor(50, 0.9), undefined);
    assert.equal(calibration.isDue(probe.size, 0), true);
    await calibration.calibrate(probe, { random: randomNumbers(1), targetsMax: 512 });
    assert.notEqual(calibration.beamFor(50, 0.9), undefined);
    assert.equal(calibration.isDue(probe.size, 0), false);
  });

  it("is due again when a quarter of the index has grown, shrunk or changed", async () => {
    const probe = new SyntheticProbe(recallOf);
    probe.changed = 500_000;
    const calibration = await calibrated(probe);
    assert.equal(calibration.isDue(124_000, 524_000), false);
    assert.equal(calibration.isDue(125_000, 500_000), true);
    assert.equal(calibration.isDue(75_000, 500_000), true);
    assert.equal(calibration.isDue(100_000, 525_000), true);
    assert.equal(calibration.isDue(100_000, 24_000), false, "a count that began anew");
    assert.equal(calibration.isDue(100_000, 25_000), true);
  });

  it("is never due where an index is so small that it is searched exactly", () => {
    assert.equal(new Calibration().isDue(255, 1e6), false);
    assert.equal(new Calibration().isDue(256, 0), true);
  });

  it("widens its beams while an index grows, and past four times its size has none", async () => {
    const calibration = await calibrated(new SyntheticProbe(recallOf));
    const { width } = calibration.beamFor(10, 0.95) ?? { width: 0 };
    assert.equal(calibration.beamFor(10, 0.95, 100_000)?.width, width);
    assert.equal(calibration.beamFor(10, 0.95, 400_000)?.width, 2 * width);
    assert.equal(calibration.beamFor(10, 0.95, 400_001), undefined);
  });

  it("knows small limits before it measures larger ones, those known before stay until the end", async () => {
    const probe = new SyntheticProbe(recallOf);
    const calibration = new Calibration();
    const random = randomNumbers(1);
    await calibration.calibrate(probe, { random, targetsMax: 256 });
    const known = calibration.beamFor(10, 0.95);
    const seen: (Beam | undefined)[][] = [];
    const walk = probe.walk.bind(probe);
    probe.walk = (targets, limit, beam) => {
      if (limit === 316) seen.push([10, 100, 316].map((one) => calibration.beamFor(one, 0.95)));
      return walk(targets, limit, beam);
    };
    for (const one of [100, 316]) calibration.beamFor(one, 0.95);
    await calibration.calibrate(probe, { random, targetsMax: 256 });
    const [[ten, hundred, largest]] = seen;
    assert.deepEqual(ten, known);
    assert(hundred !== undefined && largest === undefined);
    assert(calibration.beamFor(316, 0.95) !== undefined);
  });

  it("gives the same beams for the same seed", async () => {
    const [one, two] = [new SyntheticProbe(recallOf), new SyntheticProbe(recallOf)];
    assert.deepEqual((await calibrated(one)).toBytes(), (await calibrated(two)).toBytes());
    assert.equal(one.walked, two.walked);
  });

  it("stays within a bound on its work", async () => {
    const probe = new SyntheticProbe(recallOf);
    const calibration = new Calibration();
    await calibration.calibrate(probe, { random: randomNumbers(1), workMax: 1e7 });
    assert.ok(probe.exactly <= 128, `${probe.exactly} exact searches of 100,000 distances`);
    assert.notEqual(calibration.beamFor(10, 0.8), undefined);
  });

  it("bounds the bytes of its targets", async () => {
    const probe = new SyntheticProbe(recallOf);
    await new Calibration().calibrate(probe, { random: randomNumbers(1), bytesMax: 800 });
    assert.equal(probe.exactly, 100);
  });

  it("pauses between pieces, and changes nothing when it is given up in one", async () => {
    const controller = new AbortController();
    const calibration = await calibrated(new SyntheticProbe(recallOf));
    const before = calibration.toBytes();
    let pauses = 0;
    const pause = async (): Promise<void> => {
      if (++pauses === 70) controller.abort();
    };
    const probe = new SyntheticProbe(() => 0.5);
    probe.size = 200_000;
    const { signal } = controller;
    await rejects(calibration.calibrate(probe, { signal, pause }), "ABORTED");
    assert.equal(pauses, 70);
    assert.deepEqual(calibration.toBytes(), before);
    const late = AbortSignal.abort(new AhnlichError("TIMEOUT", "too late"));
    await rejects(calibration.calibrate(probe, { signal: late }), "TIMEOUT");
  });
});

describe("Calibration with the queries that come", () => {
  /** Searches for what is stored are easy, others need twice the width, those from farther off four times. */
  const byOrigin = ({ width }: Beam, limit: number, origin: number): number =>
    recallOf({ width: width / 2 ** origin, slack: 0 }, limit);

  function offer(reservoir: QueryReservoir, count: number, origin: number): void {
    const random = randomNumbers(origin + 5);
    for (let i = 0; i < count; i++) reservoir.offer(Float32Array.of(origin, random()));
  }

  it("keeps its promise to them once there are enough", async () => {
    const queries = new QueryReservoir(2, { random: randomNumbers(1) });
    const calibration = new Calibration(queries);
    const probe = new SyntheticProbe(byOrigin);
    offer(queries, 1_000, 1);
    await calibration.calibrate(probe, { random: randomNumbers(1), targetsMax: 512 });
    assert.equal(calibration.estimate(10)?.source, "store");
    assert.ok((calibration.beamFor(10, 0.95)?.width ?? 0) < 1.3 * trueWidth(10, 0.95));
    assert.equal(calibration.isDue(probe.size, 0), false);
    offer(queries, 1_000, 1);
    assert.equal(calibration.isDue(probe.size, 0), true);
    await calibration.calibrate(probe, { random: randomNumbers(1), targetsMax: 512 });
    assert.equal(calibration.estimate(10)?.source, "queries");
    assert.ok((calibration.beamFor(10, 0.95)?.width ?? 0) > 1.9 * trueWidth(10, 0.95));
    assert.equal(calibration.isDue(probe.size, 0), false);
  });

  it("is due again when those that come have become others", async () => {
    const queries = new QueryReservoir(2, {
      count: 1_024,
      memory: 2_048,
      random: randomNumbers(1),
    });
    const calibration = new Calibration(queries);
    const probe = new SyntheticProbe(byOrigin);
    const options = { random: randomNumbers(1), targetsMax: 512 };
    assert.equal(await calibration.checkDrift(probe, options), false, "nothing was measured");
    offer(queries, 2_000, 1);
    await calibration.calibrate(probe, options);
    assert.equal(await calibration.checkDrift(probe, options), false, "nothing came since");
    offer(queries, 2_000, 1);
    assert.equal(await calibration.checkDrift(probe, options), false, "the same came");
    assert.equal(calibration.isDue(probe.size, 0), false);
    offer(queries, 2_000, 2);
    assert.equal(await calibration.checkDrift(probe, options), true);
    assert.equal(calibration.isDue(probe.size, 0), true);
    offer(queries, 20_000, 2);
    await calibration.calibrate(probe, options);
    assert.equal(calibration.isDue(probe.size, 0), false);
    assert.ok((calibration.beamFor(10, 0.95)?.width ?? 0) > 3.5 * trueWidth(10, 0.95));
  });
});

describe("a calibration as bytes", () => {
  const cost = ({ width, slack }: Beam): number => Math.min(10 * width, 100 + 5 * slack);

  it("gives the same beams when it is read again", async () => {
    for (const probe of [new SyntheticProbe(recallOf), new SyntheticProbe(recallWithSlack, cost)]) {
      const calibration = await calibrated(probe, [10, 50]);
      const again = Calibration.fromBytes(calibration.toBytes());
      for (const limit of [5, 10, 20, 50, 100]) {
        for (const recall of [0.5, 0.9, 0.99]) {
          assert.deepEqual(again.beamFor(limit, recall), calibration.beamFor(limit, recall));
          assert.deepEqual(again.estimate(limit, recall), calibration.estimate(limit, recall));
        }
      }
      assert.deepEqual(again.toBytes(), calibration.toBytes());
      assert.equal(Calibration.fromBytes(again.toBytes()).isDue(probe.size, 0), false);
    }
  });

  it("is read again whatever was measured first", async () => {
    const probe = new SyntheticProbe(recallOf);
    const calibration = await calibrated(probe, [32]);
    calibration.beamFor(1, 0.9);
    await calibration.calibrate(probe, { random: randomNumbers(2), targetsMax: 256 });
    const again = Calibration.fromBytes(calibration.toBytes());
    for (const limit of [1, 10, 32]) {
      assert(calibration.beamFor(limit, 0.9) !== undefined);
      assert.deepEqual(again.beamFor(limit, 0.9), calibration.beamFor(limit, 0.9));
    }
  });

  it("is dropped whole where a bit of it is wrong", async () => {
    const bytes = (await calibrated(new SyntheticProbe(recallOf))).toBytes();
    for (let bit = 0; bit < bytes.length * 8; bit += 7) {
      const wrong = bytes.slice();
      wrong[bit >> 3] ^= 1 << (bit & 7);
      assert.equal(Calibration.fromBytes(wrong).beamFor(10, 0.9), undefined);
    }
    for (let length = 0; length < bytes.length; length += 5) {
      assert.equal(Calibration.fromBytes(bytes.subarray(0, length)).beamFor(10, 0.9), undefined);
    }
  });
});
