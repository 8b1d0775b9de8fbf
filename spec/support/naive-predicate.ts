import type { Metadata, MetadataValue } from "../../lib/model/metadata.js";
import type { Where } from "../../lib/model/where.js";

/** Whether the metadata answers the predicate, read off the rules one by one. The predicate was checked. */
export function naivelyMatches(where: Where, metadata: Metadata): boolean {
  return Object.entries(where).every(([name, condition]) => {
    if (name === "$and")
      return (condition as Where[]).every((one) => naivelyMatches(one, metadata));
    if (name === "$or") return (condition as Where[]).some((one) => naivelyMatches(one, metadata));
    if (name === "$not") return !naivelyMatches(condition as Where, metadata);
    return holds(fieldOf(metadata, name), condition as MetadataValue);
  });
}

/** Whether the predicate holds, or does not, whatever the metadata; undefined where that depends. */
export function constantOf(where: Where): boolean | undefined {
  return every(
    Object.entries(where).map(([name, condition]) => {
      if (name === "$and") return every((condition as Where[]).map(constantOf));
      if (name === "$or")
        return negated(every((condition as Where[]).map(constantOf).map(negated)));
      if (name === "$not") return negated(constantOf(condition as Where));
      if (!isObject(condition)) return undefined;
      return every(
        Object.entries(condition).map(([operator, operand]) => {
          if (!Array.isArray(operand) || operand.length > 0) return undefined;
          return { $in: false, $nin: true }[operator];
        }),
      );
    }),
  );
}

function every(parts: (boolean | undefined)[]): boolean | undefined {
  if (parts.includes(false)) return false;
  return parts.includes(undefined) ? undefined : true;
}

function negated(part: boolean | undefined): boolean | undefined {
  return part === undefined ? undefined : !part;
}

/** The name as it stands first, then split at its dots; paths do not enter arrays, dates or bytes. */
function fieldOf(metadata: Metadata, name: string): MetadataValue | undefined {
  if (Object.hasOwn(metadata, name)) return metadata[name];
  let value: MetadataValue | undefined = metadata;
  for (const part of name.split(".")) {
    if (!isObject(value) || !Object.hasOwn(value, part)) return undefined;
    value = (value as Metadata)[part];
  }
  return value;
}

function holds(value: MetadataValue | undefined, condition: MetadataValue): boolean {
  if (!isObject(condition)) return equal(value, condition);
  return Object.entries(condition).every(([operator, operand]) =>
    operatorHolds(operator, value, operand),
  );
}

function operatorHolds(
  operator: string,
  value: MetadataValue | undefined,
  operand: MetadataValue,
): boolean {
  switch (operator) {
    case "$eq":
      return equal(value, operand);
    case "$ne":
      return !equal(value, operand);
    case "$in":
      return (operand as MetadataValue[]).some((one) => equal(value, one));
    case "$nin":
      return !(operand as MetadataValue[]).some((one) => equal(value, one));
    case "$gt":
      return ordered(value, operand, (order) => order > 0);
    case "$gte":
      return ordered(value, operand, (order) => order >= 0);
    case "$lt":
      return ordered(value, operand, (order) => order < 0);
    case "$lte":
      return ordered(value, operand, (order) => order <= 0);
    case "$exists":
      return (value !== undefined) === operand;
    case "$startsWith":
      return typeof value === "string" && value.startsWith(operand as string);
    case "$contains":
      return Array.isArray(value) && value.some((one) => equal(one, operand));
    default:
      throw new Error(`${operator} should have been refused`);
  }
}

/** Strict in type, and deep. */
function equal(a: MetadataValue | undefined, b: MetadataValue | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return a === b;
  if (a instanceof Date || b instanceof Date) {
    return a instanceof Date && b instanceof Date && a.getTime() === b.getTime();
  }
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((one, i) => equal(one, b[i]));
  }
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every(
    (name) => Object.hasOwn(b, name) && equal((a as Metadata)[name], (b as Metadata)[name]),
  );
}

/** Ranges hold within one type. */
function ordered(
  value: MetadataValue | undefined,
  operand: MetadataValue,
  answer: (order: number) => boolean,
): boolean {
  if (typeof value === "number" && typeof operand === "number") return answer(value - operand);
  if (typeof value === "string" && typeof operand === "string") {
    return answer(Buffer.compare(Buffer.from(value), Buffer.from(operand)));
  }
  if (value instanceof Date && operand instanceof Date) {
    return answer(value.getTime() - operand.getTime());
  }
  return false;
}

export function isObject(value: unknown): value is { [name: string]: unknown } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return !(value instanceof Date) && !(value instanceof Uint8Array);
}
