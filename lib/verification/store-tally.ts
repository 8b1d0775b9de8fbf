import { AhnlichError } from "../model/errors.js";
import type { TableName } from "../persistence/table.js";
import { checksum } from "../rows/checksum.js";
import { readU32, writeU48 } from "../rows/keys.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Problems } from "./problems.js";
import { placeOf } from "./walk-table.js";

/** What was counted of the rows of one store, to be compared with what its counters say. */
export class StoreTally {
  /** Undefined for a dropped store whose rows are being erased: they may be there in part. */
  readonly store: StoredStore | undefined;
  entries = 0;
  vectors = 0;
  ids = 0;
  changes = 0;
  /** Entries that say that they expire, and rows that say which do. */
  expiring = 0;
  expiries = 0;
  ordinalMax = 0;
  /** Of each of its indexes, by number: sums of what its entries should have, and of what is there. */
  readonly postings: Map<number, PostingTally> = new Map();
  /** Something of an entry is missing, so that something may be over elsewhere. */
  isTorn = false;

  constructor(store: StoredStore | undefined) {
    this.store = store;
  }

  postingsOf(index: number): PostingTally {
    let tally = this.postings.get(index);
    if (tally === undefined) {
      tally = { expected: new PostingSum(), found: new PostingSum() };
      this.postings.set(index, tally);
    }
    return tally;
  }

  compare(problems: Problems): void {
    if (this.store === undefined) return;
    const { name, counters } = this.store;
    const counts = [
      ["entries", this.entries, counters.entries],
      ["vectors", this.vectors, counters.entries],
      ["ids", this.ids, counters.entries],
      ["entries that expire", this.expiring, counters.expiring],
      ["expiries", this.expiries, counters.expiring],
      // A log begun by version 0.1.0 has more than its counter says: it counted rows.
      ["changes", Math.min(this.changes, counters.changes), counters.changes],
    ] as const;
    for (const [what, found, counted] of counts) {
      if (found === counted) continue;
      problems.add(`store ${name}: ${found} ${what} are there, and its counters say ${counted}`);
    }
    for (const { field, number, isDropped } of this.store.indexes) {
      const { expected, found } = this.postingsOf(number);
      if (isDropped || (expected.count === found.count && expected.sum === found.sum)) continue;
      const what = `${found.count} postings are there, and its entries have ${expected.count}`;
      const which = found.count === expected.count ? ", but other ones" : "";
      problems.add(`store ${name}, index of ${JSON.stringify(field)}: ${what}${which}`);
    }
    if (this.ordinalMax < counters.nextOrdinal) return;
    const next = `its counters say that ${counters.nextOrdinal} is the next`;
    problems.add(`store ${name}: ordinal ${this.ordinalMax} is taken, and ${next}`);
  }
}

/** Of the postings of one index. */
export interface PostingTally {
  readonly expected: PostingSum;
  readonly found: PostingSum;
}

/** What postings come to, in whatever order. */
export class PostingSum {
  count = 0;
  sum = 0;

  /** @param term as it is in its row */
  add(term: Uint8Array, ordinal: number): void {
    this.addSummed(checksum(term, 0), ordinal);
  }

  /** The same with the checksum of the term, which may have many ordinals. */
  addSummed(term: number, ordinal: number): void {
    this.count++;
    writeU48(ordinalBytes, 0, ordinal);
    this.sum = (this.sum + checksum(ordinalBytes, term)) % Number.MAX_SAFE_INTEGER;
  }
}

const ordinalBytes: Uint8Array = new Uint8Array(6);

/** The tallies of all stores by their incarnation, which every key of a store's rows begins with. */
export type Tallies = ReadonlyMap<number, StoreTally>;

/** The tally of the store that the row belongs to. @throws where there is none, which is a problem */
export function ownerOf(tallies: Tallies, table: TableName, key: Uint8Array): StoreTally {
  const tally = key.length < 4 ? undefined : tallies.get(readU32(key, 0));
  if (tally !== undefined) return tally;
  const sentence = `${placeOf(table, key)}: it belongs to no store that can be read`;
  throw new AhnlichError("CORRUPT", sentence);
}
