import type { MetadataValue } from "./metadata.js";

/**
 * Equality of metadata, strict in type and deep: dates by their time, bytes by their content,
 * arrays in order, objects whatever the order of their fields.
 */
export function equalValues(a: MetadataValue, b: MetadataValue): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a instanceof Date) return b instanceof Date && a.getTime() === b.getTime();
  if (a instanceof Uint8Array) return b instanceof Uint8Array && equalBytes(a, b);
  if (Array.isArray(a)) return Array.isArray(b) && equalArrays(a, b);
  return isObjectValue(b) && equalFields(a as ObjectValue, b);
}

/** Whether the value is an object with fields: no array, date or bytes. */
export function isObjectValue(value: MetadataValue): value is ObjectValue {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  );
}

export type ObjectValue = { readonly [name: string]: MetadataValue };

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function equalArrays(a: readonly MetadataValue[], b: readonly MetadataValue[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!equalValues(a[i], b[i])) return false;
  return true;
}

function equalFields(a: ObjectValue, b: ObjectValue): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && equalValues(a[name], b[name]));
}
