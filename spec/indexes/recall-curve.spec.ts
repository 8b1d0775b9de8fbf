import assert from "node:assert/strict";
import fc from "fast-check";
import { type Axis, RecallCurve, type Rung } from "../../lib/indexes/recall-curve.js";

function rung(setting: number, lost: number, queries = 1e6): Rung {
  return { setting, queries, lost, error: 0, cost: 10 * setting };
}

describe("RecallCurve", () => {
  const measured = [rung(10, 0.4), rung(20, 0.1), rung(40, 0.01), rung(80, 0.001)];
  const curve = new RecallCurve("logarithmic", 10, measured);

  it("gives a setting that was measured for its recall", () => {
    assert.ok(Math.abs((curve.settingFor(0.9) ?? 0) - 20) < 0.01);
    assert.ok(Math.abs((curve.settingFor(0.99) ?? 0) - 40) < 0.01);
  });

  it("gives one between two others where the logarithm of what is lost is half-way", () => {
    const setting = curve.settingFor(1 - Math.sqrt(0.1 * 0.01)) ?? 0;
    assert.ok(Math.abs(setting - 20 * Math.SQRT2) < 0.01, `${setting}`);
    const even = new RecallCurve("even", 10, measured).settingFor(1 - Math.sqrt(0.1 * 0.01)) ?? 0;
    assert.ok(Math.abs(even - 30) < 0.01, `${even}`);
  });

  it("gives the least where even that is enough, and none where nothing is", () => {
    assert.equal(curve.settingFor(0.1), 10);
    assert.equal(curve.settingFor(0.9995), undefined);
  });

  it("takes a sample that lost nothing for no proof", () => {
    const lucky = new RecallCurve("even", 10, [rung(10, 0.2, 100), rung(20, 0, 100)]);
    assert.equal(lucky.settingFor(0.9999), undefined);
    assert.notEqual(lucky.settingFor(0.999), undefined);
  });

  it("asks for more where the error is larger", () => {
    const unsure = measured.map((one) => ({ ...one, error: one.lost / 4 }));
    const wider = new RecallCurve("logarithmic", 10, unsure).settingFor(0.95) ?? 0;
    assert.ok(wider > (curve.settingFor(0.95) ?? 0));
  });

  it("expects what was measured, and what lies between", () => {
    assert.deepEqual(curve.recallAt(20), { recall: 0.9, error: 0 });
    assert.deepEqual(curve.recallAt(5), { recall: 0.6, error: 0 });
    assert.deepEqual(curve.recallAt(500), { recall: 0.999, error: 0 });
    const { recall } = curve.recallAt(30);
    assert.ok(recall > 0.9 && recall < 0.99);
    assert.deepEqual(
      [5, 15, 20, 60, 500].map((at) => curve.costAt(at)),
      [100, 150, 200, 600, 800],
    );
  });

  const rungs = fc
    .array(
      fc.record({
        queries: fc.integer({ min: 2, max: 5_000 }),
        lost: fc.double({ min: 0, max: 1, noNaN: true }),
        error: fc.double({ min: 0, max: 0.1, noNaN: true }),
      }),
      { minLength: 1, maxLength: 12 },
    )
    .map((some) =>
      some.map((one, i): Rung => ({ ...one, setting: 10 * 1.5 ** i, cost: 50 * 2 ** i })),
    );
  const recalls = fc.tuple(
    fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }),
    fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }),
  );

  it("never gives a smaller setting for more recall, however noisy the measuring", () => {
    fc.assert(
      fc.property(
        rungs,
        recalls,
        fc.constantFrom<Axis>("even", "logarithmic"),
        (some, two, axis) => {
          const noisy = new RecallCurve(axis, 10, some);
          const [less, more] = [Math.min(...two), Math.max(...two)].map((one) =>
            noisy.settingFor(one),
          );
          assert.ok(
            (less ?? Number.POSITIVE_INFINITY) <= (more ?? Number.POSITIVE_INFINITY) + 1e-9,
          );
          if (less !== undefined) assert.ok(less >= 10 && less <= some[some.length - 1].setting);
        },
      ),
    );
  });

  it("never expects less recall of a larger setting", () => {
    const settings = fc.tuple(fc.double({ min: 1, max: 2_000 }), fc.double({ min: 1, max: 2_000 }));
    fc.assert(
      fc.property(rungs, settings, (some, [a, b]) => {
        const noisy = new RecallCurve("logarithmic", 10, some);
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map(
          (one) => noisy.recallAt(one).recall,
        );
        assert.ok(less <= more + 1e-12);
      }),
    );
  });
});
