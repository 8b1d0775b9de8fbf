import { AhnlichError } from "./errors.js";
import type { Limits } from "./limits.js";
import type { Predicate } from "./predicate.js";

/** The predicate that a caller's `where` means, sharing nothing with it. */
export function parsePredicate(where: unknown, limits: Limits): Predicate {
  throw new AhnlichError("UNSUPPORTED", `where ${where} ${limits.limit}`);
}
