import { checkFieldName } from "./check-field-name.js";
import { describe } from "./describe.js";
import { AhnlichError } from "./errors.js";
import { failAt } from "./fail-at.js";
import type { Limits } from "./limits.js";
import { textBytes } from "./text.js";

/**
 * The fields of which a new store has indexes, each named once.
 *
 * @throws INVALID_ARGUMENT, LIMIT_EXCEEDED for more than 64
 */
export function checkIndexes(indexes: unknown, limits: Limits): readonly string[] {
  if (indexes === undefined) return [];
  if (!Array.isArray(indexes)) failAt("indexes", `expected an array, got ${describe(indexes)}`);
  checkCount(indexes.length);
  const fields = Array.from(indexes, (field, i) => checkIndexed(field, limits, `indexes[${i}]`));
  const twice = fields.findIndex((field, i) => fields.indexOf(field) < i);
  if (twice >= 0) failAt(`indexes[${twice}]`, "the field is named twice");
  return fields;
}

/** The name of a field that is to have an index, or has one. @throws INVALID_ARGUMENT, LIMIT_EXCEEDED */
export function checkIndexed(field: unknown, limits: Limits, path: string): string {
  if (typeof field !== "string") failAt(path, `expected a field's name, got ${describe(field)}`);
  if (field.length <= nameBytesMax) checkFieldName(field, limits, path, path);
  const bytes = textBytes(field);
  if (bytes > nameBytesMax) {
    const sentence = `${path}: ${bytes} bytes of a field's name are above ${nameBytesMax}`;
    const details = { limit: "fieldBytes", bound: nameBytesMax, got: bytes };
    throw new AhnlichError("LIMIT_EXCEEDED", sentence, { details });
  }
  if (field.startsWith("$")) failAt(path, "no field's name begins with $");
  return field;
}

function checkCount(count: number): void {
  if (count <= indexesMax) return;
  const sentence = `indexes: ${count} is above ${indexesMax}`;
  const details = { limit: "indexes", bound: indexesMax, got: count };
  throw new AhnlichError("LIMIT_EXCEEDED", sentence, { details });
}

/** Indexes of one store; each costs every write something. */
export const indexesMax = 64;
const nameBytesMax = 512;
