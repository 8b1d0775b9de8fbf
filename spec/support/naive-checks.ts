import { AhnlichError, type ErrorCode } from "../../lib/model/errors.js";
import type { Limits } from "../../lib/model/limits.js";
import type { Metadata, MetadataValue } from "../../lib/model/metadata.js";
import { isObject } from "./naive-predicate.js";

const fieldsOfSearch = [
  ...["store", "limit", "where", "recall", "metric", "maxDistance", "groupBy", "diversity"],
  "include",
];

/** The fields of every kind that the naive engine answers: all others are refused. */
export const fieldsOf: { readonly [kind: string]: readonly string[] } = {
  ping: [],
  info: [],
  clients: [],
  shutdown: ["reason"],
  createStore: ["store", "dimension", "metric", "ttlMs", "vectors", "indexes", "ifNotExists"],
  dropStore: ["store", "ifExists"],
  alterStore: ["store", "ttlMs", "vectors"],
  createIndex: ["store", "field"],
  dropIndex: ["store", "field", "ifExists"],
  renameStore: ["store", "to", "replace"],
  dropNamespace: ["namespace"],
  listStores: ["namespace"],
  storeInfo: ["store"],
  set: ["store", "entries", "mode"],
  get: ["store", "keys", "include"],
  find: ["store", "where", "sort", "limit", "cursor", "include"],
  count: ["store", "where"],
  facets: ["store", "field", "where", "limit"],
  update: ["store", "target", "patch", "metadata", "ifVersion"],
  delete: ["store", "target", "ifVersion"],
  search: ["target", ...fieldsOfSearch],
  searchMany: ["targets", ...fieldsOfSearch],
  changes: ["store", "since", "where", "limit", "waitMs"],
  measureRecall: ["store", "samples", "limit", "where"],
  explain: ["query"],
  pipeline: ["queries"],
  transaction: ["writes"],
  verify: [],
  backup: ["name"],
  compact: [],
};

export function refuse(code: ErrorCode, sentence: string, details = {}): never {
  throw new AhnlichError(code, sentence, { details });
}

export function refuseBackup(name: unknown): never {
  demand(typeof name === "string" && /^[\w-][\w.-]{0,127}$/.test(name), "name is plain");
  return refuse("FORBIDDEN", "a naive engine has no folder for backups");
}

export function demand(condition: unknown, sentence: string): asserts condition {
  if (!condition) refuse("INVALID_ARGUMENT", sentence);
}

/** Refuses what is above the limit of that name. */
export function within(limits: Limits, limit: keyof Limits, got: number): void {
  const bound = limits[limit];
  if (got > bound) refuse("LIMIT_EXCEEDED", `${got} is above ${limit}`, { limit, bound, got });
}

export function demandFields(value: unknown, allowed: readonly string[], what: string): void {
  demand(isObject(value), `${what} is no object`);
  for (const name of Object.keys(value)) {
    demand(value[name] === undefined || allowed.includes(name), `${what}: unknown field ${name}`);
  }
}

export function demandBoolean(value: unknown, what: string): void {
  demand(value === undefined || typeof value === "boolean", `${what} is no boolean`);
}

export function demandInclude(include: unknown): void {
  if (include === undefined) return;
  demandFields(include, ["vector", "metadata"], "include");
  for (const part of Object.values(include as object)) demandBoolean(part, "include");
}

/** A number of entries asked for: at least 1, at most `limits.limit`. */
export function checkedCount(limits: Limits, value: unknown, standard: number): number {
  if (value === undefined) return standard;
  demand(Number.isSafeInteger(value) && (value as number) >= 1, "limit is no integer from 1");
  within(limits, "limit", value as number);
  return value as number;
}

export function checkedId(limits: Limits, id: unknown): string {
  demand(typeof id === "string" && id !== "" && id.isWellFormed(), "no well-formed id");
  within(limits, "idBytes", Buffer.byteLength(id));
  return id;
}

/** The version that an entry must have, 0 for none; undefined where that does not matter. */
export function demandVersion(version: unknown): asserts version is number | undefined {
  const isVersion = Number.isSafeInteger(version) && (version as number) >= 0;
  demand(version === undefined || isVersion, "ifVersion is an integer from 0");
}

/** The numbers as float32. */
export function checkedVector(input: unknown, dimension?: number): Float32Array {
  const numbers = input instanceof Float32Array ? [...input] : input;
  demand(
    Array.isArray(numbers) && numbers.every((one) => typeof one === "number"),
    "a vector is a list of numbers",
  );
  demand(numbers.length > 0, "a vector is not empty");
  if (dimension !== undefined && numbers.length !== dimension) {
    const details = { expected: dimension, got: numbers.length };
    const sentence = `expected ${details.expected} dimensions, got ${details.got}`;
    refuse("DIMENSION_MISMATCH", sentence, details);
  }
  const vector = Float32Array.from(numbers);
  demand(vector.every(Number.isFinite), "a vector is finite");
  demand(Math.hypot(...vector) <= 1e18, "a norm is at most 1e18");
  return vector;
}

/** A copy of the metadata without undefined properties. */
export function checkedMetadata(limits: Limits, metadata: unknown): Metadata {
  if (metadata === undefined) return {};
  demand(isPlain(metadata), "metadata is an object");
  const copy = checkedValue(limits, metadata, 0) as Metadata;
  within(limits, "metadataBytes", Buffer.byteLength(JSON.stringify(copy, bytesAsText)));
  return copy;
}

function checkedValue(limits: Limits, value: unknown, depth: number): MetadataValue {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") {
    demand(value.isWellFormed(), "text is well-formed");
    return value;
  }
  if (typeof value === "number") {
    demand(Number.isFinite(value), "numbers are finite");
    return value;
  }
  if (value instanceof Date) {
    demand(!Number.isNaN(value.getTime()), "dates are valid");
    return new Date(value);
  }
  if (value instanceof Uint8Array) return new Uint8Array(value);
  within(limits, "metadataDepth", depth + 1);
  if (Array.isArray(value)) return value.map((one) => checkedValue(limits, one, depth + 1));
  demand(isPlain(value), `${typeof value} cannot be kept`);
  const kept = Object.entries(value).filter(([, one]) => one !== undefined);
  for (const [name] of kept) {
    demand(name !== "" && !name.startsWith("$") && name.isWellFormed(), "no name of a field");
  }
  return Object.fromEntries(
    kept.map(([name, one]) => [name, checkedValue(limits, one, depth + 1)]),
  );
}

/** Refuses what is no predicate. */
export function checkWhere(limits: Limits, where: unknown): void {
  const terms = countTerms(limits, where, 1);
  within(limits, "predicateTerms", terms);
}

function countTerms(limits: Limits, where: unknown, depth: number): number {
  demand(isPlain(where), "a predicate is an object");
  within(limits, "metadataDepth", depth);
  let terms = 0;
  for (const [name, condition] of Object.entries(where)) {
    demand(condition !== undefined, `${name} is undefined`);
    if (name === "$not") terms += countTerms(limits, condition, depth + 1);
    else if (name === "$and" || name === "$or") {
      demand(Array.isArray(condition), `${name} takes a list`);
      for (const one of condition) terms += countTerms(limits, one, depth + 1);
    } else {
      demand(name !== "" && !name.startsWith("$"), `${name} is no operator here`);
      terms += countConditions(limits, condition);
    }
  }
  return terms;
}

function countConditions(limits: Limits, condition: unknown): number {
  if (!isObject(condition)) {
    checkedValue(limits, condition, 0);
    return 1;
  }
  demand(isPlain(condition), "an operand is a value");
  let terms = 0;
  for (const [operator, operand] of Object.entries(condition)) {
    demand(operandIsRight(operator, operand), `${operator} with a wrong operand`);
    checkedValue(limits, operand, 0);
    terms += Array.isArray(operand) ? 1 + operand.length : 1;
  }
  return terms;
}

function operandIsRight(operator: string, operand: unknown): boolean {
  if (["$eq", "$ne", "$contains"].includes(operator)) return operand !== undefined;
  if (["$in", "$nin"].includes(operator)) return Array.isArray(operand);
  if (["$gt", "$gte", "$lt", "$lte"].includes(operator)) {
    return ["number", "string"].includes(typeof operand) || operand instanceof Date;
  }
  if (operator === "$exists") return typeof operand === "boolean";
  return operator === "$startsWith" && typeof operand === "string";
}

export function isPlain(value: unknown): value is { [name: string]: unknown } {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function bytesAsText(_name: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value;
}

export function demandVectors(place: unknown): void {
  demand(place === "memory" || place === "disk", 'vectors is "memory" or "disk"');
}

export function demandTtl(ttlMs: unknown): asserts ttlMs is number {
  const isWhole = Number.isSafeInteger(ttlMs) && (ttlMs as number) >= 1;
  demand(isWhole && (ttlMs as number) < 2 ** 48, "ttlMs is an integer from 1, below 2^48");
}

export function demandMetric(metric: unknown): void {
  demand(["cosine", "euclidean", "dot"].includes(metric as string), "no such metric");
}

export function demandNamespace(name: unknown): void {
  demand(typeof name === "string" && /^[A-Za-z0-9_.-]{1,128}$/.test(name), "no namespace");
}

export function demandStoreName(name: unknown): asserts name is string {
  demand(typeof name === "string", "a store's name is text");
  const parts = name.split("/");
  demand(parts.length <= 2, "a store's name has at most one slash");
  for (const part of parts) demandNamespace(part);
}
