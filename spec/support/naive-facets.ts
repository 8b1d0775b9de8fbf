import type { Facet } from "../../lib/model/answers.js";
import type { Limits } from "../../lib/model/limits.js";
import type { Metadata, MetadataValue } from "../../lib/model/metadata.js";
import type { Kinds } from "../../lib/model/query.js";
import { checkedCount } from "./naive-checks.js";
import { demandIndexes } from "./naive-field-indexes.js";
import { lookUp, spell } from "./naive-predicate.js";

/** The facets that the query asks for. */
export function facetsAsked(
  limits: Limits,
  { field, limit }: Kinds["facets"]["ask"],
  matching: readonly { metadata: Metadata }[],
): Facet[] {
  demandIndexes(limits, [field]);
  return naiveFacets(matching, field).slice(0, checkedCount(limits, limit, 100));
}

/** The values of a field, each with how many have it: the commonest first. */
export function naiveFacets(all: readonly { metadata: Metadata }[], field: string): Facet[] {
  const counts = new Map<string, { value: MetadataValue; count: number }>();
  for (const { metadata } of all) {
    const value = lookUp(field, metadata);
    const values = Array.isArray(value) ? value : value === undefined ? [] : [value];
    const once = new Map(values.map((one: MetadataValue) => [spell(one), one]));
    for (const [text, one] of once) {
      const facet = counts.get(text) ?? { value: one, count: 0 };
      counts.set(text, { value: facet.value, count: facet.count + 1 });
    }
  }
  return [...counts.values()].sort(
    (a, b) => b.count - a.count || naiveOrder(a.value, b.value) || byText(a.value, b.value),
  );
}

/** Orders values as `sort` does; what is missing is behind all. */
export function naiveOrder(
  a: MetadataValue | undefined,
  b: MetadataValue | undefined,
  descending = false,
): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const turned = descending ? -1 : 1;
  const types = typePlace(a) - typePlace(b);
  if (types !== 0) return turned * types;
  if (typeof a === "string") {
    return turned * Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  }
  const isNumeric = typeof a === "number" || a instanceof Date;
  return isNumeric ? turned * Math.sign(Number(a) - Number(b)) : 0;
}

function typePlace(value: MetadataValue): number {
  return (
    [
      value === null,
      value === false,
      value === true,
      typeof value === "number",
      typeof value === "string",
      value instanceof Date,
      value instanceof Uint8Array,
      Array.isArray(value),
    ].indexOf(true) >>> 0
  );
}

function byText(a: MetadataValue, b: MetadataValue): number {
  return Buffer.compare(Buffer.from(textOf(a)), Buffer.from(textOf(b)));
}

function textOf(value: MetadataValue): string {
  if (value instanceof Date) return `@${Number(value)}`;
  if (value instanceof Uint8Array) {
    return `x${[...value].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }
  if (Array.isArray(value)) return `[${value.map(textOf).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, one]) => `${JSON.stringify(name)}:${textOf(one)}`).join(",")}}`;
}
