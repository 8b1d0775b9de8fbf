import { blockOrdinals } from "./places.js";
import { endsRow, PostingBody, PostingGroups, roomForPlaces } from "./posting-groups.js";
import { lastEnd } from "./posting-rows.js";

/** What becomes of a term in a block: places, doubled, and one more where they are added; the last of each counts. */
export interface TermChange {
  readonly term: string;
  readonly changes: number | readonly number[];
}

/** The rows of one block of postings, by their ends. */
export interface BlockRows {
  /** The first whose end is that or comes behind it; its body stays as it is. */
  find(end: string): BlockRow | undefined;
  /** The body is valid until this returns. */
  put(end: string, body: Uint8Array): void;
  delete(end: string): void;
}

export interface BlockRow {
  readonly end: string;
  readonly body: Uint8Array;
}

/**
 * Makes the changes, which are in the order of their terms, each once. Every row that one of them falls into is read
 * and written once. Gives something after each: others may have their turn then.
 */
export function* mergePostings(
  rows: BlockRows,
  changes: readonly TermChange[],
): Generator<undefined, void, undefined> {
  const merge = new Merge(rows, changes);
  while (merge.hasMore) {
    merge.nextRow();
    yield;
  }
}

class Merge {
  readonly #rows: BlockRows;
  readonly #changes: readonly TermChange[];
  #next = 0;
  readonly #groups = new PostingGroups();
  readonly #body = new PostingBody();
  /** The end of the row before, where its last term does not end it any more: what is left of it goes into the next. */
  #carriedFrom: string | undefined;

  constructor(rows: BlockRows, changes: readonly TermChange[]) {
    this.#rows = rows;
    this.#changes = changes;
  }

  get hasMore(): boolean {
    return this.#next < this.#changes.length || this.#carriedFrom !== undefined;
  }

  nextRow(): void {
    const carried = this.#carriedFrom;
    const from = carried === undefined ? this.#nextChange(lastEnd)?.term : `${carried}\u0000`;
    const row = this.#rows.find(from as string);
    const end = row?.end ?? lastEnd;
    const lastPut = this.#mergeRow(row?.body ?? none, end);
    this.#carriedFrom = undefined;
    if (end === lastEnd) {
      if (!this.#body.isEmpty) this.#put(lastEnd);
      else if (row !== undefined) this.#rows.delete(lastEnd);
    } else if (lastPut !== end) {
      this.#rows.delete(end);
      if (!this.#body.isEmpty) this.#carriedFrom = end;
    }
  }

  /** The end of the last row that it has put. */
  #mergeRow(body: Uint8Array, end: string): string | undefined {
    const groups = this.#groups;
    groups.open(body);
    let lastPut: string | undefined;
    // Whether the group before the one that was read was the last to come into the body.
    let isNext = this.#body.isEmpty;
    let isThere = groups.next();
    for (let change = this.#nextChange(end); change !== undefined; change = this.#nextChange(end)) {
      let order = -1;
      while (isThere) {
        order = groups.compare(change.term);
        if (order >= 0) break;
        this.#body.copy(groups, isNext);
        isNext = true;
        isThere = groups.next();
      }
      this.#next++;
      isNext = false;
      const count = this.#changed(change, isThere && order === 0);
      if (isThere && order === 0) isThere = groups.next();
      if (count === 0) continue;
      const bytes = this.#body.add(change.term, result, count);
      if (!endsRow(change.term, bytes)) continue;
      this.#put(change.term);
      lastPut = change.term;
    }
    if (!isThere) return lastPut;
    this.#body.copy(groups, isNext);
    this.#body.copyRest(groups);
    // None of those that are left has changed, so that the last one ends the row as it did.
    if (end === lastEnd) return lastPut;
    this.#put(end);
    return end;
  }

  /** The places of the term then, in `result`; how many. */
  #changed({ changes }: TermChange, isThere: boolean): number {
    const count = isThere ? this.#groups.readPlaces(before) : 0;
    if (typeof changes !== "number") return changePlaces(count, changes);
    if (count > 0) return changePlaces(count, [changes]);
    result[0] = changes >>> 1;
    return changes & 1;
  }

  /** The next change of the row with that end. */
  #nextChange(end: string): TermChange | undefined {
    const change = this.#changes[this.#next];
    return change !== undefined && change.term <= end ? change : undefined;
  }

  #put(end: string): void {
    this.#rows.put(end, this.#body.bytes);
    this.#body.clear();
  }
}

/** From `before`, which has so many, into `result`; how many these are. */
function changePlaces(count: number, changes: readonly number[]): number {
  let length = 0;
  let highest = count === 0 ? -1 : (before[count - 1] as number);
  for (const change of changes) {
    if ((change & 1) === 0 || change >>> 1 <= highest) return changeAnywhere(count, changes);
    highest = change >>> 1;
    appended[length++] = highest;
  }
  result.set(before.subarray(0, count));
  result.set(appended.subarray(0, length), count);
  return count + length;
}

function changeAnywhere(count: number, changes: readonly number[]): number {
  const last = new Map(changes.map((change) => [change >>> 1, change & 1]));
  const inOrder = [...last.keys()].sort((a, b) => a - b);
  let length = 0;
  let at = 0;
  for (const place of inOrder) {
    while (at < count && (before[at] as number) < place) result[length++] = before[at++] as number;
    if (at < count && before[at] === place) at++;
    if (last.get(place) === 1) result[length++] = place;
  }
  while (at < count) result[length++] = before[at++] as number;
  return length;
}

/** The places of a term as they were, those that come behind them, and as they are then. */
const before: Uint16Array = roomForPlaces();
const appended: Uint16Array = new Uint16Array(blockOrdinals);
const result: Uint16Array = roomForPlaces();
const none = new Uint8Array(0);
