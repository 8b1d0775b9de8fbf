import { AhnlichError } from "../model/errors.js";
import { type TableName, tableNumbers } from "../persistence/table.js";
import type { WriteBatch } from "../persistence/write-batch.js";
import { checksum } from "./checksum.js";

/*
 * Every row's value, in every table:
 *
 *   | row format u8 = 1 | checksum u32 LE | body |
 *
 * The checksum is the CRC-32 of key and body, begun with table number x 256 + row format, so that a
 * row is never taken for another's, whichever byte of it or of its key is flipped.
 */

/** The format of the rows that this version writes. A later one raises it and still reads this one. */
export const rowFormat = 1;

/** What comes before the body in a value. */
export const headerBytes = 5;

/** Puts a row into the batch: `fill` writes the body's `length` bytes, zero at first, from `at` on. */
export function putRow(
  batch: WriteBatch,
  table: TableName,
  key: Uint8Array,
  length: number,
  fill: (bytes: Buffer, at: number) => void,
): void {
  const keyAt = beginRow(batch, table, key.length, length);
  batch.buffer.set(key, keyAt);
  fill(batch.buffer, keyAt + key.length + headerBytes);
  endRow(batch, table, keyAt, key.length);
}

/**
 * Begins a row in the batch: where in `batch.buffer` its key is to be written. Its body, `length` bytes that are zero
 * at first, begins `headerBytes` behind the key.
 */
export function beginRow(
  batch: WriteBatch,
  table: TableName,
  keyLength: number,
  length: number,
): number {
  return batch.begin(table, keyLength, headerBytes + length);
}

/**
 * Completes the row that was begun last, whose key is written at `keyAt` and its body behind.
 *
 * @param last what the body ends with, where the caller has it as bytes of its own: a long part is summed faster there
 */
export function endRow(
  batch: WriteBatch,
  table: TableName,
  keyAt: number,
  keyLength: number,
  last?: Uint8Array,
): void {
  const bytes = batch.buffer;
  const row = keyAt + keyLength;
  const seed = checksum(bytes, seedOf(table, rowFormat), keyAt, row);
  const end = last === undefined ? batch.length : batch.length - last.length;
  let sum = checksum(bytes, seed, row + headerBytes, end);
  if (last !== undefined) sum = checksum(last, sum);
  bytes[row] = rowFormat;
  bytes[row + 1] = sum;
  bytes[row + 2] = sum >>> 8;
  bytes[row + 3] = sum >>> 16;
  bytes[row + 4] = sum >>> 24;
}

/**
 * The body of a stored row, as a view of it.
 *
 * @throws CORRUPT when key or body are not what was written, FORMAT_TOO_NEW for a row of a later version
 */
export function bodyOf(table: TableName, key: Uint8Array, row: Uint8Array): Buffer {
  if (row.length >= headerBytes) {
    const format = row[0] as number;
    const body = bodyIn(row);
    if (checksum(body, sumOfKey(table, format, key)) === storedSum(row)) {
      if (format <= rowFormat) return body;
      throw new AhnlichError(
        "FORMAT_TOO_NEW",
        `a row of table ${table} has format ${format}, this version reads up to ${rowFormat}`,
      );
    }
  }
  const at = Buffer.from(key).toString("hex");
  throw new AhnlichError("CORRUPT", `table ${table}, row ${at}: the checksum does not match`, {
    details: { table, key: at },
  });
}

function bodyIn(row: Uint8Array): Buffer {
  return Buffer.from(row.buffer, row.byteOffset + headerBytes, row.length - headerBytes);
}

function sumOfKey(table: TableName, format: number, key: Uint8Array): number {
  return checksum(key, seedOf(table, format));
}

function seedOf(table: TableName, format: number): number {
  return tableNumbers[table] * 256 + format;
}

function storedSum(row: Uint8Array): number {
  const low = (row[1] as number) | ((row[2] as number) << 8) | ((row[3] as number) << 16);
  return (low | ((row[4] as number) << 24)) >>> 0;
}
