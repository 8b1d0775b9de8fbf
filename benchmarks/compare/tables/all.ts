import type { Bench } from "../bench.js";
import type { Section } from "../section.js";
import { compareBuild } from "./build.js";
import { compareExact } from "./exact.js";
import { compareFields } from "./fields.js";
import { compareFiltered } from "./filtered.js";
import { compareGrowth } from "./growth.js";
import { compareMemory } from "./memory.js";
import { prepareIndexes } from "./prepare.js";
import { provePromise } from "./promise.js";
import { compareRecall } from "./recall.js";
import { compareReopening } from "./reopening.js";
import { compareScale } from "./scale.js";
import { compareThreads } from "./threads.js";

/** A table of the comparison: one command. */
export interface ComparedTable {
  /** What is asked for when nothing else is. */
  readonly data: readonly string[];
  /** What a short run looks at, where that is not the same. */
  readonly quickData?: readonly string[];
  /** Whether it is made only when it is named; false. */
  readonly isAside?: boolean;
  readonly rounds: number;
  run(bench: Bench): Promise<Section[]>;
}

export const tables: { readonly [name: string]: ComparedTable } = {
  recall: { data: ["words:100k", "words:340k", "manifold:50k"], rounds: 5, run: compareRecall },
  promise: {
    data: ["words:10k", "words:100k", "words:330k", "manifold:10k", "manifold:100k"],
    quickData: ["words:10k"],
    ...{ rounds: 5, run: provePromise },
  },
  exact: { data: ["words:340k"], rounds: 5, run: compareExact },
  filtered: { data: ["words:100k", "words:340k"], rounds: 5, run: compareFiltered },
  threads: { data: ["words:100k"], rounds: 5, run: compareThreads },
  reopening: { data: ["words:340k"], rounds: 5, run: compareReopening },
  memory: { data: ["words:340k"], rounds: 1, run: compareMemory },
  build: { data: ["words:100k"], rounds: 1, run: compareBuild },
  fields: { data: [], rounds: 3, run: compareFields },
  growth: {
    data: ["words:10k", "words:30k", "words:100k", "words:340k", "words:1m"],
    ...{ rounds: 5, run: compareGrowth },
  },
  scale: { data: ["words:1m"], rounds: 1, isAside: true, run: compareScale },
  prepare: {
    data: ["words:100k", "words:340k", "manifold:50k"],
    ...{ rounds: 1, isAside: true, run: prepareIndexes },
  },
};
