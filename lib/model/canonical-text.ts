import { isObjectValue } from "./equal-values.js";
import type { MetadataValue } from "./metadata.js";

/** A text that equal values have, and no others. */
export function canonicalText(value: MetadataValue): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return String(value);
  if (typeof value !== "object" || value === null) return `${value}`;
  if (value instanceof Date) return `@${value.getTime()}`;
  if (value instanceof Uint8Array) return `x${hexOf(value)}`;
  if (isObjectValue(value)) {
    const names = Object.keys(value).sort();
    const fields = names.map((name) => `${JSON.stringify(name)}:${canonicalText(value[name])}`);
    return `{${fields.join(",")}}`;
  }
  return `[${value.map(canonicalText).join(",")}]`;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
