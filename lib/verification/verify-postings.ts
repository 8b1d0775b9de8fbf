import { AhnlichError } from "../model/errors.js";
import type { Metadata } from "../model/metadata.js";
import { checksum } from "../rows/checksum.js";
import { fieldPostings } from "../rows/field-postings.js";
import { blockOrdinals } from "../rows/places.js";
import { endsRow, PostingBody, PostingGroups, roomForPlaces } from "../rows/posting-groups.js";
import { keyBytes, lastEnd, placeOfKey, postingsOf } from "../rows/posting-rows.js";
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
  const layout = new Layout();
  yield* walkTable(snapshot, "postings", problems, (key, value) => {
    const tally = ownerOf(tallies, "postings", key);
    const { index, block, end } = placeOfKey(key);
    const groups = new PostingGroups();
    groups.open(postingsOf({ key, value }));
    const { store } = tally;
    if (store === undefined) return;
    if (!store.indexes.some(({ number }) => number === index)) {
      const sentence = `${placeOf("postings", key)}: store ${store.name} has no index ${index}`;
      throw new AhnlichError("CORRUPT", sentence);
    }
    const { found } = tally.postingsOf(index);
    const first = block * blockOrdinals;
    layout.begin(Buffer.from(key.subarray(0, key.length - end.length)).toString("latin1"), end);
    while (groups.next()) {
      const count = groups.readPlaces(places);
      const term = checksum(groups.term, 0, 0, groups.termLength);
      for (let i = 0; i < count; i++) found.addSummed(term, first + (places[i] as number));
      layout.add(groups, count);
    }
    if (layout.isRight(groups.bytes)) return;
    problems.add(`${placeOf("postings", key)}: its postings are not written as they should be`);
  });
}

/** How terms with their places are to be written, judged from one row to the next. */
class Layout {
  readonly #body: PostingBody = new PostingBody();
  #block = "";
  #end = "";
  /** The last term, of this row or of the one before it in the block. */
  #last: string | undefined;
  #isRight = true;
  /** Whether the last term ends its row. */
  #endsRow = false;

  begin(block: string, end: string): void {
    if (block !== this.#block) this.#last = undefined;
    this.#block = block;
    this.#end = end;
    this.#body.clear();
    this.#isRight = true;
    this.#endsRow = false;
  }

  /** The term that was read last, whose places are in `places`. */
  add(groups: PostingGroups, count: number): void {
    const term = groups.text;
    const isBehind = this.#last === undefined || term > this.#last;
    if (count === 0 || !isBehind || this.#endsRow) this.#isRight = false;
    if (count > 0) this.#endsRow = endsRow(term, this.#body.add(term, places, count));
    this.#last = term;
  }

  isRight(bytes: Uint8Array): boolean {
    const end = this.#endsRow ? this.#last : lastEnd;
    return this.#isRight && end === this.#end && Buffer.compare(this.#body.bytes, bytes) === 0;
  }
}

const places: Uint16Array = roomForPlaces();
