import { compareOrdered, orderedType } from "./compare-ordered.js";
import { equalValues } from "./equal-values.js";
import { fieldReader } from "./field-reader.js";
import type { Metadata, MetadataValue } from "./metadata.js";
import type { FieldPredicate, Predicate, RangePredicate } from "./predicate.js";

/** Whether the predicate holds for the metadata; compiled on first sight of the predicate. */
export function matches(predicate: Predicate, metadata: Metadata): boolean {
  let matcher = matchers.get(predicate);
  if (matcher === undefined) {
    matcher = compilePredicate(predicate);
    matchers.set(predicate, matcher);
  }
  return matcher(metadata);
}

/** A function that answers the predicate for one metadata after the other, as `matches` does. */
export function compilePredicate(predicate: Predicate): Matcher {
  switch (predicate.kind) {
    case "all":
      return () => true;
    case "none":
      return () => false;
    case "and":
      return every(predicate.members.map(compilePredicate));
    case "or":
      return some(predicate.members.map(compilePredicate));
    case "not": {
      const member = compilePredicate(predicate.member);
      return (metadata) => !member(metadata);
    }
    default:
      return compileField(predicate);
  }
}

export type Matcher = (metadata: Metadata) => boolean;

/** A missing field answers every question about it with no. */
function compileField(predicate: FieldPredicate): Matcher {
  const read = fieldReader(predicate.field);
  const test = compileTest(predicate);
  return (metadata) => {
    const value = read(metadata);
    return value !== undefined && test(value);
  };
}

type Test = (value: MetadataValue) => boolean;

function compileTest(predicate: FieldPredicate): Test {
  switch (predicate.kind) {
    case "exists":
      return () => true;
    case "equal":
      return compileEqual(predicate.value);
    case "in":
      return compileIn(predicate.values);
    case "range":
      return compileRange(predicate);
    case "prefix": {
      // Of well-formed texts this is the same as comparing their UTF-8 bytes.
      const { prefix } = predicate;
      return (value) => typeof value === "string" && value.startsWith(prefix);
    }
    case "contains": {
      const equal = compileEqual(predicate.value);
      return (value) => Array.isArray(value) && value.some(equal);
    }
  }
}

function compileEqual(operand: MetadataValue): Test {
  if (isPrimitive(operand)) return (value) => value === operand;
  return (value) => equalValues(operand, value);
}

function compileIn(operands: readonly MetadataValue[]): Test {
  const primitives = new Set(operands.filter(isPrimitive));
  const others = operands.filter((operand) => !isPrimitive(operand));
  if (others.length === 0) return (value) => primitives.has(value);
  return (value) => primitives.has(value) || others.some((operand) => equalValues(operand, value));
}

function compileRange({ lower, upper }: RangePredicate): Test {
  const type = orderedType((lower ?? upper)?.value);
  if (type === "string") return compileTextRange(lower, upper);
  const least = lower === undefined ? Number.NEGATIVE_INFINITY : Number(lower.value);
  const most = upper === undefined ? Number.POSITIVE_INFINITY : Number(upper.value);
  const fromLeast = lower?.inclusive ?? true;
  const toMost = upper?.inclusive ?? true;
  const inside = (value: number): boolean =>
    (value > least || (fromLeast && value === least)) &&
    (value < most || (toMost && value === most));
  return type === "number"
    ? (value) => typeof value === "number" && inside(value)
    : (value) => value instanceof Date && inside(value.getTime());
}

function compileTextRange(lower: RangePredicate["lower"], upper: RangePredicate["upper"]): Test {
  return (value) => {
    if (typeof value !== "string") return false;
    if (lower !== undefined) {
      const order = compareOrdered(value, lower.value);
      if (order < 0 || (order === 0 && !lower.inclusive)) return false;
    }
    if (upper === undefined) return true;
    const order = compareOrdered(value, upper.value);
    return order < 0 || (order === 0 && upper.inclusive);
  };
}

function every(members: readonly Matcher[]): Matcher {
  const [first, second] = members;
  if (members.length === 2) return (metadata) => first(metadata) && second(metadata);
  return (metadata) => {
    for (const member of members) if (!member(metadata)) return false;
    return true;
  };
}

function some(members: readonly Matcher[]): Matcher {
  const [first, second] = members;
  if (members.length === 2) return (metadata) => first(metadata) || second(metadata);
  return (metadata) => {
    for (const member of members) if (member(metadata)) return true;
    return false;
  };
}

/** Equal only to themselves. */
function isPrimitive(value: MetadataValue): boolean {
  return typeof value !== "object" || value === null;
}

const matchers: WeakMap<Predicate, Matcher> = new WeakMap();
