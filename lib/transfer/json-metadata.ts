import { describe } from "../model/describe.js";
import type { Metadata } from "../model/metadata.js";
import { lineError } from "./transfer-error.js";

/**
 * Metadata as plain JSON: a Date is `{"$date": "2024-02-29T00:00:00.000Z"}`, bytes are
 * `{"$bytes": "AAEC"}` in base64. No name of a field begins with `$`, so nothing else looks like
 * these. What holds neither is given back as it is.
 */
export function metadataToJson(metadata: Metadata): unknown {
  return toJson(metadata);
}

/**
 * The metadata that `metadataToJson` made this JSON of. It is changed in place; what is no metadata
 * for other reasons is left for the check of the entry.
 *
 * @throws INVALID_ARGUMENT for an object with a name that begins with `$` and is neither of the two,
 *   or whose text is no date or no base64
 */
export function metadataFromJson(json: unknown, depthMax: number): unknown {
  return fromJson(json, "metadata", depthMax + 1);
}

function toJson(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return { $date: value.toISOString() };
  if (value instanceof Uint8Array) return { $bytes: base64(value) };
  if (Array.isArray(value)) {
    const elements = value.map(toJson);
    return elements.some((element, i) => element !== value[i]) ? elements : value;
  }
  const fields = Object.entries(value).map(([name, field]) => [name, toJson(field)] as const);
  const same = fields.every(([name, field]) => field === (value as Metadata)[name]);
  // Not by assignment, which would take "__proto__" for the prototype.
  return same ? value : Object.fromEntries(fields);
}

function fromJson(json: unknown, path: string, depth: number): unknown {
  // Deeper than any limit: the check of the entry refuses it without our help.
  if (typeof json !== "object" || json === null || depth === 0) return json;
  if (Array.isArray(json)) {
    for (let i = 0; i < json.length; i++) json[i] = fromJson(json[i], `${path}[${i}]`, depth - 1);
    return json;
  }
  const fields = json as Record<string, unknown>;
  for (const name of Object.keys(fields)) {
    if (name.startsWith("$")) return special(fields, name, path);
    const field = fields[name];
    if (typeof field !== "object" || field === null) continue;
    const value = fromJson(field, `${path}.${name}`, depth - 1);
    if (value !== field) fields[name] = value;
  }
  return fields;
}

function special(fields: Record<string, unknown>, name: string, path: string): Date | Uint8Array {
  const text = fields[name];
  if (Object.keys(fields).length === 1 && typeof text === "string") {
    if (name === "$date" && isoDate.test(text)) {
      const date = new Date(text);
      if (!Number.isNaN(date.getTime())) return date;
    }
    if (name === "$bytes") {
      const bytes = Buffer.from(text, "base64");
      if (bytes.toString("base64") === text) return new Uint8Array(bytes);
    }
  }
  const expected = `{"$date": an ISO 8601 date in UTC} or {"$bytes": base64}`;
  const got = Object.hasOwn(specials, name) ? `${name} with ${describe(text)}` : name.slice(0, 100);
  throw lineError(undefined, `${path}: expected ${expected}, got ${got}`);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

const specials = { $date: true, $bytes: true };
/** Without a time it is midnight in UTC; with one it says where. */
const isoDate =
  /^(?:\d{4}|[+-]\d{6})-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/;
