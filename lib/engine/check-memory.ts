import { checkLimit, type Limits } from "../model/limits.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Draft } from "./draft.js";

/** Whether so many entries more may hold vectors in memory. @throws LIMIT_EXCEEDED */
export function checkMemory(
  draft: Draft,
  { dimension }: StoredStore,
  inserted: number,
  limits: Limits,
): void {
  const bytes = draft.catalog.vectorBytes + inserted * dimension * 4;
  checkLimit(limits, "memoryBytes", bytes, "vectors in memory");
}
