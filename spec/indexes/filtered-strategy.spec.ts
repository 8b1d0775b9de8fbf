import assert from "node:assert/strict";
import { FilteredSearch, type FilteredSearchOptions } from "../../lib/indexes/filtered-search.js";
import { SelectionSpread } from "../../lib/indexes/selection-spread.js";
import type { Found, Walking } from "../../lib/indexes/slot-searches.js";
import type { IndexSearch, Nearest } from "../../lib/indexes/vector-index.js";

describe("The walks of a filtered search", () => {
  it("are one, where its matches lie as it expects", async () => {
    const told = await searching({ share: 0.5, meanPlace: 11 });
    assert.deepEqual(told, ["walk 21", "graph"]);
  });

  it("go farther where the matches are farther", async () => {
    const told = await searching({ share: 0.5, meanPlace: 40 });
    assert.deepEqual(told, ["walk 21", "walk 79", "graph"]);
  });

  it("end with a look at all that is selected where they come to too few", async () => {
    const told = await searching({ share: 0.9, meanPlace: 0 });
    assert.deepEqual([told[0], told.at(-1)], ["walk 12", "exact"]);
    assert(told.length <= 5);
  });

  it("are none where a look at all is cheaper, but for a short one now and then", async () => {
    const spread = new SelectionSpread(0.1);
    const kinds = new Map<string, number>();
    for (let i = 0; i < 40; i++) {
      const told = (await searching({ share: 0.1, meanPlace: 0, spread })).join();
      kinds.set(told, (kinds.get(told) ?? 0) + 1);
    }
    assert.deepEqual(Object.fromEntries(kinds), { "walk 10,exact": 10, exact: 30 });
  });

  it("become the rule where a short one finds all", async () => {
    const spread = new SelectionSpread(0.1);
    const told: string[][] = [];
    for (let i = 0; i < 40; i++) told.push(await searching({ share: 0.1, meanPlace: 5.5, spread }));
    assert(told.slice(-20).every((one) => one.at(-1) === "graph" && one.length === 2));
  });

  it("are repeated for those targets only that want it", async () => {
    const told = await searching({ share: 0.5, meanPlace: 11, targets: 3, farTarget: 1 });
    assert.deepEqual(told, ["walk 21", "walk 79", "graph", "graph", "graph"]);
  });
});

interface Asked {
  readonly share: number;
  /** Where walks find the matches; 0: they find too few. */
  readonly meanPlace: number;
  readonly spread?: SelectionSpread;
  readonly targets?: number;
  /** The place of a target whose matches are farther. */
  readonly farTarget?: number;
}

/** What was done for a search among 100,000 slots, and how each target was answered. */
async function searching({ share, meanPlace, spread, targets = 1, farTarget }: Asked) {
  const done: string[] = [];
  const size = 100_000;
  const walkEach = async ({ request, reach }: Walking): Promise<Found[]> => {
    done.push(`walk ${reach}`);
    return request.targets.map(([place]) => ({
      ...nearest("graph"),
      isWhole: meanPlace > 0,
      found: meanPlace > 0 ? 10 : 0,
      meanPlace: place === farTarget ? 40 : meanPlace,
    }));
  };
  const exact = async ({ targets }: IndexSearch): Promise<Nearest[]> => {
    return targets.map(() => nearest("exact"));
  };
  const searches = { during: <T>(work: () => Promise<T>): Promise<T> => work(), walkEach, exact };
  const options = {
    slots: { size, dimension: 100 },
    searches,
    plan: { graphs: [], unlinked: undefined },
    request: {
      targets: Array.from({ length: targets }, (_, i) => Float32Array.of(i)),
      metric: "cosine",
      limit: 10,
      sequence: 1,
    },
    selected: { within: { size: size * share }, without: undefined },
    spread: spread ?? new SelectionSpread(share),
    beamFor: (reach: number) => ({ width: 100 + 2 * reach, slack: Number.POSITIVE_INFINITY }),
  };
  const answers = await new FilteredSearch(options as unknown as FilteredSearchOptions).run();
  return [...done, ...answers.map(({ plan }) => plan)];
}

function nearest(plan: "graph" | "exact"): Nearest {
  return { ordinals: new Float64Array(0), distances: new Float64Array(0), plan, examined: 1 };
}
