import { Packr, RESET_BUFFER_MODE } from "msgpackr";
import {
  findUnencodable,
  inspect,
  negativeZero,
  undefinedProperty,
  unencodable,
} from "./inspect.js";

/**
 * A value as MessagePack that any other language reads: null, booleans, numbers, text, bytes,
 * Date (the standard timestamp, extension -1), arrays and plain objects of these. Numbers arrive
 * exactly as they were, -0 too; an undefined property is left out; undefined itself is nil.
 *
 * The bytes are the caller's own: never written to again, and no view on a larger buffer.
 *
 * @throws INVALID_ARGUMENT with the path of anything else, typed arrays other than Uint8Array
 *   above all; LIMIT_EXCEEDED for nesting beyond `depthMax`, or more than `valuesMax` values
 */
export function encode(value: unknown, what = "value"): Uint8Array {
  const found = inspect(value);
  if (found === 0) return packed(value);
  if ((found & unencodable) !== 0) throw findUnencodable(value, what);
  if ((found & negativeZero) !== 0) return encodeWithNegativeZeros(value);
  return packed((found & undefinedProperty) !== 0 ? tidied(value, 0) : value);
}

/** Every option that has a say is named, so that a new default of the library changes no byte. */
const packr = new Packr({
  useRecords: false,
  variableMapSize: true,
  encodeUndefinedAsNil: true,
  structuredClone: false,
  moreTypes: false,
  bundleStrings: false,
  useToJSON: false,
});

/**
 * msgpackr gives a view on its pool as a Buffer; callers get plain bytes of their own. So the same
 * part of the pool is used again by the next call, and one grown large is let go.
 */
function packed(value: unknown): Uint8Array {
  const view = packr.pack(value, RESET_BUFFER_MODE);
  const bytes = new Uint8Array(view.length);
  bytes.set(view);
  if (view.length > poolBytesMax) packr.useBuffer(Buffer.allocUnsafeSlow(poolBytes));
  return bytes;
}

const poolBytes = 64 * 1024;
const poolBytesMax = 1024 * 1024;

/**
 * msgpackr writes -0 as 0. Where there is one, a text of 8 bytes that occurs nowhere else stands in
 * for it: it is written in 9 bytes, as many as the float64 that then takes its place.
 */
function encodeWithNegativeZeros(value: unknown): Uint8Array {
  for (;;) {
    const marker = Math.random().toString(36).slice(2, 10).padEnd(8, "-");
    const bytes = packed(tidied(value, marker));
    const expected = countNegativeZeros(value);
    const places = placesOf(bytes, marker);
    if (places.length !== expected) continue; // the value itself has this text: another one
    for (const place of places) {
      bytes.fill(0, place, place + 9);
      bytes[place] = 0xcb;
      bytes[place + 1] = 0x80;
    }
    return bytes;
  }
}

/** A copy without undefined properties, and with `zero` for every -0. */
function tidied(value: unknown, zero: string | 0): unknown {
  if (Object.is(value, -0)) return zero;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((element) => tidied(element, zero));
  if (value instanceof Date || value instanceof Uint8Array) return value;
  const copy: object = {};
  for (const [name, element] of Object.entries(value)) {
    if (element === undefined) continue;
    Object.defineProperty(copy, name, { ...plainProperty, value: tidied(element, zero) });
  }
  return copy;
}

function countNegativeZeros(value: unknown): number {
  if (Object.is(value, -0)) return 1;
  if (typeof value !== "object" || value === null) return 0;
  if (value instanceof Date || value instanceof Uint8Array) return 0;
  let count = 0;
  for (const element of Object.values(value)) count += countNegativeZeros(element);
  return count;
}

function placesOf(bytes: Uint8Array, marker: string): number[] {
  const pattern = Buffer.from(`\0${marker}`);
  pattern[0] = 0xa0 | marker.length;
  const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const places: number[] = [];
  for (let at = haystack.indexOf(pattern); at >= 0; at = haystack.indexOf(pattern, at + 1)) {
    places.push(at);
  }
  return places;
}

const plainProperty = { writable: true, enumerable: true, configurable: true } as const;
