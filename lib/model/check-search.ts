import {
  type Arguments,
  checkArray,
  checkBoolean,
  checkChoice,
  checkInteger,
  checkNumber,
  checkPageLimit,
  readArguments,
  refusal,
} from "./check-argument.js";
import { checkIndexed } from "./check-indexes.js";
import { checkVector, checkVectorKey } from "./check-key.js";
import type {
  CheckedGroupBy,
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

/** Matches with diversity are chosen among so many times as many of the nearest. */
export const candidatesPerMatch = 4;
/** A `searchMany` asks for at most so many times `limits.limit` matches. */
export const manyLimits = 100;

/** What `search` and `searchMany` share, with the defaults filled in. */
export function checkSearchOptions(ask: Arguments, limits: Limits): CheckedSearchOptions {
  const limit = checkPageLimit(ask.limit, 10, limits);
  const groupBy = checkGroupBy(ask.groupBy, limit, limits);
  const diversity = checkDiversity(ask.diversity, limit, limits);
  if (groupBy !== undefined && diversity !== undefined) {
    throw new AhnlichError("INVALID_ARGUMENT", "diversity: expected none together with groupBy");
  }
  return {
    store: checkStoreName(ask.store),
    where: checkWhere(ask.where, limits),
    limit,
    recall: checkRecall(ask.recall),
    metric: checkChoice(ask.metric, metrics, undefined, "metric"),
    maxDistance:
      ask.maxDistance === undefined ? undefined : checkNumber(ask.maxDistance, "maxDistance"),
    groupBy,
    diversity,
    include: checkInclude(ask.include, false),
  };
}

/**
 * A search with diversity compares each of its candidates with each of its matches, one of several targets does so for
 * all of them: they are as many as the matches of a `searchMany` may be.
 *
 * @throws LIMIT_EXCEEDED
 */
export function checkComparisons(targets: number, limit: number, limits: Limits): void {
  const got = targets * candidatesPerMatch * limit * limit;
  const bound = manyLimits * limits.limit;
  if (got <= bound) return;
  const asked = `${targets} targets x ${candidatesPerMatch} x limit ${limit} x limit`;
  throw new AhnlichError(
    "LIMIT_EXCEEDED",
    `diversity: ${asked} are above ${bound} comparisons (${manyLimits} x limits.limit)`,
    { details: { limit: "limit", bound, got } },
  );
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

/** The answer has no more matches than that of any other search may have. */
function checkGroupBy(
  groupBy: unknown,
  groups: number,
  limits: Limits,
): CheckedGroupBy | undefined {
  if (groupBy === undefined) return undefined;
  if (typeof groupBy !== "object" || groupBy === null) {
    throw refusal("groupBy", "{ field, limit }", groupBy);
  }
  const given = readArguments(groupBy, groupFields, "groupBy");
  const field = checkIndexed(given.field, limits, "groupBy.field");
  const limit = checkInteger(given.limit, 1, "groupBy.limit");
  checkLimit(limits, "limit", groups * limit, "limit x groupBy.limit");
  return { field, limit };
}

function checkDiversity(diversity: unknown, limit: number, limits: Limits): number | undefined {
  if (diversity === undefined) return undefined;
  if (typeof diversity !== "number" || !(diversity >= 0 && diversity <= 1)) {
    throw refusal("diversity", "a number from 0 to 1", diversity);
  }
  checkComparisons(1, limit, limits);
  return diversity;
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
const groupFields = { field: true, limit: true };
const targetFields = { near: true, awayFrom: true };
const includeFields = { vector: true, metadata: true };
