import type { CheckedQuery } from "./checked-query.js";
import { AhnlichError } from "./errors.js";
import type { Limits } from "./limits.js";

/** The one gate that every query passes, in every reach, on the caller's thread. */
export function checkQuery(query: unknown, limits: Limits): CheckedQuery {
  throw new AhnlichError("UNSUPPORTED", `query ${query} ${limits.limit}`);
}
