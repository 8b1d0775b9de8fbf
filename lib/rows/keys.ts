/*
 * Keys are big-endian, so that LMDB's order of bytes is the order of the numbers in them. Nearly all begin
 * with a store's incarnation, a u32 that is given once and never again.
 */

/** Of tables `counters` and `erasing`, and the lower bound of all keys of one store. */
export function storeKey(incarnation: number): Uint8Array {
  const key = new Uint8Array(4);
  writeU32(key, 0, incarnation);
  return key;
}

/** The exclusive upper bound of all keys of one store. */
export function afterStoreKey(incarnation: number): Uint8Array {
  return incarnation === 0xffffffff ? new Uint8Array(5).fill(0xff) : storeKey(incarnation + 1);
}

/** Of tables `entries` and `vectors`. */
export function ordinalKey(incarnation: number, ordinal: number): Uint8Array {
  const key = new Uint8Array(ordinalKeyBytes);
  writeU32(key, 0, incarnation);
  writeU48(key, 4, ordinal);
  return key;
}

export const ordinalKeyBytes = 10;

export function ordinalOfKey(key: Uint8Array): number {
  return readU48(key, 4);
}

/** Of table `expiries`: the entries of a store in the order in which they expire. */
export function expiryKey(incarnation: number, expiresAt: number, ordinal: number): Uint8Array {
  const key = new Uint8Array(16);
  writeU32(key, 0, incarnation);
  writeU48(key, 4, expiresAt);
  writeU48(key, 10, ordinal);
  return key;
}

/** Of table `ids`. */
export function idKey(incarnation: number, id: string): Uint8Array {
  if (id.length > shortLength) return otherIdKey(incarnation, id);
  const key = new Uint8Array(4 + id.length);
  return writeIdKey(key, incarnation, id) ?? otherIdKey(incarnation, id);
}

/** As `idKey`, valid until it is called again: for keys that are copied at once, of which there are so many. */
export function passingIdKey(incarnation: number, id: string): Uint8Array {
  if (id.length > shortLength) return otherIdKey(incarnation, id);
  let key = passing[id.length];
  if (key === undefined) {
    key = new Uint8Array(4 + id.length);
    passing[id.length] = key;
  }
  return writeIdKey(key, incarnation, id) ?? otherIdKey(incarnation, id);
}

/**
 * Undefined where the id is not ASCII. Nearly all ids are short and are, and a call into Buffer costs more than they
 * do.
 */
function writeIdKey(key: Uint8Array, incarnation: number, id: string): Uint8Array | undefined {
  writeU32(key, 0, incarnation);
  for (let i = 0; i < id.length; i++) {
    const unit = id.charCodeAt(i);
    if (unit >= 0x80) return undefined;
    key[4 + i] = unit;
  }
  return key;
}

function otherIdKey(incarnation: number, id: string): Uint8Array {
  const key = Buffer.allocUnsafe(4 + Buffer.byteLength(id));
  writeU32(key, 0, incarnation);
  key.write(id, 4);
  return key;
}

export function idOfKey(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset + 4, key.length - 4).toString();
}

/** The lower bound of the ids that come after `id`. */
export function afterIdKey(incarnation: number, id: string): Uint8Array {
  const key = idKey(incarnation, id);
  const after = new Uint8Array(key.length + 1);
  after.set(key);
  return after;
}

/** Of table `changes`: the changes of one command, in parts of bounded size. */
export function changeKey(incarnation: number, sequence: number, part: number): Uint8Array {
  const key = new Uint8Array(14);
  writeU32(key, 0, incarnation);
  writeU48(key, 4, sequence);
  writeU32(key, 10, part);
  return key;
}

export function sequenceOfKey(key: Uint8Array): number {
  return readU48(key, 4);
}

export function partOfKey(key: Uint8Array): number {
  return readU32(key, 10);
}

/** Of table `stores`, and of `meta` by its rows' names. */
export function nameKey(name: string): Uint8Array {
  return Buffer.from(name);
}

/** Bounds of a whole table. */
export const firstKey: Uint8Array = new Uint8Array(1);
export const lastKey: Uint8Array = new Uint8Array(64).fill(0xff);

export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

export function readU32(bytes: Uint8Array, at: number): number {
  const high = (bytes[at] as number) * 0x1000000;
  return high + readU24(bytes, at + 1);
}

/** `value` is an integer below 2^48. */
export function writeU48(bytes: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 0x100000000);
  bytes[at] = high >>> 8;
  bytes[at + 1] = high;
  writeU32(bytes, at + 2, value >>> 0);
}

export function readU48(bytes: Uint8Array, at: number): number {
  const high = (bytes[at] as number) * 0x100 + (bytes[at + 1] as number);
  return high * 0x100000000 + readU32(bytes, at + 2);
}

const shortLength = 64;
/** By the length of the id. */
const passing: Uint8Array[] = [];

function readU24(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number)
  );
}
