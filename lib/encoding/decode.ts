import { Unpackr } from "msgpackr";
import { AhnlichError } from "../model/errors.js";
import { type DecodeOptions, protoKey, scan } from "./scan.js";

/**
 * The value that these bytes hold, whoever wrote them; nothing of it is a view on them. Maps become
 * plain objects whose keys are their own properties, `__proto__` too; bytes become Uint8Array.
 *
 * @throws the code of `options` for bytes that `encode` would not have written in any order of
 *   keys or width of numbers: garbage never gives anything wild, nor takes long
 */
export function decode(bytes: Uint8Array, options: DecodeOptions): unknown {
  const { end, protoKeys } = scan(bytes, 0, options);
  if (end !== bytes.length) throw surplus(bytes.length - end, options);
  // A view of our own: msgpackr leaves a property on its source, and makes Buffers from Buffers.
  const source = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  try {
    return protoKeys.length === 0 ? unpackr.unpack(source) : unpackProtos(source, protoKeys);
  } catch (cause) {
    throw new AhnlichError(options.code, "no value that can be read", { cause });
  }
}

/** The error of so many bytes behind a value. */
export function surplus(bytes: number, { code }: DecodeOptions): AhnlichError {
  return new AhnlichError(code, `expected one value, got ${bytes} bytes more`);
}

/** Every option that has a say is named. What the scan lets through never reaches the others. */
const unpackr = new Unpackr({
  useRecords: false,
  mapsAsObjects: true,
  structuredClone: false,
  moreTypes: false,
  bundleStrings: false,
  int64AsType: "number",
  copyBuffers: true,
});

/**
 * msgpackr renames `__proto__`. We rename it before, to a key of the same length that occurs
 * nowhere in the bytes, and back again after.
 */
function unpackProtos(bytes: Uint8Array, places: readonly number[]): unknown {
  const copy = Buffer.from(bytes);
  let marker = "";
  do {
    marker = Math.random().toString(36).slice(2, 11).padEnd(protoKey.length, "-");
  } while (copy.includes(marker, 0, "latin1"));
  for (const place of places) copy.write(marker, place, "latin1");
  const source = new Uint8Array(copy.buffer, copy.byteOffset, copy.length);
  return renamed(unpackr.unpack(source), marker);
}

function renamed(value: unknown, marker: string): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((element) => renamed(element, marker));
  const object: object = {};
  for (const [name, element] of Object.entries(value)) {
    Object.defineProperty(object, name === marker ? protoKey : name, {
      value: renamed(element, marker),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return object;
}
