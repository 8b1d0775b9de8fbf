import {
  type Arguments,
  checkArray,
  checkInteger,
  readArguments,
  refusal,
} from "./check-argument.js";
import { checkKey, checkKeys } from "./check-key.js";
import type { CheckedTarget, GuardedTarget } from "./checked-query.js";
import { AhnlichError } from "./errors.js";
import type { Limits } from "./limits.js";
import { parsePredicate } from "./parse-predicate.js";

/**
 * What an update or a delete is about: an id, a list of keys, `{ where }` or `{ all: true }`; and the version that
 * each entry of those keys must have.
 *
 * @throws INVALID_ARGUMENT also for a predicate that holds always, `{}` above all: to mean every
 * entry there is one way only; and for a version where the target is not of keys.
 */
export function checkTarget({ target, ifVersion }: Arguments, limits: Limits): GuardedTarget {
  const checked = checkTargetOnly(target, limits);
  if (ifVersion === undefined) return { target: checked, ifVersion };
  const version = checkInteger(ifVersion, 0, "ifVersion");
  if (checked.kind === "ids") return { target: checked, ifVersion: version };
  throw new AhnlichError(
    "INVALID_ARGUMENT",
    `ifVersion: expected a target that is an id or an array of keys, got { ${checked.kind} }`,
  );
}

function checkTargetOnly(target: unknown, limits: Limits): CheckedTarget {
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
    "target.where: this holds for every entry; to mean every entry say { all: true }",
  );
}

const expected = "an id, an array of keys, { where } or { all: true }";
const fields = { where: true, all: true };
