import { checkBoolean, readArguments } from "./check-argument.js";
import { checkIndexed } from "./check-indexes.js";
import type { CheckedSort } from "./checked-query.js";
import type { Limits } from "./limits.js";

/** By what a page is ordered; absent: by the id. @throws INVALID_ARGUMENT, LIMIT_EXCEEDED */
export function checkSort(sort: unknown, limits: Limits): CheckedSort | undefined {
  if (sort === undefined) return undefined;
  const given = readArguments(sort, sortFields, "sort");
  return {
    field: checkIndexed(given.field, limits, "sort.field"),
    isDescending: checkBoolean(given.descending, false, "sort.descending"),
  };
}

const sortFields = { field: true, descending: true };
