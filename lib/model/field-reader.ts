import { isObjectValue, type ObjectValue } from "./equal-values.js";
import type { Metadata, MetadataValue } from "./metadata.js";

export type FieldReader = (metadata: Metadata) => MetadataValue | undefined;

/**
 * A function that finds the field of a dotted name; undefined where there is none.
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
export function fieldReader(name: string): FieldReader {
  if (!name.includes(".")) return (metadata) => ownField(metadata, name);
  const place = placesOf(name);
  return (metadata) => read(metadata, place);
}

/** What is left of a dotted name somewhere on the way: tried whole, then in each split. */
interface Place {
  readonly whole: string;
  readonly splits: { readonly head: string; readonly rest: Place }[];
}

/** One place for every part of the name behind a dot, shared by the splits that lead there. */
function placesOf(name: string): Place {
  const parts = name.split(".");
  const places = parts.map((_, i): Place => ({ whole: parts.slice(i).join("."), splits: [] }));
  for (const [start, place] of places.entries()) {
    for (let end = parts.length - 1; end > start; end--) {
      place.splits.push({ head: parts.slice(start, end).join("."), rest: places[end] });
    }
  }
  return places[0];
}

function read(fields: ObjectValue, place: Place): MetadataValue | undefined {
  const whole = ownField(fields, place.whole);
  if (whole !== undefined) return whole;
  for (const { head, rest } of place.splits) {
    const inner = ownField(fields, head);
    if (inner === undefined || !isObjectValue(inner)) continue;
    const found = read(inner, rest);
    if (found !== undefined) return found;
  }
  return undefined;
}

function ownField(fields: ObjectValue, name: string): MetadataValue | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}
