import { AhnlichError } from "../model/errors.js";
import type { Metadata } from "../model/metadata.js";
import { fieldPostings } from "../rows/field-postings.js";
import {
  blockOfKey,
  blockOrdinals,
  bodyOfPlaces,
  keyBytes,
  partsOfKey,
  placesOf,
  postingOf,
} from "../rows/posting-rows.js";
import type { StoredStore } from "../rows/store-rows.js";
import { keepsPostings } from "../rows/stored-index.js";
import { ownerOf, type StoreTally } from "./store-tally.js";
import type { Verified } from "./verified.js";
import { placeOf, walkTable } from "./walk-table.js";

/** Adds the postings that an entry should have to the sums of its store's indexes. */
export function tallyPostings(
  tally: StoreTally,
  { indexes }: StoredStore,
  ordinal: number,
  metadata: Metadata,
): void {
  for (const index of indexes) {
    if (!keepsPostings(index, ordinal)) continue;
    const { expected } = tally.postingsOf(index.number);
    for (const term of fieldPostings(index.field)(metadata)) expected.add(keyBytes(term), ordinal);
  }
}

/**
 * Table `postings`: each row can be read, is of an index that its store has, and is written as it should be; sums of
 * what the rows say are to be those of what the entries, which were walked through before, should have.
 */
export function* verifyPostings({
  snapshot,
  tallies,
  problems,
}: Verified): Generator<undefined, void, undefined> {
  yield* walkTable(snapshot, "postings", problems, (key, value) => {
    const tally = ownerOf(tallies, "postings", key);
    const { index, term } = partsOfKey(key);
    const body = postingOf(key, value);
    const { store } = tally;
    if (store === undefined) return;
    if (!store.indexes.some(({ number }) => number === index)) {
      const sentence = `${placeOf("postings", key)}: store ${store.name} has no index ${index}`;
      throw new AhnlichError("CORRUPT", sentence);
    }
    const places = placesOf(body);
    const inOrder = [...new Set(places)].sort((a, b) => a - b);
    const isInBlock = (inOrder.at(-1) ?? 0) < blockOrdinals;
    if (!isInBlock || Buffer.compare(bodyOfPlaces(inOrder), body) !== 0) {
      problems.add(`${placeOf("postings", key)}: its ordinals are not written as they should be`);
    }
    const { found } = tally.postingsOf(index);
    const first = blockOfKey(key) * blockOrdinals;
    for (const place of places) found.add(term, first + place);
  });
}
