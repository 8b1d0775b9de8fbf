import { checkFieldName } from "./check-field-name.js";
import { allOf, anyOf, negate } from "./combine-predicates.js";
import { copyValue } from "./copy-value.js";
import { describe } from "./describe.js";
import { failAt } from "./fail-at.js";
import { checkLimit, type Limits } from "./limits.js";
import type { MetadataValue } from "./metadata.js";
import { isRangeOperator, parseRange, type RangeOperands } from "./parse-range.js";
import { isPlainObject, namesOf } from "./plain-object.js";
import type { Predicate } from "./predicate.js";

/**
 * The predicate that a caller's `where` means, sharing nothing with it. Every condition counts as
 * one term, and so does every operand of `$in` and `$nin`, every member of `$and`, `$or`, `$not`.
 *
 * @throws INVALID_ARGUMENT with the path of what is no predicate: an unknown or misplaced
 * operator, no operator at all, `undefined`, an operand of the wrong type.
 * @throws LIMIT_EXCEEDED for more than `limits.predicateTerms` terms, for more than
 * `limits.metadataDepth` levels of `$and`, `$or` and `$not` or parts of a dotted name.
 */
export function parsePredicate(where: unknown, limits: Limits): Predicate {
  return new PredicateParser(limits).parse(where, "where", 1);
}

class PredicateParser {
  readonly #limits: Limits;
  #terms = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** `depth` counts this object and the ones around it. */
  parse(where: unknown, path: string, depth: number): Predicate {
    checkLimit(this.#limits, "metadataDepth", depth, `${path}: nesting`);
    if (!isPlainObject(where)) failAt(path, `expected an object, got ${describe(where)}`);
    const members: Predicate[] = [];
    for (const name of namesOf(where, path)) {
      const given = where[name];
      const at = `${path}.${name}`;
      if (given === undefined) failAt(at, "undefined is no condition");
      const grouped = name.startsWith("$");
      members.push(grouped ? this.#group(name, given, at, depth) : this.#field(name, given, at));
    }
    return allOf(members);
  }

  #group(name: string, given: unknown, path: string, depth: number): Predicate {
    switch (name) {
      case "$and":
        return allOf(this.#members(given, path, depth));
      case "$or":
        return anyOf(this.#members(given, path, depth));
      case "$not":
        this.#count(1);
        return negate(this.parse(given, path, depth + 1));
      default:
        if (!operators.has(name)) failAt(path, `no such operator; there are ${groups.join(", ")}`);
        failAt(path, `an operator stands below a field: { field: { ${name}: ... } }`);
    }
  }

  #members(given: unknown, path: string, depth: number): Predicate[] {
    const list = this.#list(given, path);
    return list.map((member, i) => this.parse(member, `${path}[${i}]`, depth + 1));
  }

  #field(field: string, given: unknown, path: string): Predicate {
    checkFieldName(field, this.#limits, path, "where");
    if (!isPlainObject(given)) return this.#operator(field, "$eq", given, path);
    const names = namesOf(given, path);
    if (names.length === 0) failAt(path, "expected operators; an object is compared with $eq");
    const members: Predicate[] = [];
    const bounds: RangeOperands = {};
    for (const name of names) {
      const operand = given[name];
      const at = `${path}.${name}`;
      if (operand === undefined) failAt(at, "undefined is no operand");
      if (isRangeOperator(name)) {
        this.#count(1);
        bounds[name] = this.#value(operand, at);
      } else {
        members.push(this.#operator(field, name, operand, at));
      }
    }
    const range = parseRange(field, bounds, path);
    return allOf(range === undefined ? members : [...members, range]);
  }

  #operator(field: string, name: string, operand: unknown, path: string): Predicate {
    switch (name) {
      case "$eq":
        return this.#equal(field, operand, path);
      case "$ne":
        return negate(this.#equal(field, operand, path));
      case "$in":
        return this.#in(field, operand, path);
      case "$nin":
        return negate(this.#in(field, operand, path));
      case "$exists":
        return this.#exists(field, operand, path);
      case "$startsWith":
        return this.#prefix(field, operand, path);
      case "$contains":
        this.#count(1);
        return Object.freeze({ kind: "contains", field, value: this.#value(operand, path) });
      default:
        failOperator(name, path);
    }
  }

  #equal(field: string, operand: unknown, path: string): Predicate {
    this.#count(1);
    return Object.freeze({ kind: "equal", field, value: this.#value(operand, path) });
  }

  #in(field: string, operand: unknown, path: string): Predicate {
    this.#count(1);
    const list = this.#list(operand, path);
    if (list.length === 0) return anyOf([]);
    const values = list.map((value, i) => this.#value(value, `${path}[${i}]`));
    return Object.freeze({ kind: "in", field, values: Object.freeze(values) });
  }

  #exists(field: string, operand: unknown, path: string): Predicate {
    this.#count(1);
    if (typeof operand !== "boolean") failAt(path, `expected a boolean, got ${describe(operand)}`);
    const exists: Predicate = Object.freeze({ kind: "exists", field });
    return operand ? exists : negate(exists);
  }

  #prefix(field: string, operand: unknown, path: string): Predicate {
    this.#count(1);
    if (typeof operand !== "string") failAt(path, `expected a string, got ${describe(operand)}`);
    this.#value(operand, path);
    return Object.freeze({ kind: "prefix", field, prefix: operand });
  }

  /** Every member counted, before any is looked at; holes are seen as undefined. */
  #list(given: unknown, path: string): unknown[] {
    if (!Array.isArray(given)) failAt(path, `expected an array, got ${describe(given)}`);
    this.#count(given.length);
    return Array.from(given);
  }

  #value(operand: unknown, path: string): MetadataValue {
    return freeze(copyValue(operand, this.#limits, path, "refuse"));
  }

  #count(terms: number): void {
    this.#terms += terms;
    checkLimit(this.#limits, "predicateTerms", this.#terms, "where: terms");
  }
}

function failOperator(name: string, path: string): never {
  if (groups.includes(name)) {
    failAt(path, `${name} stands around fields, not below one: { ${name}: ... }`);
  }
  if (name.startsWith("$"))
    failAt(path, `no such operator; there are ${[...operators].join(", ")}`);
  const ask = `a nested field is asked by its dotted name ("a.b"), a whole object by $eq`;
  failAt(path, `an object here holds operators only; ${ask}`);
}

/** Dates and bytes cannot be frozen; they are ours alone all the same. */
function freeze(value: MetadataValue): MetadataValue {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date || value instanceof Uint8Array) return value;
  for (const element of Object.values(value)) freeze(element);
  return Object.freeze(value);
}

const groups: readonly string[] = ["$and", "$or", "$not"];
const operators: ReadonlySet<string> = new Set([
  "$eq",
  "$ne",
  "$in",
  "$nin",
  "$gt",
  "$gte",
  "$lt",
  "$lte",
  "$exists",
  "$startsWith",
  "$contains",
]);
