import type { MetadataValue } from "../model/metadata.js";

/*
 * A term is a value as bytes, of which the order is that of the values of one type; here a text of one character a
 * byte, which compares as the bytes do:
 *
 *   | type u8 | numbers and dates: 8 bytes without zeros at their end; strings: UTF-8, each zero byte as 00 ff, then 00 01 |
 *
 * Of a string of more than `stringBytesMax` bytes only so many are there, with 00 02 behind them. Lists, objects and
 * bytes have their type alone. So terms of what differs may be equal; those of what is equal always are.
 */

export const termTypes = {
  null: 1,
  false: 2,
  true: 3,
  number: 4,
  string: 5,
  date: 6,
  bytes: 7,
  list: 8,
  object: 9,
} as const;

/** A term, and whether no other value has it. */
export interface Term {
  readonly text: string;
  readonly isExact: boolean;
}

export function termOf(value: MetadataValue): Term {
  if (typeof value === "number")
    return { text: numberTerm(termTypes.number, value), isExact: true };
  if (typeof value === "string") return stringTerm(value);
  if (value === null) return alone(termTypes.null, true);
  if (value === true) return alone(termTypes.true, true);
  if (value === false) return alone(termTypes.false, true);
  if (value instanceof Date) {
    return { text: numberTerm(termTypes.date, value.getTime()), isExact: true };
  }
  if (value instanceof Uint8Array) return alone(termTypes.bytes, false);
  return alone(Array.isArray(value) ? termTypes.list : termTypes.object, false);
}

/** The value whose term that is; undefined where others have it, too. */
export function valueOfTerm(term: string): MetadataValue | undefined {
  switch (term.charCodeAt(0)) {
    case termTypes.null:
      return null;
    case termTypes.false:
      return false;
    case termTypes.true:
      return true;
    case termTypes.number:
      return numberOf(term);
    case termTypes.date:
      return new Date(numberOf(term));
    case termTypes.string:
      return term.endsWith(wholeEnd) ? textOf(term) : undefined;
    default:
      return undefined;
  }
}

/** What the terms of all strings with that prefix begin with, and perhaps those of others. */
export function prefixTerm(prefix: string): Term {
  const { bytes, isWhole } = escaped(prefix);
  return { text: String.fromCharCode(termTypes.string) + bytes, isExact: isWhole };
}

function alone(type: number, isExact: boolean): Term {
  return { text: String.fromCharCode(type), isExact };
}

/** Both zeros are equal. */
function numberTerm(type: number, value: number): string {
  view.setFloat64(0, value === 0 ? 0 : value);
  // The sign is turned round; of what is below zero, where more is less, all other bits too.
  const flip = (scratch[0] as number) >= 0x80 ? 0xff : 0;
  const first = flip === 0 ? (scratch[0] as number) | 0x80 : (scratch[0] as number) ^ 0xff;
  const text = String.fromCharCode(
    type,
    first,
    (scratch[1] as number) ^ flip,
    (scratch[2] as number) ^ flip,
    (scratch[3] as number) ^ flip,
    (scratch[4] as number) ^ flip,
    (scratch[5] as number) ^ flip,
    (scratch[6] as number) ^ flip,
    (scratch[7] as number) ^ flip,
  );
  if (scratch[7] !== flip) return text;
  let length = 8;
  while (length > 2 && scratch[length - 2] === flip) length--;
  return text.slice(0, length);
}

/** What is missing at the end is zero. */
function numberOf(term: string): number {
  for (let i = 0; i < 8; i++) scratch[i] = term.charCodeAt(i + 1);
  const flip = (scratch[0] as number) >= 0x80 ? 0 : 0xff;
  for (let i = 0; i < 8; i++) scratch[i] = (scratch[i] as number) ^ flip;
  scratch[0] = (scratch[0] as number) ^ (flip === 0 ? 0x80 : 0);
  return view.getFloat64(0);
}

function textOf(term: string): string {
  const bytes = term.slice(1, -wholeEnd.length).replaceAll("\u0000\u00ff", "\u0000");
  return Buffer.from(bytes, "latin1").toString();
}

function stringTerm(value: string): Term {
  const { bytes, isWhole } = escaped(value);
  const text = `${String.fromCharCode(termTypes.string)}${bytes}${isWhole ? wholeEnd : cutEnd}`;
  return { text, isExact: isWhole };
}

function escaped(value: string): { bytes: string; isWhole: boolean } {
  if (value.length <= stringBytesMax && isPlain(value)) return { bytes: value, isWhole: true };
  const all = Buffer.from(value.slice(0, stringBytesMax + 1));
  const isWhole = all.length <= stringBytesMax;
  const bytes = all.toString("latin1", 0, stringBytesMax).replaceAll("\u0000", "\u0000\u00ff");
  return { bytes, isWhole };
}

/** Whether each character is one byte, and none of them zero. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0 || unit >= 0x80) return false;
  }
  return true;
}

/** What the terms of strings end with: that all of it is there, or that it is not. */
const wholeEnd = "\u0000\u0001";
const cutEnd = "\u0000\u0002";
/** As many as most words, names and addresses have; longer strings are compared with what the entries hold. */
const stringBytesMax = 120;
const scratch: Uint8Array = new Uint8Array(8);
const view: DataView = new DataView(scratch.buffer);
