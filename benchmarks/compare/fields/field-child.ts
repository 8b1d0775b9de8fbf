import { childJob } from "../../support/child.js";
import { type FieldEntry, fieldEntries } from "../../support/field-entries.js";
import type { FieldContender } from "./field-contender.js";

/** What the process of one contender is told. */
export interface FieldJob {
  readonly module: string;
  readonly folder: string;
  readonly count: number;
  readonly dimension: number;
  readonly isIndexed: boolean;
}

/** Milliseconds until all was there, indexed. */
export interface FieldAnswer {
  readonly ms: number;
  readonly how: string;
}

/** As many as all of them take at once. */
const batch = 1_000;

const { job, answer } = await childJob();
const { module, folder, count, dimension, isIndexed } = job as FieldJob;
const { contender } = (await import(module)) as { contender: FieldContender };
const entries = [...fieldEntries(count, dimension)];
const start = performance.now();
let ms = 0;
const loaded = () => {
  ms = performance.now() - start;
};
await contender.fill(folder, batchesOf(entries), { dimension, isIndexed, loaded });
answer({ ms, how: contender.how } satisfies FieldAnswer);
if (process.connected) process.disconnect();

function* batchesOf(all: readonly FieldEntry[]): Generator<readonly FieldEntry[], void, undefined> {
  for (let at = 0; at < all.length; at += batch) yield all.slice(at, at + batch);
}
