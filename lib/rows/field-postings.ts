import { type FieldReader, fieldReader } from "../model/field-reader.js";
import type { Metadata, MetadataValue } from "../model/metadata.js";
import { postingParts } from "./posting-rows.js";
import { termOf } from "./value-terms.js";

/** What an index of the field keeps of metadata: each part and term once, as one text. */
export type FieldPostings = (metadata: Metadata) => readonly string[];

/** The one for a field, which is made once. */
export function fieldPostings(field: string): FieldPostings {
  let postings = made.get(field);
  if (postings === undefined) {
    const read = fieldReader(field);
    postings = (metadata) => postingsOf(read, metadata);
    if (made.size >= madeMax) made.clear();
    made.set(field, postings);
  }
  return postings;
}

/** Whether the value is a vector rather than something that anybody asks for: a long list of nothing but numbers. */
export function isVectorLike(value: MetadataValue | undefined): boolean {
  if (!Array.isArray(value) || value.length < vectorLength) return false;
  return value.every((element) => typeof element === "number");
}

function postingsOf(read: FieldReader, metadata: Metadata): readonly string[] {
  const value = read(metadata);
  if (value === undefined) return none;
  const own = postingParts.value + termOf(value).text;
  const { there, long } = postingParts;
  if (!Array.isArray(value)) return [there, own];
  if (value.length > elementsMax) return [there, own, long];
  const elements = new Set<string>();
  for (const element of value as readonly MetadataValue[]) {
    elements.add(postingParts.element + termOf(element).text);
  }
  return [there, own, ...elements];
}

const none: readonly string[] = [];
/** Of a longer list the elements are not told, but that it is long: who asks for one looks into the entry. */
const elementsMax = 256;
/** Lists of tags are shorter, and most vectors are longer. */
const vectorLength = 64;
const made: Map<string, FieldPostings> = new Map();
const madeMax = 10_000;
