import { AhnlichError } from "../model/errors.js";
import type { Row } from "../persistence/table.js";
import type { WriteBatch } from "../persistence/write-batch.js";
import { readU32, readU48 } from "./keys.js";
import { bodyOf, putRow } from "./row.js";

/*
 *   postings   incarnation, index u16, section u8, block u48, end   | terms with their places |
 *
 * A block is 32,768 ordinals. Each row has some of the terms that entries of its block have, one next to the other:
 * those behind the row before, up to its end, which is its last term or, of the last row of a block, the byte ff. A row
 * without terms is not kept. So a term is found in the first row whose end does not come before it. A term here begins
 * with what of its field it tells.
 */

/** What of a field a posting tells, and what its term begins with, one character a byte. */
export const postingParts = {
  /** That it is there: nothing comes behind. */
  there: "\u0000",
  /** What it holds. */
  value: "\u0001",
  /** What one of the elements of its list is. */
  element: "\u0002",
  /** That its list has more elements than are told: nothing comes behind. */
  long: "\u0003",
} as const;

/**
 * The sections of an index. That lists are long is kept apart from all else: it is seldom so, and whoever looks for an
 * element must know.
 */
export const postingSections = { main: "\u0000", long: "\u0001" } as const;

/** The end of the last row of a block, behind all terms. */
export const lastEnd = "\u00ff";

/** What the keys of all postings of an index begin with, one character a byte. */
export function postingPrefix(incarnation: number, index: number): string {
  const chars = [incarnation >>> 24, incarnation >>> 16, incarnation >>> 8, incarnation];
  return String.fromCharCode(...chars.map((char) => char & 0xff), index >>> 8, index & 0xff);
}

/** What the keys of one block begin with; `section` begins with the index's prefix. */
export function blockPrefix(section: string, block: number): string {
  const high = Math.floor(block / 0x100000000);
  return (
    section +
    String.fromCharCode(
      (high >>> 8) & 0xff,
      high & 0xff,
      (block >>> 24) & 0xff,
      (block >>> 16) & 0xff,
      (block >>> 8) & 0xff,
      block & 0xff,
    )
  );
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
  return readU48(key, sectionBytes);
}

/** Up to where the row has the terms of its block. */
export function endOfKey(key: Uint8Array): string {
  return Buffer.prototype.latin1Slice.call(key, sectionBytes + blockBytes, key.length);
}

/** What tells whose postings a row has. @throws CORRUPT */
export function placeOfKey(key: Uint8Array): {
  incarnation: number;
  index: number;
  block: number;
  end: string;
} {
  if (key.length < sectionBytes + blockBytes) throw corrupt("its key is too short");
  const index = ((key[4] as number) << 8) | (key[5] as number);
  return { incarnation: readU32(key, 0), index, block: blockOfKey(key), end: endOfKey(key) };
}

export function putPostings(batch: WriteBatch, key: Uint8Array, body: Uint8Array): void {
  putRow(batch, "postings", key, body.length, (bytes, at) => bytes.set(body, at));
}

/** The body of a row. @throws CORRUPT */
export function postingsOf({ key, value }: Row): Uint8Array {
  const body = bodyOf("postings", key, value);
  if (body.length === 0) throw corrupt("it has no terms");
  return body;
}

function corrupt(what: string): AhnlichError {
  return new AhnlichError("CORRUPT", `table postings: a row is no posting: ${what}`);
}

/** Incarnation, index, section. */
const sectionBytes = 7;
const blockBytes = 6;
