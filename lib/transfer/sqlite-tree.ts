import type { SqliteFile } from "./sqlite-file.js";
import { decodeRecord, readVarint, type SqlInteger, type SqlValue } from "./sqlite-record.js";

export interface SqlRow {
  readonly rowid: SqlInteger;
  readonly values: readonly SqlValue[];
}

/** All rows of the table whose tree begins at that page, in the order of their rowids. */
export async function* readRows(
  file: SqliteFile,
  root: number,
  depth = 0,
): AsyncGenerator<SqlRow, void, undefined> {
  const page = await openPage(file, root, depth);
  if (page.type !== tableLeaf && page.type !== tableInterior) throw noTable(file);
  for (let i = 0; i < page.cells; i++) {
    const at = page.cell(i);
    if (page.type === tableLeaf) yield await readRow(file, page.bytes, at);
    else yield* readRows(file, page.bytes.readUInt32BE(at), depth + 1);
  }
  if (page.type === tableInterior) yield* readRows(file, page.rightmost, depth + 1);
}

/** The row of that rowid; undefined where there is none. */
export async function findRow(
  file: SqliteFile,
  root: number,
  rowid: SqlInteger,
): Promise<SqlRow | undefined> {
  let number = root;
  for (let depth = 0; ; depth++) {
    const page = await openPage(file, number, depth);
    const isLeaf = page.type === tableLeaf;
    if (!isLeaf && page.type !== tableInterior) throw noTable(file);
    const keyAt = (i: number): SqlInteger => {
      const at = page.cell(i) + (isLeaf ? 0 : 4);
      return readVarint(page.bytes, isLeaf ? readVarint(page.bytes, at).end : at).value;
    };
    const i = firstNotBelow(page.cells, (i) => keyAt(i) < rowid);
    if (!isLeaf) number = i < page.cells ? page.bytes.readUInt32BE(page.cell(i)) : page.rightmost;
    else if (i === page.cells || keyAt(i) !== rowid) return undefined;
    else return readRow(file, page.bytes, page.cell(i));
  }
}

/**
 * The rowid that an index of one column gives for an integer; undefined where it has none. The
 * index's rows are short: that column, and the rowid.
 */
export async function findInIndex(
  file: SqliteFile,
  root: number,
  key: SqlInteger,
): Promise<SqlInteger | undefined> {
  let number = root;
  for (let depth = 0; ; depth++) {
    const page = await openPage(file, number, depth);
    const isLeaf = page.type === indexLeaf;
    if (!isLeaf && page.type !== indexInterior) throw file.damaged("an index is none");
    const entryAt = (i: number): SqlValue[] => {
      const { value, end } = readVarint(page.bytes, page.cell(i) + (isLeaf ? 0 : 4));
      return decodeRecord(page.bytes.subarray(end, end + Number(value)), file);
    };
    const i = firstNotBelow(page.cells, (i) => Number(entryAt(i)[0]) < Number(key));
    const found = i < page.cells ? entryAt(i) : undefined;
    if (found !== undefined && found[0] === key) return found[1] as SqlInteger;
    if (isLeaf) return undefined;
    number = i < page.cells ? page.bytes.readUInt32BE(page.cell(i)) : page.rightmost;
  }
}

interface TreePage {
  readonly bytes: Buffer;
  readonly type: number;
  readonly cells: number;
  /** The page behind the last cell; 0 in a leaf. */
  readonly rightmost: number;
  /** Where the cell of that number begins. */
  cell(i: number): number;
}

async function openPage(file: SqliteFile, number: number, depth: number): Promise<TreePage> {
  if (depth > depthMax) throw file.damaged("a tree of pages is too deep");
  const bytes = await file.page(number);
  const start = number === 1 ? 100 : 0;
  const type = bytes[start];
  const isLeaf = type === tableLeaf || type === indexLeaf;
  const pointers = start + (isLeaf ? 8 : 12);
  const cells = bytes.readUInt16BE(start + 3);
  if (pointers + 2 * cells > bytes.length) throw file.damaged(`page ${number} is damaged`);
  return {
    bytes,
    type,
    cells,
    rightmost: isLeaf ? 0 : bytes.readUInt32BE(start + 8),
    cell(i) {
      const at = bytes.readUInt16BE(pointers + 2 * i);
      if (at + 4 > bytes.length) throw file.damaged(`page ${number} is damaged`);
      return at;
    },
  };
}

async function readRow(file: SqliteFile, page: Buffer, at: number): Promise<SqlRow> {
  const length = readVarint(page, at);
  const rowid = readVarint(page, length.end);
  const payload = await readPayload(file, page, rowid.end, Number(length.value));
  return { rowid: rowid.value, values: decodeRecord(payload, file) };
}

/** What does not fit in the page goes on in a chain of others. */
async function readPayload(
  file: SqliteFile,
  page: Buffer,
  at: number,
  bytes: number,
): Promise<Buffer> {
  const local = localBytes(bytes, file.usable);
  if (!(bytes >= 0 && bytes <= payloadMax) || at + local > page.length) {
    throw file.damaged(`a row of ${bytes} bytes cannot be read`);
  }
  if (local === bytes) return page.subarray(at, at + local);
  const payload = Buffer.allocUnsafeSlow(bytes);
  let filled = page.copy(payload, 0, at, at + local);
  let next = page.readUInt32BE(at + local);
  while (filled < bytes) {
    const overflow = await file.page(next);
    filled += overflow.copy(payload, filled, 4, file.usable);
    next = overflow.readUInt32BE(0);
  }
  return payload;
}

/** How much of a row stands in the leaf itself. */
function localBytes(bytes: number, usable: number): number {
  if (bytes <= usable - 35) return bytes;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const most = least + ((bytes - least) % (usable - 4));
  return most <= usable - 35 ? most : least;
}

/** The first of `count` that is not below, where all that are come first. */
function firstNotBelow(count: number, isBelow: (i: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBelow(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function noTable(file: SqliteFile): Error {
  return file.damaged("expected a table with rowids, got another tree");
}

const indexInterior = 2;
const tableInterior = 5;
const indexLeaf = 10;
const tableLeaf = 13;
const depthMax = 32;
const payloadMax = 256 * 1024 * 1024;
