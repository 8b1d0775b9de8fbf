import {
  type Arguments,
  checkArray,
  checkBoolean,
  checkChoice,
  checkNumber,
  checkPageLimit,
  readArguments,
  refusal,
} from "./check-argument.js";
import { checkVector, checkVectorKey } from "./check-key.js";
import type {
  CheckedInclude,
  CheckedSearchOptions,
  CheckedSearchTarget,
  Example,
} from "./checked-query.js";
import { AhnlichError } from "./errors.js";
import { checkLimit, type Limits } from "./limits.js";
import { metrics } from "./metric.js";
import { parsePredicate } from "./parse-predicate.js";
import type { Predicate } from "./predicate.js";
import { checkStoreName } from "./store-name.js";
import { checkId } from "./text.js";
import { VectorRoom } from "./vector-room.js";

/** The recall of a search that does not say. */
export const standardRecall = 0.95;

/** What `search` and `searchMany` share, with the defaults filled in. */
export function checkSearchOptions(ask: Arguments, limits: Limits): CheckedSearchOptions {
  return {
    store: checkStoreName(ask.store),
    where: checkWhere(ask.where, limits),
    limit: checkPageLimit(ask.limit, 10, limits),
    recall: checkRecall(ask.recall),
    metric: checkChoice(ask.metric, metrics, undefined, "metric"),
    maxDistance:
      ask.maxDistance === undefined ? undefined : checkNumber(ask.maxDistance, "maxDistance"),
    include: checkInclude(ask.include, false),
  };
}

/** A vector, or examples of what is near and what is not. */
export function checkSearchTarget(target: unknown, limits: Limits): CheckedSearchTarget {
  if (Array.isArray(target) || ArrayBuffer.isView(target)) {
    return { kind: "vector", vector: checkVector(target, limits, "target", room) };
  }
  if (typeof target !== "object" || target === null) {
    throw refusal("target", "a vector or { near, awayFrom }", target);
  }
  const given = readArguments(target, targetFields, "target");
  const near = checkArray(given.near, limits, "limit", "target.near");
  const awayFrom = checkArray(given.awayFrom ?? [], limits, "limit", "target.awayFrom");
  if (near.length === 0) {
    throw new AhnlichError("INVALID_ARGUMENT", "target.near: expected at least one example");
  }
  checkLimit(limits, "limit", near.length + awayFrom.length, "target: examples");
  return {
    kind: "examples",
    near: checkExamples(near, limits, "target.near"),
    awayFrom: checkExamples(awayFrom, limits, "target.awayFrom"),
  };
}

/** The predicate; absent it holds for all. */
export function checkWhere(where: unknown, limits: Limits): Predicate {
  return where === undefined ? everything : parsePredicate(where, limits);
}

/** What answers carry. Metadata they do unless it is declined, vectors as the kind has it. */
export function checkInclude(include: unknown, vector: boolean): CheckedInclude {
  if (include === undefined) return { vector, metadata: true };
  const given = readArguments(include, includeFields, "include");
  return {
    vector: checkBoolean(given.vector, vector, "include.vector"),
    metadata: checkBoolean(given.metadata, true, "include.metadata"),
  };
}

function checkRecall(recall: unknown): number {
  if (recall === undefined) return standardRecall;
  if (typeof recall === "number" && recall > 0 && recall <= 1) return recall;
  throw refusal("recall", "a number above 0 and at most 1", recall);
}

function checkExamples(keys: readonly unknown[], limits: Limits, what: string): Example[] {
  return Array.from(keys, (key, i) => {
    const at = `${what}[${i}]`;
    if (typeof key === "string") return { kind: "id", id: checkId(key, limits, at) };
    return { kind: "vector", vector: checkVectorKey(key, limits, at) };
  });
}

const everything: Predicate = Object.freeze({ kind: "all" });
const room = new VectorRoom();
const targetFields = { near: true, awayFrom: true };
const includeFields = { vector: true, metadata: true };
