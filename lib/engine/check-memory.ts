import { checkLimit, type Limits } from "../model/limits.js";
import type { StoredStore } from "../rows/store-rows.js";
import { memoryPerNumber } from "./catalog.js";
import type { Draft } from "./draft.js";

/** Whether so many entries more may hold vectors in memory. @throws LIMIT_EXCEEDED */
export function checkMemory(
  draft: Draft,
  { dimension, vectors }: StoredStore,
  inserted: number,
  limits: Limits,
): void {
  const bytes = draft.catalog.memoryBytes + inserted * dimension * memoryPerNumber[vectors];
  checkLimit(limits, "memoryBytes", bytes, "vectors in memory");
}
