import { AhnlichError } from "./errors.js";

/** Refuses what stands at this path of a predicate or a patch. */
export function failAt(path: string, sentence: string): never {
  throw new AhnlichError("INVALID_ARGUMENT", `${path}: ${sentence}`, { details: { path } });
}
