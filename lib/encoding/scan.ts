import { isUtf8 } from "node:buffer";
import { AhnlichError, type ErrorCode } from "../model/errors.js";
import { depthMax } from "./inspect.js";

/** What to hold decoded bytes to, and what to call those that fail. */
export interface DecodeOptions {
  /** CORRUPT for what was stored, PROTOCOL_ERROR for what a peer sent. */
  readonly code: ErrorCode;
  /** The most values, containers and keys counted: each may cost some 64 bytes of memory. */
  readonly maxValues?: number | undefined;
}

/** What a scan found: where the value ends, where its keys `__proto__` begin, and how many values it is. */
export interface Scanned {
  readonly end: number;
  readonly protoKeys: readonly number[];
  readonly values: number;
}

/**
 * Walks the one MessagePack value at `start` without building it, so that what is then decoded is
 * of the forms we use: no extension but the timestamp, text keys, well-formed UTF-8, integers
 * that float64 holds, bounded depth and number of values, and all of it within the bytes.
 *
 * @throws the code of `options` for anything else
 */
export function scan(bytes: Uint8Array, start: number, options: DecodeOptions): Scanned {
  const whole = beginScan(bytes, start, options);
  goOnScanning(whole, wholeFrames);
  return whole;
}

/** A scan that is made in pieces, as long as one likes. */
export interface Scan extends Scanned {
  readonly bytes: Uint8Array;
  readonly options: DecodeOptions;
  /** Of every container around: twice the values left, plus 1 for a map. */
  readonly open: number[];
  /** The same of the innermost. */
  left: number;
  /** How far it has come. */
  end: number;
  protoKeys: number[];
  values: number;
}

export function beginScan(bytes: Uint8Array, start: number, options: DecodeOptions): Scan {
  return { bytes, options, open: [], left: 2, end: start, protoKeys: none, values: 1 };
}

/**
 * Whether it is done, after about so many values more; long texts count for several.
 *
 * @throws as `scan` does
 */
export function goOnScanning(scan: Scan, most: number): boolean {
  const { bytes, options, open } = scan;
  const maxValues = options.maxValues ?? valuesMax;
  let { left, end: position } = scan;
  for (let budget = most; budget > 0; budget--) {
    const isKey = (left & 3) === 1; // a map with an even number of values left
    left -= 2;
    const lead = bytes[position];
    if (lead === undefined) throw truncated(options);
    const form = forms[lead];
    if (isKey && form !== text) throw illFormed(options, "a map's key is not text");
    if (form === text) {
      const at = position + headOf(lead);
      position = at + lengthAt(bytes, position);
      if (position > bytes.length) throw truncated(options);
      checkUtf8(bytes, at, position, options);
      budget -= (position - at) >> 7;
      if (isKey && isProto(bytes, at, position)) {
        if (scan.protoKeys === none) scan.protoKeys = [];
        scan.protoKeys.push(at);
      }
    } else if (form === list || form === map) {
      const count = countAt(bytes, position) * (form === map ? 2 : 1);
      position += headOf(lead);
      scan.values += count;
      if (count > bytes.length - position) throw truncated(options);
      if (scan.values > maxValues) throw illFormed(options, `more than ${maxValues} values`);
      if (open.length >= depthMax) throw illFormed(options, `deeper than ${depthMax} levels`);
      open.push(left);
      left = count * 2 + (form === map ? 1 : 0);
    } else {
      position = pastOther(bytes, position, options);
    }
    while (left < 2) {
      const outer = open.pop();
      if (outer === undefined) {
        scan.end = position;
        return true;
      }
      left = outer;
    }
  }
  scan.left = left;
  scan.end = position;
  return false;
}

/** Enough for 10,000 entries with 40 fields each. */
const valuesMax = 1_000_000;

/** Past numbers, bytes, nil, booleans and timestamps. */
function pastOther(bytes: Uint8Array, position: number, options: DecodeOptions): number {
  const lead = bytes[position];
  const form = forms[lead];
  let end = position + 1 + form;
  if (form === binary) end = position + headOf(lead) + lengthAt(bytes, position);
  else if (form === timestamp) end = pastTimestamp(bytes, position, options);
  else if (form === refused) throw illFormed(options, `byte ${lead} begins no value we use`);
  if (!(end <= bytes.length)) throw truncated(options);
  if (lead === 0xcf || lead === 0xd3) checkSafe(bytes, position, lead === 0xd3, options);
  return end;
}

function pastTimestamp(bytes: Uint8Array, position: number, options: DecodeOptions): number {
  const lead = bytes[position];
  const long = lead === 0xc7;
  const at = position + (long ? 3 : 2);
  const size = long ? bytes[position + 1] : lead === 0xd6 ? 4 : 8;
  if (bytes[at - 1] !== 0xff) throw illFormed(options, `extension ${bytes[at - 1]} is not used`);
  if (long && size !== 12) throw illFormed(options, `a timestamp of ${size} bytes`);
  if (at + size > bytes.length) throw truncated(options);
  if (size === 4) return at + 4;
  const nanoseconds = size === 8 ? word(bytes, at) >>> 2 : word(bytes, at);
  if (nanoseconds > 999_999_999) throw illFormed(options, "a timestamp's fraction is not below 1");
  if (long) checkSeconds(bytes, at, nanoseconds, options);
  return at + size;
}

function checkSeconds(bytes: Uint8Array, at: number, nanos: number, options: DecodeOptions): void {
  const seconds = (word(bytes, at + 4) | 0) * 2 ** 32 + word(bytes, at + 8);
  const last = nanos === 0 ? secondsMax : secondsMax - 1;
  if (seconds < -secondsMax || seconds > last) {
    throw illFormed(options, "a timestamp beyond what Date holds");
  }
}

function checkSafe(bytes: Uint8Array, at: number, signed: boolean, options: DecodeOptions): void {
  const high = signed ? word(bytes, at + 1) | 0 : word(bytes, at + 1);
  if (Number.isSafeInteger(high * 2 ** 32 + word(bytes, at + 5))) return;
  throw illFormed(options, "an integer beyond 2^53 - 1");
}

function checkUtf8(bytes: Uint8Array, from: number, to: number, options: DecodeOptions): void {
  const soon = Math.min(to, from + 32);
  let at = from;
  while (at < soon && bytes[at] < 0x80) at++;
  if (at === to || isUtf8(bytes.subarray(at, to))) return;
  throw illFormed(options, "text that is not well-formed UTF-8");
}

function isProto(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from !== protoKey.length) return false;
  for (let i = 0; i < protoKey.length; i++) {
    if (bytes[from + i] !== protoKey.charCodeAt(i)) return false;
  }
  return true;
}

export const protoKey = "__proto__";

/** The bytes before a text's, bytes' or container's content. */
function headOf(lead: number): number {
  return lead < 0xc0 ? 1 : heads[lead - 0xc0];
}

/** The length of the text or bytes whose head begins at `position`. */
function lengthAt(bytes: Uint8Array, position: number): number {
  const lead = bytes[position];
  return lead < 0xc0 ? lead & 0x1f : sized(bytes, position + 1, heads[lead - 0xc0] - 1);
}

function countAt(bytes: Uint8Array, position: number): number {
  const lead = bytes[position];
  return lead < 0xc0 ? lead & 0x0f : sized(bytes, position + 1, heads[lead - 0xc0] - 1);
}

/** NaN past the end, which compares as false. */
function sized(bytes: Uint8Array, at: number, size: number): number {
  if (at + size > bytes.length) return Number.POSITIVE_INFINITY;
  if (size === 1) return bytes[at];
  return size === 2 ? bytes[at] * 256 + bytes[at + 1] : word(bytes, at);
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

function truncated(options: DecodeOptions): AhnlichError {
  return illFormed(options, "the bytes end within it");
}

function illFormed(options: DecodeOptions, sentence: string): AhnlichError {
  return new AhnlichError(options.code, `no value that can be read: ${sentence}`);
}

/** More than any frame has. */
const wholeFrames = 2 ** 30 - 1;
const secondsMax = 8_640_000_000_000;
const none: number[] = [];

/** Of every lead byte: how many bytes follow it, or one of these. */
const text = 100;
const binary = 101;
const list = 102;
const map = 103;
const timestamp = 104;
const refused = 105;

/** Of the lead bytes 0xc0 to 0xdf. */
const formsFromC0: readonly number[] = [
  // nil, never used, false, true, bin 8 to 32, ext 8 to 32
  0,
  refused,
  0,
  0,
  binary,
  binary,
  binary,
  timestamp,
  refused,
  refused,
  // float 32 and 64, uint 8 to 64, int 8 to 64
  4,
  8,
  1,
  2,
  4,
  8,
  1,
  2,
  4,
  8,
  // fixext 1 to 16, str 8 to 32, array 16 and 32, map 16 and 32
  refused,
  refused,
  timestamp,
  timestamp,
  refused,
  text,
  text,
  text,
  list,
  list,
  map,
  map,
];

const forms: Uint8Array = Uint8Array.from({ length: 256 }, (_, lead) => {
  if (lead < 0x80 || lead >= 0xe0) return 0;
  if (lead < 0x90) return map;
  if (lead < 0xa0) return list;
  if (lead < 0xc0) return text;
  return formsFromC0[lead - 0xc0];
});

const heads: readonly number[] = [
  0, 0, 0, 0, 2, 3, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 3, 5, 3, 5, 3, 5,
];
