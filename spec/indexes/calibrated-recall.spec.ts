import assert from "node:assert/strict";
import type { Beam } from "../../lib/indexes/beam.js";
import { Calibration } from "../../lib/indexes/calibration.js";
import type { ProbeTarget } from "../../lib/indexes/probe.js";
import { QueryReservoir } from "../../lib/indexes/query-reservoir.js";
import { type Metric, metrics } from "../../lib/model/metric.js";
import { randomNumbers } from "../support/random.js";
import { ClusteredData } from "./clustered-data.js";
import { NaiveGraph } from "./naive-graph.js";

const dimension = 16;
/** How far held-out recall may be off, in shares, at each target. */
const bounds: readonly (readonly [number, number])[] = [
  [0.9, 0.005],
  [0.95, 0.005],
  [0.98, 0.005],
  [0.99, 0.002],
  [0.999, 0.001],
];

/** Queries that no calibration saw, and the distance of the last of their true nearest. */
class HeldOut {
  readonly #graph: NaiveGraph;
  readonly #targets: readonly ProbeTarget[];
  readonly #limit: number;
  #lasts: number[] = [];

  constructor(graph: NaiveGraph, vectors: readonly Float32Array[], limit: number) {
    this.#graph = graph;
    this.#targets = vectors.map((vector) => ({ vector }));
    this.#limit = limit;
  }

  async findTruth(): Promise<this> {
    const exact = await this.#graph.exact(this.#targets, this.#limit);
    this.#lasts = exact.map(({ distances }) => distances[this.#limit - 1]);
    return this;
  }

  /** The mean recall of so many of them, its standard error, and the distances computed for each. */
  async search(beam: Beam, count = this.#targets.length): Promise<Outcome> {
    const targets = this.#targets.slice(0, count);
    const nearest = await this.#graph.walk(targets, this.#limit, beam);
    const recalls = nearest.map(({ distances }, i) => {
      const last = this.#lasts[i];
      return distances.filter((distance) => distance <= last).length / this.#limit;
    });
    const recall = meanOf(recalls);
    const variance = meanOf(recalls.map((one) => (one - recall) ** 2));
    const cost = meanOf(nearest.map(({ examined }) => examined));
    return { recall, error: Math.sqrt(variance / count), cost };
  }
}

interface Outcome {
  readonly recall: number;
  readonly error: number;
  readonly cost: number;
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/**
 * That the recall is right, and that no beam for two thirds of the cost has it. Near the limit a width is a step of a
 * point or more, and the least may give more than was asked for.
 */
async function check(
  calibration: Calibration,
  held: HeldOut,
  limit: number,
  { above = 0, reached = 4 } = {},
): Promise<void> {
  let count = 0;
  for (const [target, bound] of bounds) {
    const beam = calibration.beamFor(limit, target);
    if (beam === undefined) continue;
    count++;
    const { recall, error, cost } = await held.search(beam);
    const says = `${recall} at ${target} with a width of ${beam.width} and a slack of ${beam.slack}`;
    assert.ok(recall >= target - bound - error, `below: ${says}`);
    if (beam.width >= 2 * limit)
      assert.ok(recall <= target + bound + above + error, `above: ${says}`);
    let cheap = { recall, cost };
    for (let width = beam.width; cheap.cost > cost / 1.5 && width > limit; ) {
      width = Math.max(limit, Math.floor(width * 0.7));
      cheap = await held.search({ ...beam, width }, 300);
    }
    if (cheap.cost <= cost / 1.5) assert.ok(cheap.recall < target, `too dear: ${says}`);
  }
  assert.ok(count >= reached, `only ${count} of the targets were reached`);
}

function reservoirOf(queries: readonly Float32Array[]): QueryReservoir {
  const reservoir = new QueryReservoir(dimension, {
    random: randomNumbers(7),
    count: queries.length,
  });
  for (const query of queries) reservoir.offer(query);
  return reservoir;
}

describe("a calibrated graph, held against exact search of queries that it was not calibrated with", function () {
  this.timeout(60_000);

  function graphOf(metric: Metric, seed: number): { graph: NaiveGraph; data: ClusteredData } {
    const data = new ClusteredData(randomNumbers(seed), dimension, { spread: 0.8 });
    return { graph: new NaiveGraph(metric, data.take(2_000)), data };
  }

  for (const metric of metrics) {
    it(`has the recall asked for with queries like those that came, ${metric}`, async () => {
      const { graph, data } = graphOf(metric, 11);
      const calibration = new Calibration(reservoirOf(data.take(1_500)));
      await calibration.calibrate(graph, { random: randomNumbers(1) });
      assert.equal(calibration.estimate(10)?.source, "queries");
      const held = await new HeldOut(graph, data.take(1_500), 10).findTruth();
      await check(calibration, held, 10, { reached: metric === "dot" ? 3 : 4 });
    });
  }

  it("has it with queries unlike the data, once such came", async () => {
    const { graph } = graphOf("cosine", 12);
    const others = new ClusteredData(randomNumbers(99), dimension, { spread: 1 });
    const calibration = new Calibration(reservoirOf(others.take(1_500)));
    await calibration.calibrate(graph, { random: randomNumbers(1) });
    await check(calibration, await new HeldOut(graph, others.take(1_500), 10).findTruth(), 10);
  });

  for (const metric of metrics) {
    it(`has it, or a little more, before any query came, ${metric}`, async () => {
      const { graph, data } = graphOf(metric, 13);
      const calibration = new Calibration();
      await calibration.calibrate(graph, { random: randomNumbers(1), targetsMax: 1_024 });
      assert.equal(calibration.estimate(10)?.source, "store");
      const held = await new HeldOut(graph, data.take(1_500), 10).findTruth();
      await check(calibration, held, 10, { above: 0.015, reached: 3 });
    });
  }

  it("has it with limits between those that are measured", async () => {
    const { graph, data } = graphOf("cosine", 14);
    const calibration = new Calibration(reservoirOf(data.take(1_500)));
    calibration.beamFor(20, 0.9);
    await calibration.calibrate(graph, { random: randomNumbers(1) });
    await check(calibration, await new HeldOut(graph, data.take(1_500), 20).findTruth(), 20, {
      above: 0.002,
    });
  });
});
