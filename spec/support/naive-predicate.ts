import type { Metadata, MetadataValue } from "../../lib/model/metadata.js";
import type { Where } from "../../lib/model/where.js";

/**
 * Answers a `where` as callers write it, straight from the rules and with no thought of speed:
 * the oracle of the compiled predicates. It expects a `where` that is well-formed.
 */
export function holds(where: object, metadata: Metadata): boolean {
  for (const [name, asked] of Object.entries(where)) {
    if (name === "$and") {
      if (asked.some((member: object) => !holds(member, metadata))) return false;
    } else if (name === "$or") {
      if (!asked.some((member: object) => holds(member, metadata))) return false;
    } else if (name === "$not") {
      if (holds(asked, metadata)) return false;
    } else if (!fieldHolds(asked, lookUp(name, metadata))) {
      return false;
    }
  }
  return true;
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

/** All fields at all depths with the names that lead to them; the one to take is the first. */
export function lookUp(name: string, metadata: Metadata): MetadataValue | undefined {
  const found = walk(metadata, []).filter(({ names }) => names.join(".") === name);
  found.sort((a, b) => compareLengths(a.names, b.names));
  return found[0]?.value;
}

interface Found {
  readonly names: readonly string[];
  readonly value: MetadataValue;
}

function walk(fields: Metadata, above: readonly string[]): Found[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    const names = [...above, name];
    const inner = typeOf(value) === "object" ? walk(value as Metadata, names) : [];
    return [{ names, value }, ...inner];
  });
}

/** At the first name where two ways differ, the longer name wins. */
function compareLengths(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((name, i) => name !== b[i]);
  return at < 0 ? 0 : b[at].length - a[at].length;
}

function fieldHolds(asked: unknown, value: MetadataValue | undefined): boolean {
  if (typeOf(asked) !== "object") return value !== undefined && spell(value) === spell(asked);
  return Object.entries(asked as object).every(([operator, operand]) =>
    operatorHolds(operator, operand, value),
  );
}

function operatorHolds(
  operator: string,
  operand: MetadataValue,
  value: MetadataValue | undefined,
): boolean {
  const among = (list: MetadataValue) =>
    value !== undefined && (list as MetadataValue[]).map(spell).includes(spell(value));
  switch (operator) {
    case "$eq":
      return among([operand]);
    case "$ne":
      return !among([operand]);
    case "$in":
      return among(operand);
    case "$nin":
      return !among(operand);
    case "$exists":
      return (value !== undefined) === operand;
    case "$startsWith":
      return typeof value === "string" && utf8(value).startsWith(utf8(operand as string));
    case "$contains":
      return Array.isArray(value) && value.map(spell).includes(spell(operand));
  }
  const order = compare(value, operand);
  if (order === undefined) return false;
  if (order === 0) return operator.endsWith("e");
  return operator.startsWith("$g") ? order > 0 : order < 0;
}

/** Undefined where the two are not of one type that has an order. */
function compare(a: MetadataValue | undefined, b: MetadataValue): number | undefined {
  if (typeOf(a) !== typeOf(b)) return undefined;
  if (typeof a === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  if (typeof a === "number" || a instanceof Date) return Math.sign(Number(a) - Number(b));
  return undefined;
}

/** The same text for equal values only: every value with its type, fields sorted by name. */
export function spell(value: unknown): string {
  switch (typeOf(value)) {
    case "Date":
      return `Date ${(value as Date).getTime()}`;
    case "bytes":
      return `bytes ${[...(value as Uint8Array)].join()}`;
    case "array":
      return `[${(value as unknown[]).map(spell).join()}]`;
    case "object": {
      const names = Object.keys(value as object).sort();
      const fields = value as { readonly [name: string]: unknown };
      return `{${names.map((name) => `${JSON.stringify(name)}:${spell(fields[name])}`).join()}}`;
    }
    default:
      return `${typeof value} ${JSON.stringify(value)}`;
  }
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (value instanceof Date) return "Date";
  if (value instanceof Uint8Array) return "bytes";
  return typeof value;
}

function utf8(text: string): string {
  return Buffer.from(text).toString("latin1");
}

function every(parts: (boolean | undefined)[]): boolean | undefined {
  if (parts.includes(false)) return false;
  return parts.includes(undefined) ? undefined : true;
}

function negated(part: boolean | undefined): boolean | undefined {
  return part === undefined ? undefined : !part;
}

export function isObject(value: unknown): value is { [name: string]: unknown } {
  return typeOf(value) === "object";
}
