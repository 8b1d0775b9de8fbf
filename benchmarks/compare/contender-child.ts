import { childJob } from "../support/child.js";
import { wordsOf } from "../support/word-set.js";
import type { Contender } from "./contender.js";

/** What the process of one contender is told. */
export interface ContenderJob {
  readonly module: string;
  readonly task: "ingest" | "open";
  readonly path: string;
  readonly count: number;
  readonly batch: number;
  readonly vectors: "words" | "random";
}

/** Milliseconds until all is answered, and for `open` the nearest ids. */
export interface ContenderAnswer {
  readonly ms: number;
  /** Until it is closed too. */
  readonly closedMs?: number;
  readonly ids: readonly string[];
}

// A process that fills one store or opens it, and does nothing else. What it is given is made before the clock starts.
const { job, answer } = await childJob();
const { module, task, path, count, batch, vectors } = job as ContenderJob;
const words = wordsOf({ vectors }, count);
const { contender } = (await import(module)) as { contender: Contender };
const target = words.query(0);
const entries = task === "ingest" ? Array.from({ length: count }, (_, index) => named(index)) : [];
const start = performance.now();
if (task === "ingest") {
  let ms = 0;
  await contender.ingest(path, entries, batch, () => {
    ms = performance.now() - start;
  });
  answer({ ms, closedMs: performance.now() - start, ids: [] } satisfies ContenderAnswer);
} else {
  await contender.open(path, target, (ids) => {
    answer({ ms: performance.now() - start, ids } satisfies ContenderAnswer);
  });
}
if (process.connected) process.disconnect();

/** Some take no ids that are words. */
function named(index: number) {
  return { ...words.entry(index), id: `w${index}` };
}
