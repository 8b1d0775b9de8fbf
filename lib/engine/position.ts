import { AhnlichError } from "../model/errors.js";
import { checksum } from "../rows/checksum.js";
import { readU32, readU48, writeU32, writeU48 } from "../rows/keys.js";
import type { Origin } from "../rows/meta-rows.js";

/*
 * How far something has come, as an opaque text: base64url of
 *
 *   | history, 16 bytes | incarnation u32 | sequence u48 | part u32 | offset u16 | checksum u32 |
 *
 * The history is the folder's, and the incarnation the store's, so that no position is taken for one of another.
 * It holds no state of the engine: it outlives restarts.
 */

/** A place in the log of a store: behind so many changes of a part of a command. */
export interface Place {
  /** Of the store; 0 for the whole engine, whose places are all behind whole commands. */
  readonly incarnation: number;
  readonly sequence: number;
  /** `wholeCommand`: behind everything that the command of that sequence, and those before it, did. */
  readonly part: number;
  readonly offset: number;
}

export const wholeCommand = 0xffffffff;

/** The place behind a command. */
export function placeBehind(incarnation: number, sequence: number): Place {
  return { incarnation, sequence, part: wholeCommand, offset: 0 };
}

export function positionOf({ history }: Origin, place: Place): string {
  const bytes = Buffer.alloc(positionBytes);
  bytes.set(history);
  writeU32(bytes, 16, place.incarnation);
  writeU48(bytes, 20, place.sequence);
  writeU32(bytes, 26, place.part);
  bytes.writeUInt16BE(place.offset, 30);
  writeU32(bytes, sumAt, checksum(bytes, form, 0, sumAt));
  return bytes.toString("base64url");
}

/** @throws INVALID_ARGUMENT for what is no position, HISTORY_LOST for one of another folder or engine */
export function readPosition({ history }: Origin, position: string): Place {
  const bytes = Buffer.from(position, "base64url");
  const isWhole = bytes.length === positionBytes && bytes.toString("base64url") === position;
  if (!isWhole || readU32(bytes, sumAt) !== checksum(bytes, form, 0, sumAt)) {
    throw new AhnlichError("INVALID_ARGUMENT", "since: expected a position that an engine gave");
  }
  if (Buffer.compare(bytes.subarray(0, 16), history) !== 0) {
    const sentence = "since: the position is of another engine, or of what was before a restore";
    throw new AhnlichError("HISTORY_LOST", sentence);
  }
  return {
    incarnation: readU32(bytes, 16),
    sequence: readU48(bytes, 20),
    part: readU32(bytes, 26),
    offset: bytes.readUInt16BE(30),
  };
}

/** What the checksum begins with. */
const form = 1;
const sumAt = 32;
const positionBytes = 36;
