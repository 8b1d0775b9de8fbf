import { type FieldPlace, fieldPlace, holderOf } from "./field-place.js";
import type { Metadata, MetadataValue } from "./metadata.js";

/**
 * A function that gives metadata as it is when the named fields are taken away and `fields` are set by their
 * top-level names. It uses up what it is given; what it gives shares values with `fields`.
 */
export function metadataPatcher(
  fields: Metadata,
  remove: readonly string[],
): (metadata: Metadata) => Metadata {
  const places = remove.map(fieldPlace);
  return (metadata) => {
    for (const place of places) removeField(metadata, place);
    return { ...metadata, ...fields };
  };
}

function removeField(metadata: Metadata, place: FieldPlace): void {
  const found = holderOf(metadata, place);
  if (found === undefined) return;
  delete (found.holder as { [name: string]: MetadataValue })[found.name];
}
