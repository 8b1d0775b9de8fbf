import type { Snapshot } from "../persistence/persistence.js";
import { addPlaces } from "./places.js";
import { PostingGroups } from "./posting-groups.js";
import type { TermRange } from "./posting-ranges.js";
import {
  behind,
  blockOfKey,
  blockPrefix,
  endOfKey,
  keyBytes,
  lastEnd,
  postingPrefix,
  postingsOf,
} from "./posting-rows.js";

/** Terms of an index, all of those in ranges that are in order and have nothing in common. */
export interface TermsSought {
  readonly incarnation: number;
  readonly index: number;
  /** One of `postingSections`. */
  readonly section: string;
  readonly ranges: readonly TermRange[];
}

/** Takes the ordinals of a block: the bits that are set in what this gives. */
export type BlockWords = (block: number) => Uint32Array;

/**
 * Adds all ordinals that have one of the terms, one block after the other. Gives something after each row that was
 * read: others may have their turn then.
 */
export function* addPostings(
  snapshot: Snapshot,
  { incarnation, index, section, ranges }: TermsSought,
  wordsOf: BlockWords,
): Generator<undefined, void, undefined> {
  if (ranges.length === 0) return;
  const start = postingPrefix(incarnation, index) + section;
  const reading = { snapshot, start, to: keyBytes(behind(start)), ranges, wordsOf };
  for (let block: number | undefined = 0; block !== undefined; ) {
    block = yield* addBlock(reading, block);
  }
}

interface Reading {
  readonly snapshot: Snapshot;
  /** What the keys begin with, and what comes behind them all. */
  readonly start: string;
  readonly to: Uint8Array;
  readonly ranges: readonly TermRange[];
  readonly wordsOf: BlockWords;
}

/** The next block that may have some. */
function* addBlock(
  { snapshot, start, to, ranges, wordsOf }: Reading,
  block: number,
): Generator<undefined, number | undefined, undefined> {
  const prefix = blockPrefix(start, block);
  const groups = new PostingGroups();
  const words = (): Uint32Array => wordsOf(block);
  let at = 0;
  for (let hasMore = true; hasMore; ) {
    hasMore = false;
    const { from } = ranges[at] as TermRange;
    for (const row of snapshot.range("postings", keyBytes(prefix + from), to)) {
      const its = blockOfKey(row.key);
      if (its !== block) return its;
      const end = endOfKey(row.key);
      groups.open(postingsOf(row));
      const behindRow = `${end}\u0000`;
      at = addWithin(groups, { ranges, first: at, behindRow }, words);
      yield;
      while (at < ranges.length && (ranges[at] as TermRange).to <= behindRow) at++;
      if (at === ranges.length || end === lastEnd) return block + 1;
      hasMore = (ranges[at] as TermRange).from > end;
      if (hasMore) break;
    }
  }
  return undefined;
}

/** From that range on, the first that may go on behind the row. */
function addWithin(
  groups: PostingGroups,
  { ranges, first, behindRow }: { ranges: readonly TermRange[]; first: number; behindRow: string },
  words: () => Uint32Array,
): number {
  let at = first;
  let range = ranges[at] as TermRange;
  while (groups.next()) {
    while (groups.compare(range.to) >= 0) {
      if (++at === ranges.length) return at;
      range = ranges[at] as TermRange;
    }
    if (groups.compare(range.from) < 0) continue;
    if (range.to >= behindRow) {
      groups.addRest(words());
      return at;
    }
    addPlaces(words(), groups.bytes, groups.placesAt);
  }
  return at;
}
