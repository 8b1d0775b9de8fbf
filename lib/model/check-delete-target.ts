import { checkArray, readArguments, refusal } from "./check-argument.js";
import { checkKey, checkKeys } from "./check-key.js";
import type { CheckedDeleteTarget } from "./checked-query.js";
import { AhnlichError } from "./errors.js";
import type { Limits } from "./limits.js";
import { parsePredicate } from "./parse-predicate.js";

/**
 * What a delete is about: an id, a list of keys, `{ where }` or `{ all: true }`.
 *
 * @throws INVALID_ARGUMENT also for a predicate that holds always, `{}` above all: to mean every
 * entry there is one way only.
 */
export function checkDeleteTarget(target: unknown, limits: Limits): CheckedDeleteTarget {
  if (typeof target === "string") return { kind: "ids", ids: [checkKey(target, limits, "target")] };
  if (Array.isArray(target)) {
    const keys = checkArray(target, limits, "entriesPerWrite", "target");
    return { kind: "ids", ids: checkKeys(keys, limits, "target") };
  }
  if (typeof target !== "object" || target === null || ArrayBuffer.isView(target)) {
    throw refusal("target", expected, target);
  }
  const { where, all } = readArguments(target, fields, "target");
  if ((where === undefined) === (all === undefined)) {
    throw refusal("target", expected, target);
  }
  if (all !== undefined) {
    if (all !== true) throw refusal("target.all", "true", all);
    return { kind: "all" };
  }
  const predicate = parsePredicate(where, limits);
  if (predicate.kind !== "all") return { kind: "where", where: predicate };
  throw new AhnlichError(
    "INVALID_ARGUMENT",
    "target.where: this holds for every entry; to delete every entry say { all: true }",
  );
}

const expected = "an id, an array of keys, { where } or { all: true }";
const fields = { where: true, all: true };
