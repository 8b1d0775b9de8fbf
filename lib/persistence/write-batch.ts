import { AhnlichError } from "../model/errors.js";
import { maxKeyBytes, type TableName, tableNames, tableNumbers } from "./table.js";

/**
 * Rows to put and keys to delete, in order, in one growing run of bytes that can be transferred to a worker:
 *
 *   | table u8 | operation u8 | key length u16 | value length u32 | key | value |   (little-endian, unpadded)
 *
 * A key that no table takes is refused with INVALID_ARGUMENT here, so that no commit fails half-way for it.
 */
export class WriteBatch {
  #bytes: Uint8Array<ArrayBuffer>;
  #buffer: Buffer;
  #length = 0;
  #operations = 0;

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
    this.#buffer = Buffer.from(this.#bytes.buffer);
  }

  /** Puts and deletes so far. */
  get operations(): number {
    return this.#operations;
  }

  /** How many bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** The bytes so far: a view, valid until the next change. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** All bytes, those not yet used behind them: valid until the next change. */
  get buffer(): Buffer {
    return this.#buffer;
  }

  /** Makes room for so many bytes more, where it is known that they will come. */
  expect(bytes: number): void {
    if (this.#length + bytes > this.#bytes.length) this.#grow(this.#length + bytes);
  }

  /** Takes back all but so many bytes and operations, which were there once. */
  truncate(length: number, operations: number): void {
    this.#bytes.fill(0, length, this.#length);
    this.#length = length;
    this.#operations = operations;
  }

  put(table: TableName, key: Uint8Array, value: Uint8Array): void {
    const at = this.reserve(table, key, value.length);
    this.#bytes.set(value, at);
  }

  delete(table: TableName, key: Uint8Array): void {
    const at = this.#append(deleting, table, key.length, 0);
    this.#bytes.set(key, at);
  }

  /**
   * Puts a row whose value of `length` bytes, zero at first, the caller writes at once into `buffer`, from
   * the offset returned.
   */
  reserve(table: TableName, key: Uint8Array, length: number): number {
    const at = this.begin(table, key.length, length);
    this.#bytes.set(key, at);
    return at + key.length;
  }

  /** Puts a row whose key, and its value behind, the caller writes at once into `buffer`, from the offset returned. */
  begin(table: TableName, keyLength: number, length: number): number {
    return this.#append(putting, table, keyLength, length);
  }

  /** Calls `visit` for each operation in order; `value` is undefined for a delete. The bytes are views. */
  static forEach(
    bytes: Uint8Array,
    visit: (table: TableName, key: Uint8Array, value: Uint8Array | undefined) => void,
  ): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length; ) {
      const keyAt = at + headerBytes;
      const valueAt = keyAt + view.getUint16(at + 2, true);
      const end = endAt(view, at);
      const value = bytes[at + 1] === putting ? bytes.subarray(valueAt, end) : undefined;
      visit(tableNames[bytes[at] as number] as TableName, bytes.subarray(keyAt, valueAt), value);
      at = end;
    }
  }

  /** Calls `visit` for each operation, one table after the other, those of a table in order; it makes no views. */
  static forEachByTable(
    bytes: Uint8Array,
    visit: (table: TableName, operation: OperationPlace) => void,
  ): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const places: number[][] = tableNames.map(() => []);
    for (let at = 0; at < bytes.length; at = endAt(view, at)) places[bytes[at] as number]?.push(at);
    const operation = { isPut: false, keyAt: 0, valueAt: 0, end: 0 };
    for (const [number, ofTable] of places.entries()) {
      for (const at of ofTable) {
        operation.isPut = bytes[at + 1] === putting;
        operation.keyAt = at + headerBytes;
        operation.valueAt = operation.keyAt + view.getUint16(at + 2, true);
        operation.end = endAt(view, at);
        visit(tableNames[number] as TableName, operation);
      }
    }
  }

  /** The same operations in runs of at most `operations`, in order: views. */
  static *parts(bytes: Uint8Array, operations: number): Generator<Uint8Array, void, undefined> {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let from = 0, to = 0; from < bytes.length; from = to) {
      for (let count = 0; count < operations && to < bytes.length; count++) to = endAt(view, to);
      yield bytes.subarray(from, to);
    }
  }

  /** Where the key is to be written. */
  #append(operation: number, table: TableName, keyLength: number, valueLength: number): number {
    if (keyLength < 1 || keyLength > maxKeyBytes) throw badKey(keyLength);
    const at = this.#length;
    const end = at + headerBytes + keyLength + valueLength;
    if (end > this.#bytes.length) this.#grow(end);
    const bytes = this.#bytes;
    bytes[at] = tableNumbers[table];
    bytes[at + 1] = operation;
    bytes[at + 2] = keyLength;
    bytes[at + 3] = keyLength >>> 8;
    bytes[at + 4] = valueLength;
    bytes[at + 5] = valueLength >>> 8;
    bytes[at + 6] = valueLength >>> 16;
    bytes[at + 7] = valueLength >>> 24;
    this.#length = end;
    this.#operations++;
    return at + headerBytes;
  }

  #grow(needed: number): void {
    const bytes = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    bytes.set(this.bytes);
    this.#bytes = bytes;
    this.#buffer = Buffer.from(bytes.buffer);
  }
}

/** Where an operation lies in the bytes of its batch: its key, and behind it, where it is a put, its value. */
export interface OperationPlace {
  readonly isPut: boolean;
  readonly keyAt: number;
  readonly valueAt: number;
  readonly end: number;
}

const headerBytes = 8;
const putting = 0;
const deleting = 1;

function endAt(view: DataView, at: number): number {
  return at + headerBytes + view.getUint16(at + 2, true) + view.getUint32(at + 4, true);
}

function badKey(length: number): AhnlichError {
  const sentence = `key of a row: expected 1 to ${maxKeyBytes} bytes, got ${length}`;
  return new AhnlichError("INVALID_ARGUMENT", sentence, {
    details: { bound: maxKeyBytes, got: length },
  });
}
