import { AhnlichError } from "../model/errors.js";
import {
  addPlaces,
  blockOrdinals,
  endOfPlaces,
  placesBytesMax,
  readPlaces,
  writePlaces,
} from "./places.js";

/*
 * The body of a row of postings: neighbouring terms of one block in their order, each with the places that have it,
 *
 *   | bytes shared with the term before u8 | length of the rest u8 | the rest | places |
 *
 * Which terms share a row follows from the terms and places alone, whatever came first: see `endsRow`.
 */

/** Reads the terms of a body with their places, one after the other. */
export class PostingGroups {
  /** The term that was read last; its first `termLength` bytes. */
  readonly term: Uint8Array = new Uint8Array(termBytesMax);
  termLength = 0;
  /** Where its group begins, where its places do, and where it ends. */
  start = 0;
  placesAt = 0;
  end = 0;
  bytes: Uint8Array = nothing;
  /** How many of the term's bytes were not shared with the one before. */
  rest = 0;

  /** Begins with the first of a body's terms. */
  open(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.termLength = 0;
    this.end = 0;
  }

  /** Goes to the next term, if there is one. @throws CORRUPT */
  next(): boolean {
    const { bytes, term, end: start } = this;
    if (start >= bytes.length) return false;
    const shared = bytes[start] as number;
    const rest = bytes[start + 1] as number;
    const placesAt = start + 2 + rest;
    const end = endOfPlaces(bytes, placesAt);
    if (shared > this.termLength || shared + rest > termBytesMax || !(end <= bytes.length)) {
      throw cutOff();
    }
    for (let i = 0; i < rest; i++) term[shared + i] = bytes[start + 2 + i] as number;
    this.termLength = shared + rest;
    this.rest = rest;
    this.start = start;
    this.placesAt = placesAt;
    this.end = end;
    return true;
  }

  /** Adds the places of the term that was read last, and of all behind it. @throws CORRUPT */
  addRest(words: Uint32Array): void {
    const { bytes } = this;
    const { length } = bytes;
    addPlaces(words, bytes, this.placesAt);
    let at = this.end;
    while (at < length) {
      const placesAt = at + 2 + (bytes[at + 1] as number);
      const end = endOfPlaces(bytes, placesAt);
      if (!(end <= length)) throw cutOff();
      addPlaces(words, bytes, placesAt);
      at = end;
    }
    this.end = length;
  }

  /** Whether there is another one. */
  get hasMore(): boolean {
    return this.end < this.bytes.length;
  }

  /** Below 0 where the term comes before that text, above where it comes behind it. */
  compare(text: string): number {
    const { term, termLength } = this;
    const length = Math.min(termLength, text.length);
    for (let i = 0; i < length; i++) {
      const order = (term[i] as number) - text.charCodeAt(i);
      if (order !== 0) return order;
    }
    return termLength - text.length;
  }

  /** The term as a text of one character a byte. */
  get text(): string {
    return Buffer.prototype.latin1Slice.call(this.term, 0, this.termLength);
  }

  /** In their order into `places`, which has room for a block; how many. */
  readPlaces(places: Uint16Array): number {
    return readPlaces(this.bytes, this.placesAt, places);
  }
}

/** Makes bodies of terms that come in their order. */
export class PostingBody {
  #bytes: Uint8Array = new Uint8Array(16 * 1024);
  #length = 0;
  readonly #term: Uint8Array = new Uint8Array(termBytesMax);
  #termLength = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** A view of what was added, until more is. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
    this.#termLength = 0;
  }

  /** Adds the group that was read last. `isNext`: the one before it there is the one that was added last here. */
  copy(groups: PostingGroups, isNext: boolean): void {
    const { bytes, term, termLength, start, end, placesAt, rest } = groups;
    if (isNext) {
      this.#room(end - start);
      this.#append(bytes, start, end);
      for (let i = termLength - rest; i < termLength; i++) this.#term[i] = term[i] as number;
      this.#termLength = termLength;
      return;
    }
    this.#room(termBytesMax + end - placesAt);
    this.#addTerm(termLength, (i) => term[i] as number);
    this.#append(bytes, placesAt, end);
  }

  /** Adds all groups behind the one that was added last, which was read from there: nothing but the end comes then. */
  copyRest({ bytes, end }: PostingGroups): void {
    this.#room(bytes.length - end);
    this.#bytes.set(end === 0 ? bytes : bytes.subarray(end), this.#length);
    this.#length += bytes.length - end;
  }

  /** Adds a term with so many places; how many bytes these take. */
  add(term: string, places: Uint16Array, count: number): number {
    this.#room(termBytesMax + 2 + placesBytesMax);
    this.#addTerm(term.length, (i) => term.charCodeAt(i));
    const begin = this.#length;
    this.#length = writePlaces(places, count, this.#bytes, begin);
    return this.#length - begin;
  }

  #addTerm(length: number, byteAt: (i: number) => number): void {
    const term = this.#term;
    const most = Math.min(length, this.#termLength);
    let shared = 0;
    while (shared < most && term[shared] === byteAt(shared)) shared++;
    let at = this.#length;
    this.#bytes[at++] = shared;
    this.#bytes[at++] = length - shared;
    for (let i = shared; i < length; i++) {
      const byte = byteAt(i);
      term[i] = byte;
      this.#bytes[at++] = byte;
    }
    this.#termLength = length;
    this.#length = at;
  }

  /** Most groups are a few bytes: a call costs more than they do. */
  #append(bytes: Uint8Array, from: number, to: number): void {
    const begin = this.#length;
    const length = to - from;
    if (length > 64) this.#bytes.set(bytes.subarray(from, to), begin);
    else for (let i = 0; i < length; i++) this.#bytes[begin + i] = bytes[from + i] as number;
    this.#length += length;
  }

  #room(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.bytes);
    this.#bytes = grown;
  }
}

/**
 * Whether a term is the last of its row, given the bytes that its places take: by its hash, as often as makes rows of
 * about `rowBytes`. So the rows of a block are the same whatever was written first, and a change of one term
 * changes one row, or makes two of one or one of two.
 */
export function endsRow(term: string, placesBytes: number): boolean {
  let hash = 0x811c9dc5;
  for (let i = 0; i < term.length; i++) {
    hash = Math.imul(hash ^ term.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash = (hash ^ (hash >>> 16)) >>> 0;
  return hash * rowBytes < (2 + term.length + placesBytes) * 0x100000000;
}

function cutOff(): AhnlichError {
  return new AhnlichError("CORRUPT", "table postings: a row is no posting: it is cut off");
}

/** A place for the places of a block. */
export function roomForPlaces(): Uint16Array {
  return new Uint16Array(blockOrdinals);
}

/** What the terms and places of a row take in the middle, terms counted whole. */
const rowBytes = 1_600;
/** A string of 120 zero bytes has as many. */
const termBytesMax = 255;
const nothing = new Uint8Array(0);
