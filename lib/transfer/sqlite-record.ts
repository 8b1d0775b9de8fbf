import type { SqliteFile } from "./sqlite-file.js";

/** What a column of a row holds; an integer beyond 2^53 is a bigint. */
export type SqlValue = null | SqlInteger | string | Uint8Array;
export type SqlInteger = number | bigint;

/** The columns of one row. @throws INVALID_ARGUMENT where these bytes are none */
export function decodeRecord(payload: Buffer, file: SqliteFile): SqlValue[] {
  const values: SqlValue[] = [];
  const header = readVarint(payload, 0);
  const headerBytes = Number(header.value);
  if (!(headerBytes <= payload.length)) throw file.damaged("a row is longer than it should be");
  let at = header.end;
  let place = headerBytes;
  while (at < headerBytes) {
    const { value, end } = readVarint(payload, at);
    const type = Number(value);
    const bytes = bytesOf(type);
    if (place + bytes > payload.length) throw file.damaged("a row is longer than it should be");
    values.push(decodeValue(type, payload.subarray(place, place + bytes), file));
    at = end;
    place += bytes;
  }
  return values;
}

/** A number of 1 to 9 bytes, 7 bits each and 8 in the ninth. */
export function readVarint(bytes: Buffer, at: number): { value: SqlInteger; end: number } {
  let value = 0;
  for (let i = 0; i < 7; i++) {
    const byte = bytes[at + i] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: at + i + 1 };
  }
  let large = BigInt(value);
  for (let i = 7; i < 9; i++) {
    const byte = BigInt(bytes[at + i] ?? 0);
    large = i === 8 ? (large << 8n) | byte : (large << 7n) | (byte & 0x7fn);
    if (i === 8 || byte < 0x80n)
      return { value: toInteger(BigInt.asIntN(64, large)), end: at + i + 1 };
  }
  return { value: toInteger(large), end: at + 9 };
}

/** As a number wherever that is exact. */
export function toInteger(value: bigint): SqlInteger {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Of the value of that serial type. */
function bytesOf(type: number): number {
  return type >= 12 ? (type - (type & 1) - 12) / 2 : fixedBytes[type];
}

function decodeValue(type: number, bytes: Buffer, file: SqliteFile): SqlValue {
  switch (type) {
    case 0:
      return null;
    case 6:
      return toInteger(bytes.readBigInt64BE());
    case 7:
      return bytes.readDoubleBE();
    case 8:
    case 9:
      return type - 8;
    case 10:
    case 11:
      throw file.damaged("a row holds a value of no known type");
  }
  if (type < 6) return bytes.readIntBE(0, bytes.length);
  return (type & 1) === 1 ? file.text(bytes) : new Uint8Array(bytes);
}

const fixedBytes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0];
