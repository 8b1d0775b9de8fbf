import { AhnlichError } from "../model/errors.js";
import type { Snapshot } from "../persistence/persistence.js";
import type { WriteBatch } from "../persistence/write-batch.js";
import { readU32, readU48 } from "./keys.js";
import { bodyOf, putRow } from "./row.js";

/*
 *   postings   incarnation, index u16, part u8, term, block u48   | ordinals |
 *
 * A row says which ordinals of one block, 8,192 of them, have the term: as u16 each, in their order, below the first of
 * the block; where these would take 1,024 bytes or more as a bit each, the lowest first. A row of none is not kept.
 */

/** What of a field a posting tells. */
export const postingParts = {
  /** That it is there: the term is empty. */
  there: 0,
  /** What it holds. */
  value: 1,
  /** What one of the elements of its list is. */
  element: 2,
  /** That its list has more elements than are told: the term is empty. */
  long: 3,
} as const;

export const blockBits = 13;
export const blockOrdinals: number = 2 ** blockBits;
export const blockWords: number = blockOrdinals / 32;

/** What the keys of all postings of an index begin with, one character a byte. */
export function postingPrefix(incarnation: number, index: number): string {
  const chars = [incarnation >>> 24, incarnation >>> 16, incarnation >>> 8, incarnation];
  return String.fromCharCode(...chars.map((char) => char & 0xff), index >>> 8, index & 0xff);
}

/** The key of a posting, one character a byte; `term` begins with its part. */
export function postingKey(prefix: string, term: string, block: number): string {
  return prefix + term + blockText(block);
}

/** The range of the keys of all postings whose keys begin with that. */
export function keysFrom(start: string): { from: Uint8Array; to: Uint8Array } {
  return { from: keyBytes(start), to: keyBytes(behind(start)) };
}

/** The first text behind all that begin with that; it is not empty, and not only of the highest bytes. */
export function behind(start: string): string {
  let end = start.length - 1;
  while (start.charCodeAt(end) === 0xff) end--;
  return start.slice(0, end) + String.fromCharCode(start.charCodeAt(end) + 1);
}

export function keyBytes(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

export function blockOfKey(key: Uint8Array): number {
  return readU48(key, key.length - 6);
}

/** The incarnation, the index, and what tells its postings of one term from those of others. */
export function partsOfKey(key: Uint8Array): {
  incarnation: number;
  index: number;
  term: Uint8Array;
} {
  if (key.length < shortestKey) throw corrupt("its key is too short");
  const index = ((key[4] as number) << 8) | (key[5] as number);
  return { incarnation: readU32(key, 0), index, term: key.subarray(6, key.length - 6) };
}

/** The ordinals of a row, below the first of their block, in order. */
export function placesOf(body: Uint8Array): number[] {
  const places: number[] = [];
  if (body.length < bitmapBytes) {
    for (let i = 0; i < body.length; i += 2) {
      places.push(((body[i] as number) << 8) | (body[i + 1] as number));
    }
    return places;
  }
  for (let i = 0; i < bitmapBytes; i++) {
    for (let bits = body[i] as number; bits !== 0; bits &= bits - 1) {
      places.push(i * 8 + (31 - Math.clz32(bits & -bits)));
    }
  }
  return places;
}

/** Sets the bits of a row's ordinals in those of its block. */
export function addPlaces(words: Uint32Array, body: Uint8Array): void {
  if (body.length === bitmapBytes) {
    for (let i = 0, at = 0; i < blockWords; i++, at += 4) {
      const low = (body[at] as number) | ((body[at + 1] as number) << 8);
      const high = (body[at + 2] as number) | ((body[at + 3] as number) << 8);
      words[i] = (words[i] as number) | low | (high << 16);
    }
    return;
  }
  for (let i = 0; i < body.length; i += 2) {
    const place = ((body[i] as number) << 8) | (body[i + 1] as number);
    const word = place >>> 5;
    words[word] = (words[word] as number) | (1 << (place & 31));
  }
}

/** The body of a row of these ordinals, which are in order, each once. */
export function bodyOfPlaces(places: readonly number[]): Uint8Array {
  if (places.length * 2 < bitmapBytes) {
    const body = new Uint8Array(places.length * 2);
    for (let i = 0; i < places.length; i++) {
      body[i * 2] = (places[i] as number) >>> 8;
      body[i * 2 + 1] = places[i] as number;
    }
    return body;
  }
  const body = new Uint8Array(bitmapBytes);
  for (const place of places) {
    body[place >>> 3] = (body[place >>> 3] as number) | (1 << (place & 7));
  }
  return body;
}

export function putPosting(batch: WriteBatch, key: Uint8Array, body: Uint8Array): void {
  putRow(batch, "postings", key, body.length, (bytes, at) => bytes.set(body, at));
}

/** Undefined where no ordinal of the block has the term. */
export function readPosting(snapshot: Snapshot, key: Uint8Array): Uint8Array | undefined {
  const row = snapshot.get("postings", key);
  return row === undefined ? undefined : postingOf(key, row);
}

/** @throws CORRUPT */
export function postingOf(key: Uint8Array, row: Uint8Array): Uint8Array {
  const body = bodyOf("postings", key, row);
  const isList = body.length < bitmapBytes && body.length % 2 === 0 && body.length > 0;
  if (isList || body.length === bitmapBytes) return body;
  throw corrupt(`its body has ${body.length} bytes`);
}

function blockText(block: number): string {
  const high = Math.floor(block / 0x100000000);
  return String.fromCharCode(
    (high >>> 8) & 0xff,
    high & 0xff,
    (block >>> 24) & 0xff,
    (block >>> 16) & 0xff,
    (block >>> 8) & 0xff,
    block & 0xff,
  );
}

function corrupt(what: string): AhnlichError {
  return new AhnlichError("CORRUPT", `table postings: a row is no posting: ${what}`);
}

const bitmapBytes: number = blockOrdinals / 8;
/** Incarnation, index, part, block. */
const shortestKey = 13;
