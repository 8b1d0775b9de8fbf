import { AhnlichError } from "./errors.js";
import type { Limits } from "./limits.js";
import type { Metadata } from "./metadata.js";

/** A deep copy of what a caller gives as metadata, sharing nothing with it. */
export function checkMetadata(value: unknown, limits: Limits, what: string): Metadata {
  throw new AhnlichError("UNSUPPORTED", `${what} ${value} ${limits.limit}`);
}
