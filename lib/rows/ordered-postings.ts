import type { Snapshot } from "../persistence/persistence.js";
import {
  blockOfKey,
  blockOrdinals,
  keyBytes,
  keysFrom,
  partsOfKey,
  placesOf,
  postingOf,
  postingPrefix,
} from "./posting-rows.js";

/** Which postings are wanted, in which order. */
export interface PostingsSought {
  readonly incarnation: number;
  /** The index's number. */
  readonly index: number;
  /** One of `postingParts`. */
  readonly part: number;
  /** The terms with from <= term < to, as `termOf` gives them; all where they are not there. */
  readonly from?: string;
  readonly to?: string;
  readonly isDescending?: boolean;
}

/** Some ordinals that have a term. */
export interface OrderedPosting {
  readonly term: string;
  /** In their order; there is one at least. */
  ordinals(): readonly number[];
}

/**
 * The postings of a part of an index in the order of their terms, or the other way round. A term comes in several, one
 * behind the other, that have no ordinal in common and no order among them. Undefined is given between them where work
 * was done: others may have their turn.
 */
export function* orderedPostings(
  snapshot: Snapshot,
  { incarnation, index, part, from, to, isDescending }: PostingsSought,
): Generator<OrderedPosting | undefined, void, undefined> {
  const start = postingPrefix(incarnation, index) + String.fromCharCode(part);
  const all = keysFrom(start);
  const least = from === undefined ? all.from : keyBytes(start + from);
  const most = to === undefined ? all.to : keyBytes(start + to);
  for (const { key, value } of snapshot.range("postings", least, most, isDescending)) {
    const term = Buffer.from(partsOfKey(key).term.subarray(1)).toString("latin1");
    const first = blockOfKey(key) * blockOrdinals;
    const places = placesOf(postingOf(key, value));
    yield { term, ordinals: () => places.map((place) => first + place) };
    yield;
  }
}
