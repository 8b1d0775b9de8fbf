import { AhnlichError } from "../model/errors.js";
import { readU48, writeU48 } from "./keys.js";

/*
 * The indexes of a store, one behind the other:
 *
 *   | number u16 | flags u8 | built u48 | until u48 | length of the field's name u16 | the name in UTF-8 |
 */

/** An index of one field of a store's metadata, as it is kept. */
export interface StoredIndex {
  readonly field: string;
  /** Tells its postings from those of the store's other indexes; given again only when none are left. */
  readonly number: number;
  /** Entries of ordinals below have their postings. */
  readonly built: number;
  /** Entries of ordinals from here on have them, since they are written with the entry. */
  readonly until: number;
  /** It is of no use any more, and its postings are being erased. */
  readonly isDropped: boolean;
}

/** Whether the index has the postings of all entries, so that it may be asked. */
export function isUsable({ built, until, isDropped }: StoredIndex): boolean {
  return built >= until && !isDropped;
}

/** Whether the index has, and keeps, the postings of the entry of that ordinal. */
export function keepsPostings({ built, until, isDropped }: StoredIndex, ordinal: number): boolean {
  return !isDropped && (ordinal < built || ordinal >= until);
}

export function encodeIndexes(indexes: readonly StoredIndex[]): Uint8Array {
  return Buffer.concat(
    indexes.map(({ field, number, built, until, isDropped }) => {
      const bytes = Buffer.alloc(prefixBytes + Buffer.byteLength(field));
      bytes.writeUInt16BE(number);
      bytes[2] = isDropped ? dropped : 0;
      writeU48(bytes, 3, built);
      writeU48(bytes, 9, until);
      bytes.writeUInt16BE(bytes.length - prefixBytes, 15);
      bytes.write(field, prefixBytes);
      return bytes;
    }),
  );
}

/** @throws FORMAT_TOO_NEW for an index of a later version, CORRUPT */
export function decodeIndexes(bytes: Buffer): readonly StoredIndex[] {
  const indexes: StoredIndex[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + prefixBytes <= bytes.length ? nameEnd(bytes, at) : Number.POSITIVE_INFINITY;
    if (end > bytes.length) throw new AhnlichError("CORRUPT", "an index of a store is cut off");
    const flags = bytes[at + 2] as number;
    if (flags > dropped) throw laterFlags(flags);
    indexes.push({
      field: bytes.toString("utf8", at + prefixBytes, end),
      number: bytes.readUInt16BE(at),
      built: readU48(bytes, at + 3),
      until: readU48(bytes, at + 9),
      isDropped: flags === dropped,
    });
    at = end;
  }
  return indexes;
}

function nameEnd(bytes: Buffer, at: number): number {
  return at + prefixBytes + bytes.readUInt16BE(at + 15);
}

function laterFlags(flags: number): AhnlichError {
  const sentence = `an index has flags ${flags}, this version knows up to ${dropped}`;
  return new AhnlichError("FORMAT_TOO_NEW", sentence);
}

const prefixBytes = 17;
/** The flag of an index that was dropped. */
const dropped = 1;
