import { open } from "../../lib/index.js";
import { type Findings, showSpread } from "../report.js";
import type { Sizes } from "../sizes.js";
import { askChild, startChild } from "../support/child.js";
import type { LargeJob } from "../support/large.js";
import { largeChild } from "../support/modules.js";
import { scratchFolder } from "../support/places.js";
import { spreadOf } from "../support/stats.js";
import { dimension, wordsOf } from "../support/word-set.js";
import { storeName } from "../support/word-store.js";

/** From the death of the process that owns a shared folder to the first answers of one that has joined it. */
export async function measureTakeover({ rounds, large, vectors }: Sizes): Promise<Findings> {
  using folder = scratchFolder();
  const { path } = folder;
  const job = (task: LargeJob["task"]): LargeJob => ({ task, path, count: large, vectors });
  await askChild(largeChild, job("load"));
  const { id, vector } = wordsOf({ vectors }, large).entry(large - 1);
  const answered: number[] = [];
  const found: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await using owner = startChild(largeChild, job("own"));
    await owner.answer();
    await using engine = await open(path, { shared: true });
    const store = engine.store(storeName);
    await store.search(vector, { limit: 10, recall: 1 });
    const start = performance.now();
    owner.kill();
    const entry = await store.get(id);
    answered.push(performance.now() - start);
    const [nearest] = await store.search(vector, { limit: 10, recall: 1 });
    found.push(performance.now() - start);
    if (entry?.id !== id || nearest.id !== id) throw new Error(`expected ${id} twice`);
  }
  const size = `${large.toLocaleString("en")} x ${dimension}`;
  return {
    tables: [
      {
        title: `Taking over a shared folder of ${size} from an owner that was killed`,
        head: ["", "of the rounds"],
        rows: [
          ["first answer, ms", showSpread(spreadOf(answered))],
          ["first search, ms", showSpread(spreadOf(found))],
        ],
      },
    ],
    figures: [
      {
        name: `from the death of an owner with ${size} to the first answer`,
        measured: spreadOf(answered),
        unit: "ms",
        bound: { atMost: 2_000 },
        how: "a get by a process that had joined it; the next search reads the vectors",
      },
    ],
  };
}
