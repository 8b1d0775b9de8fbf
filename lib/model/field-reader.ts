import { fieldPlace, holderOf, ownField } from "./field-place.js";
import type { Metadata, MetadataValue } from "./metadata.js";

export type FieldReader = (metadata: Metadata) => MetadataValue | undefined;

/** A function that finds the field of a dotted name, as `FieldPlace` says; undefined where there is none. */
export function fieldReader(name: string): FieldReader {
  if (!name.includes(".")) return (metadata) => ownField(metadata, name);
  const place = fieldPlace(name);
  return (metadata) => {
    const found = holderOf(metadata, place);
    return found?.holder[found.name];
  };
}
