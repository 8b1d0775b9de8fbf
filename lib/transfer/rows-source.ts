import type { Limits } from "../model/limits.js";
import { parseLine } from "./entry-line.js";
import type { GivenEntry } from "./item.js";
import { type Bytes, LineSource, type ToItems } from "./line-source.js";
import { lineError } from "./transfer-error.js";

/** Which fields of a foreign row are the id and the vector; all others are its metadata. */
export interface RowFields {
  /** Undefined: the id is what the vector gives. */
  readonly idField: string | undefined;
  readonly vectorField: string;
}

/** Rows of another database as JSON lines, such as a LanceDB table. */
export function rowsSource(bytes: Bytes, fields: RowFields, limits: Limits): LineSource {
  const toItems: ToItems = async function* (lines, from) {
    for await (const { number, text } of lines) {
      if (number < from) continue;
      yield { line: number, entry: rowToEntry(parseLine(text, number), fields, number) };
    }
  };
  return new LineSource(bytes, limits, toItems);
}

/** The entry that a row becomes. @throws INVALID_ARGUMENT where it has no such vector or id */
export function rowToEntry(
  row: Readonly<Record<string, unknown>>,
  { idField, vectorField }: RowFields,
  line: number,
): GivenEntry {
  for (const field of [idField, vectorField]) {
    if (field === undefined || Object.hasOwn(row, field)) continue;
    const names = Object.keys(row).slice(0, 20).join(", ").slice(0, 300);
    throw lineError(line, `expected the field ${JSON.stringify(field)}, got ${names}`);
  }
  // Not by assignment, which would take "__proto__" for the prototype.
  const metadata = Object.fromEntries(
    Object.entries(row).filter(([name]) => name !== idField && name !== vectorField),
  );
  const vector = row[vectorField];
  if (idField === undefined) return { vector, metadata };
  const id = row[idField];
  return { id: Number.isSafeInteger(id) ? String(id) : id, vector, metadata };
}
