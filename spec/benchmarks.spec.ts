import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { parseCommandLine } from "../benchmarks/command-line.js";
import { Bench } from "../benchmarks/compare/bench.js";
import { parseCompareLine } from "../benchmarks/compare/command-line.js";
import { prepareDataSet } from "../benchmarks/compare/data-sets/data-set.js";
import { VectorFile } from "../benchmarks/compare/data-sets/vector-file.js";
import { compareDurable } from "../benchmarks/compare/durable.js";
import { indexes, isOurs } from "../benchmarks/compare/indexes/all.js";
import { Judge } from "../benchmarks/compare/judge.js";
import { ratesAt } from "../benchmarks/compare/sweep.js";
import { tables } from "../benchmarks/compare/tables/all.js";
import { measures } from "../benchmarks/measures/all.js";
import { figuresTable } from "../benchmarks/report.js";
import { full, quick, smoke } from "../benchmarks/sizes.js";
import { barChart } from "../benchmarks/support/chart.js";
import { interleave } from "../benchmarks/support/interleave.js";
import { scratchFolder } from "../benchmarks/support/places.js";
import { rateOf } from "../benchmarks/support/rate.js";
import { ratios, spreadOf } from "../benchmarks/support/stats.js";
import { packageVersion } from "../lib/model/version.js";

/** They end with an error where an answer is wrong, so that what is asserted here is only that they measure. */
describe("the benchmarks, in small", function () {
  this.timeout(120_000);
  for (const [name, measure] of Object.entries(measures)) {
    it(`measure ${name}`, async () => {
      const { tables, figures, bars = [] } = await measure(smoke);
      assert.notEqual(tables.length, 0);
      assert.notEqual(figures.length, 0);
      for (const { name: figure, measured } of figures) {
        for (const value of Object.values(measured)) assert.ok(Number.isFinite(value), figure);
      }
      for (const { value } of bars.flatMap((group) => group.bars)) assert.ok(value > 0);
    });
  }
});

describe("the comparison with others, in small", function () {
  this.timeout(120_000);
  it("measures those that are there", async () => {
    const ours = { execPath: process.execPath, node: process.version, version: packageVersion };
    const sizes = { ingested: 300, batch: 100, opened: 500, rounds: 1, vectors: "random" } as const;
    const tables = await compareDurable(new Map([["ahnlich", ours]]), sizes);
    assert.deepEqual(
      tables.map(({ rows }) => rows.map(([name]) => name)),
      [["ahnlich"], ["ahnlich"]],
    );
  });
});

describe("the tables beside others, in small", function () {
  this.timeout(120_000);
  for (const [name, table] of Object.entries(tables)) {
    if (table.isAside) continue;
    it(`compare ${name}`, async () => {
      using scratch = scratchFolder();
      const here = { execPath: process.execPath, node: process.version, version: packageVersion };
      const ours = ["ahnlich", "ahnlich, in memory"];
      assert.ok(ours.every((index) => Object.hasOwn(indexes, index) && isOurs(index)));
      const bench = new Bench({
        runtimes: new Map(ours.map((index) => [index, here])),
        scratch: scratch.path,
        data: ["random:200"],
        ...{ rounds: 1, sliceMs: 5, surveyMs: 100, threads: 2 },
      });
      const sections = await table.run(bench);
      const found = sections.flatMap((section) => section.tables);
      assert.ok(found.some(({ head, rows }) => [head, ...rows].flat().includes("ahnlich")));
      for (const { charts } of sections) {
        for (const { picture } of charts) assert.doesNotMatch(picture, /NaN|Infinity/);
      }
    });
  }

  it("interpolate between the settings around a recall, on what is missed", () => {
    const kind = "approximate" as const;
    const entrant = { label: "one", name: "one", kind, threads: 1, batch: 1, inFlight: 1 };
    const point = (recall: number, rate: number) => ({ label: "", recall, rates: [rate] });
    const curve = { entrant, points: [point(0.9, 1_000), point(0.99, 10), point(1, 8)] };
    const [between] = ratesAt(curve, 1 - 10 ** -1.5) ?? [];
    assert.ok(Math.abs(between - 100) < 1e-6);
    assert.deepEqual(ratesAt(curve, 0.5), [1_000]);
    assert.deepEqual(ratesAt(curve, 1), [8]);
    assert.equal(ratesAt({ entrant, points: [point(0.9, 1_000)] }, 0.95), undefined);
  });

  it("find an answer wrong that has too few ids, one twice, or one of nothing", () => {
    using scratch = scratchFolder();
    const path = `${scratch.path}/vectors.f32`;
    writeFileSync(
      path,
      Float32Array.from({ length: 40 }, (_, i) => (i < 20 ? 1 : 0.5)),
    );
    using vectors = new VectorFile(path, 1, 40);
    const ids = Uint32Array.from({ length: 10 }, (_, i) => i);
    const truth = { ids, farthest: Float64Array.of(0) };
    const judge = new Judge(vectors, [Float32Array.of(1)], truth);
    assert.equal(judge.recallOf(0, [...ids]), 1);
    assert.equal(judge.recallOf(0, [10, 11, 12, 13, 14, 15, 16, 17, 18, 39]), 0.9);
    assert.throws(() => judge.recallOf(0, [0, 1, 2]), /10 ids were expected/);
    assert.throws(() => judge.recallOf(0, Array(10).fill(3)), /10 ids were expected/);
    assert.throws(() => judge.recallOf(0, [...ids.subarray(1), 40]), /10 ids were expected/);
  });

  it("understand their command line, and say what they do not", () => {
    const run = parseCompareLine(["recall", "--data", "words:5k", "--quick", "--node", "24"]);
    assert.ok(typeof run !== "string");
    assert.deepEqual([run.tables, run.data, run.nodes], [["recall"], ["words:5k"], ["24"]]);
    assert.match(String(parseCompareLine(["nothing"])), /no table nothing/);
    assert.match(String(parseCompareLine(["--only", "nobody"])), /no nobody/);
    assert.match(String(parseCompareLine(["--rounds", "0"])), /--rounds/);
    assert.throws(() => prepareDataSet("words:many"), /no vectors words:many/);
  });
});

describe("the support of the benchmarks", () => {
  it("gives every contender a turn a round, and does not count the first round", async () => {
    const turns: string[] = [];
    const contender = (name: string) => ({
      name,
      measure: async () => turns.push(name),
    });
    const measured = await interleave([contender("a"), contender("b")], 2);
    assert.deepEqual(turns, ["a", "b", "b", "a", "a", "b"]);
    assert.deepEqual(
      [...measured.values()],
      [
        [4, 5],
        [3, 6],
      ],
    );
  });

  it("ends a run for one wrong answer", async () => {
    const { measure } = rateOf("wrong", async (_, count) => count - 1, 1, 1);
    await assert.rejects(measure(), { message: "wrong: 1 of 1 were wrong" });
  });

  it("takes the middle, the least and the most, and ratios round by round", () => {
    assert.deepEqual(spreadOf([4, 1, 3, 2]), { median: 2.5, least: 1, most: 4 });
    assert.deepEqual(ratios([1, 6], [2, 3]), [0.5, 2]);
  });

  it("says of each figure whether it is met", () => {
    const measured = { median: 0.5, least: 0.4, most: 0.9 };
    const figure = { name: "a ratio", measured, unit: "", how: "so" };
    const table = figuresTable([
      { ...figure, bound: { atLeast: 0.6 } },
      { ...figure, bound: { atMost: 0.5 } },
    ]);
    const [, , first, second] = table.split("\n");
    assert.equal(first, "| a ratio | 0.5 (0.4 to 0.9) | >= 0.6 | **missed** | so |");
    assert.equal(second, "| a ratio | 0.5 (0.4 to 0.9) | <= 0.5 | met | so |");
  });

  it("draws each bar within the picture, and escapes what it is called", () => {
    const bar = { label: "a < b", value: 50, least: 10, most: 100, isLimit: false };
    const picture = barChart("chart", "unit", [{ title: "group", bars: [bar] }]);
    assert.match(picture, /a &lt; b/);
    const [, x, width] = /<rect class="bar" x="(\d+)".* width="([\d.]+)"/.exec(picture) ?? [];
    assert.ok(Number(x) + Number(width) < 860);
  });

  it("understands its command line, and says what it does not", () => {
    assert.deepEqual(parseCommandLine([]), { sizes: full, names: Object.keys(measures) });
    assert.deepEqual(parseCommandLine(["--quick", "--only", "large"]), {
      sizes: quick,
      names: ["large"],
    });
    assert.match(String(parseCommandLine(["--only", "nothing"])), /no measure nothing/);
    assert.match(String(parseCommandLine(["--fast"])), /--fast/);
  });
});
