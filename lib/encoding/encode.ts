import { Packr, RESET_BUFFER_MODE } from "msgpackr";
import { encodeFlat } from "./encode-flat.js";
import { depthMax, findUnencodable, inspect, isPlain, unencodable } from "./inspect.js";

/**
 * A value as MessagePack that any other language reads: null, booleans, numbers, text, bytes,
 * Date (the standard timestamp, extension -1), arrays and plain objects of these. Numbers arrive
 * exactly as they were, but for -0, which arrives as 0, as from JSON; an undefined property is left
 * out; undefined itself is nil.
 *
 * `what` it is called in errors; `depth` levels will be around it.
 *
 * The bytes are the caller's own: never written to again, and no view on a larger buffer.
 *
 * @throws INVALID_ARGUMENT with the path of anything else, typed arrays other than Uint8Array
 *   above all; LIMIT_EXCEEDED for nesting beyond `depthMax`, or more than `valuesMax` values
 */
export function encode(value: unknown, what = "value", depth = 0): Uint8Array {
  const flat = mayBeFlat(value) && depth <= depthMax ? encodeFlat(value) : undefined;
  if (flat !== undefined) return flat;
  const found = inspect(value, depth);
  if (found === 0) return packed(value);
  if ((found & unencodable) !== 0) throw findUnencodable(value, what, depth);
  return packed(tidied(value));
}

function mayBeFlat(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value) && isPlain(value);
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

/** A copy without undefined properties. */
function tidied(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(tidied);
  if (value instanceof Date || value instanceof Uint8Array) return value;
  const copy: object = {};
  for (const [name, element] of Object.entries(value)) {
    if (element === undefined) continue;
    Object.defineProperty(copy, name, { ...plainProperty, value: tidied(element) });
  }
  return copy;
}

const plainProperty = { writable: true, enumerable: true, configurable: true } as const;
