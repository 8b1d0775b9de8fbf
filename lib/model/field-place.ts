import { isObjectValue, type ObjectValue } from "./equal-values.js";
import type { MetadataValue } from "./metadata.js";

/**
 * The ways in which a dotted name leads into metadata.
 *
 * The name is tried as it stands first, then split at its dots: the part before a dot names an
 * object, the part after it is found there in the same way. Of several splits the one with the
 * longest part before the dot comes first, and one that leads nowhere gives way to the next. So
 * "a.b.c" is the field "a.b.c", else "c" of "a.b", else "b.c" of "a", else "c" of "b" of "a".
 * Only own fields of objects count; paths do not enter arrays.
 *
 * However the names in the metadata are chosen, no object in it is looked at twice: the fields
 * that lead to it give one part of the name, always the same.
 */
export interface FieldPlace {
  /** What is left of the name here: tried whole, then in each split. */
  readonly whole: string;
  readonly splits: { readonly head: string; readonly rest: FieldPlace }[];
}

/** One place for every part of the name behind a dot, shared by the splits that lead there. */
export function fieldPlace(name: string): FieldPlace {
  const parts = name.split(".");
  const places = parts.map((_, i): FieldPlace => {
    return { whole: parts.slice(i).join("."), splits: [] };
  });
  for (const [start, place] of places.entries()) {
    for (let end = parts.length - 1; end > start; end--) {
      place.splits.push({ head: parts.slice(start, end).join("."), rest: places[end] });
    }
  }
  return places[0];
}

/** The object that holds the field, and the field's name there; undefined where there is no such field. */
export function holderOf(
  fields: ObjectValue,
  { whole, splits }: FieldPlace,
): { readonly holder: ObjectValue; readonly name: string } | undefined {
  if (ownField(fields, whole) !== undefined) return { holder: fields, name: whole };
  for (const { head, rest } of splits) {
    const inner = ownField(fields, head);
    if (inner === undefined || !isObjectValue(inner)) continue;
    const found = holderOf(inner, rest);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function ownField(fields: ObjectValue, name: string): MetadataValue | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}
