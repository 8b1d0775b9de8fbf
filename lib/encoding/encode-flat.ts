/**
 * An object of short ASCII texts, numbers, booleans and nulls as MessagePack, as most metadata is: the very bytes that
 * `encode` gives, in a quarter of the time. Undefined where it holds anything else, a long text or more than 15 fields.
 *
 * @param value a plain object
 */
export function encodeFlat(value: object): Uint8Array | undefined {
  let end = 1;
  let names = 0;
  for (const name in value) {
    if (!hasOwn.call(value, name)) continue;
    if (++names > namesMax) return undefined;
    end = writeText(name, end);
    if (end !== 0) end = writeScalar((value as Record<string, unknown>)[name], end);
    if (end === 0) return undefined;
  }
  scratch[0] = 0x80 | names;
  const bytes = new Uint8Array(end);
  for (let i = 0; i < end; i++) bytes[i] = scratch[i] as number;
  return bytes;
}

/** Where the next one begins; 0 where it cannot be written here. */
function writeScalar(value: unknown, at: number): number {
  if (typeof value === "string") return writeText(value, at);
  if (typeof value === "number") return writeNumber(value, at);
  if (value === null) scratch[at] = 0xc0;
  else if (typeof value === "boolean") scratch[at] = value ? 0xc3 : 0xc2;
  else return 0;
  return at + 1;
}

/** As `writeScalar`. There is room for it: names and texts are bounded. */
function writeText(text: string, at: number): number {
  const { length } = text;
  let start = at + 1;
  if (length < 0x20) scratch[at] = 0xa0 | length;
  else if (length > textMax) return 0;
  else {
    scratch[at] = 0xd9;
    scratch[at + 1] = length;
    start++;
  }
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) return 0;
    scratch[start + i] = unit;
  }
  return start + length;
}

function writeNumber(value: number, at: number): number {
  if (value >>> 0 !== value) return writeOtherNumber(value, at);
  if (value < 0x80) {
    scratch[at] = value;
    return at + 1;
  }
  if (value < 0x100) {
    scratch[at] = 0xcc;
    scratch[at + 1] = value;
    return at + 2;
  }
  if (value < 0x10000) {
    scratch[at] = 0xcd;
    view.setUint16(at + 1, value);
    return at + 3;
  }
  scratch[at] = 0xce;
  view.setUint32(at + 1, value);
  return at + 5;
}

/** One that is negative, not whole, or has more than 32 bits. */
function writeOtherNumber(value: number, at: number): number {
  if (value >> 0 !== value) {
    scratch[at] = 0xcb;
    view.setFloat64(at + 1, value);
    return at + 9;
  }
  if (value >= -0x20) {
    scratch[at] = value;
    return at + 1;
  }
  if (value >= -0x80) {
    scratch[at] = 0xd0;
    scratch[at + 1] = value;
    return at + 2;
  }
  if (value >= -0x8000) {
    scratch[at] = 0xd1;
    view.setInt16(at + 1, value);
    return at + 3;
  }
  scratch[at] = 0xd2;
  view.setInt32(at + 1, value);
  return at + 5;
}

/** Within a `for in` it costs next to nothing, and no list of names is made. */
const hasOwn = Object.prototype.hasOwnProperty;
/** More would have a longer header. */
const namesMax = 15;
const textMax = 128;
/** Written anew by every call; as large as all names and texts together can get. */
const scratch: Uint8Array = new Uint8Array(1 + namesMax * 2 * (2 + textMax));
const view: DataView = new DataView(scratch.buffer);
