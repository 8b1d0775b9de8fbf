import type { Snapshot } from "../persistence/persistence.js";
import type { Row } from "../persistence/table.js";
import { blockOrdinals, readPlaces } from "./places.js";
import { PostingGroups, roomForPlaces } from "./posting-groups.js";
import {
  behind,
  blockOfKey,
  blockPrefix,
  endOfKey,
  keyBytes,
  postingParts,
  postingPrefix,
  postingSections,
  postingsOf,
} from "./posting-rows.js";

/** Which postings are wanted, in which order. */
export interface PostingsSought {
  readonly incarnation: number;
  /** The index's number. */
  readonly index: number;
  /** One of `postingParts`. */
  readonly part: string;
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
 * was done: others may have their turn. Of each block no more than a row is held.
 */
export function* orderedPostings(
  snapshot: Snapshot,
  { incarnation, index, part, from = "", to, isDescending = false }: PostingsSought,
): Generator<OrderedPosting | undefined, void, undefined> {
  const { main, long } = postingSections;
  const start = postingPrefix(incarnation, index) + (part === postingParts.long ? long : main);
  const end = keyBytes(behind(start));
  const bounds = { from: part + from, to: to === undefined ? behind(part) : part + to };
  /** The one whose term comes next is the last. */
  const waiting: BlockTerms[] = [];
  for (let block: number | undefined = 0; block !== undefined; ) {
    const found = firstRow(snapshot, blockPrefix(start, block), end);
    if (found === undefined) break;
    const its = blockOfKey(found.key);
    const terms = new BlockTerms(snapshot, { start, block: its, ...bounds, isDescending });
    if (terms.next()) enqueue(waiting, terms, isDescending);
    yield;
    block = its + 1;
  }
  for (let first = waiting.pop(); first !== undefined; first = waiting.pop()) {
    yield first.current;
    if (first.next()) enqueue(waiting, first, isDescending);
    if (first.hasRead) yield;
  }
}

function enqueue(waiting: BlockTerms[], terms: BlockTerms, isDescending: boolean): void {
  const { term } = terms.current;
  let low = 0;
  let high = waiting.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = (waiting[middle] as BlockTerms).current.term;
    if (isDescending ? other < term : other > term) low = middle + 1;
    else high = middle;
  }
  waiting.splice(low, 0, terms);
}

interface BlockSought {
  /** What the keys of the section begin with. */
  readonly start: string;
  readonly block: number;
  readonly from: string;
  readonly to: string;
  readonly isDescending: boolean;
}

/** The terms of one block in order, or the other way round, read a row at a time. */
class BlockTerms {
  current: OrderedPosting = { term: "", ordinals: () => [] };
  /** Whether the last step has read a row. */
  hasRead = false;
  readonly #snapshot: Snapshot;
  readonly #sought: BlockSought;
  readonly #prefix: string;
  /** What is left of the row, the next one last. */
  #terms: OrderedPosting[] = [];
  /** The end of the row that was read last; undefined where there is none before or behind it. */
  #end: string | undefined;
  #isOver = false;

  constructor(snapshot: Snapshot, sought: BlockSought) {
    this.#snapshot = snapshot;
    this.#sought = sought;
    this.#prefix = blockPrefix(sought.start, sought.block);
  }

  /** Goes to the next one. */
  next(): boolean {
    this.hasRead = false;
    for (;;) {
      const next = this.#terms.pop();
      if (next !== undefined) {
        this.current = next;
        return true;
      }
      if (this.#isOver) return false;
      const row = this.#end === undefined ? this.#firstRow() : this.#nextRow(this.#end);
      this.hasRead = true;
      if (row === undefined) this.#isOver = true;
      else this.#read(row);
    }
  }

  #firstRow(): Row | undefined {
    const { from, to, isDescending } = this.#sought;
    const end = keyBytes(behind(this.#prefix));
    const first = firstRow(this.#snapshot, this.#prefix + (isDescending ? to : from), end);
    // Where none ends behind the bound, all of the last one lies before it.
    return first === undefined && isDescending ? this.#nextRow(undefined) : first;
  }

  #nextRow(last: string | undefined): Row | undefined {
    const { isDescending } = this.#sought;
    const beyond = keyBytes(behind(this.#prefix));
    if (!isDescending) {
      return firstRow(this.#snapshot, `${this.#prefix}${last}\u0000`, beyond);
    }
    const to = last === undefined ? beyond : keyBytes(this.#prefix + last);
    return firstRow(this.#snapshot, this.#prefix, to, true);
  }

  #read(row: Row): void {
    const { block, from, to, isDescending } = this.#sought;
    const groups = new PostingGroups();
    this.#end = endOfKey(row.key);
    groups.open(new Uint8Array(postingsOf(row)));
    const { bytes } = groups;
    while (groups.next()) {
      if (groups.compare(from) < 0) {
        // Rows before have lower terms still.
        this.#isOver ||= isDescending;
        continue;
      }
      if (groups.compare(to) >= 0) {
        this.#isOver ||= !isDescending;
        break;
      }
      const { text, placesAt } = groups;
      const ordinals = () => ordinalsOf(block, bytes, placesAt);
      this.#terms.push({ term: text.slice(1), ordinals });
    }
    if (!isDescending) this.#terms.reverse();
  }
}

function firstRow(
  snapshot: Snapshot,
  from: string,
  to: Uint8Array,
  isReversed = false,
): Row | undefined {
  for (const row of snapshot.range("postings", keyBytes(from), to, isReversed)) return row;
  return undefined;
}

function ordinalsOf(block: number, bytes: Uint8Array, at: number): number[] {
  const count = readPlaces(bytes, at, places);
  const first = block * blockOrdinals;
  return Array.from(places.subarray(0, count), (place) => first + place);
}

const places: Uint16Array = roomForPlaces();
