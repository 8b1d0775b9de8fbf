import type { RowSizes } from "./file-slack.js";
import type { Snapshot } from "./persistence.js";
import { type TableName, tableNames } from "./table.js";

/** This module, for a thread to measure all rows by it. */
export const rowSizesJob: URL = new URL(import.meta.url);
export const isPassing = true;

/** What it gives: the rows of the tables, some thousand at a time. */
export function* read(
  snapshot: Snapshot,
  pageBytes: number,
): Generator<{ value: RowSizes; transfer: ArrayBuffer[] }> {
  for (const value of readRowSizes(snapshot, pageBytes)) {
    if (value !== undefined) yield { value, transfer: [] };
  }
}

/** The same in small steps: sizes now and then, and nothing between. */
export function* readRowSizes(
  snapshot: Snapshot,
  pageBytes: number,
): Generator<RowSizes | undefined, void, undefined> {
  const nodeMax = Math.floor((pageBytes - pageHeader) / 2);
  for (const table of tableNames) {
    let sizes = nothing(table);
    for (const { key, value } of snapshot.range(table, firstKey, lastKey)) {
      const bytes = key.length + value.length;
      const isApart = bytes + nodeHeader > nodeMax;
      sizes.rows++;
      sizes.bytes += bytes;
      sizes.needed += nodeHeader + nodePointer + key.length;
      sizes.needed += isApart ? pagesOf(value.length, pageBytes) : value.length;
      if (sizes.rows < rowsTogether) yield undefined;
      else {
        yield sizes;
        sizes = nothing(table);
      }
    }
    yield sizes;
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function nothing(table: TableName): Mutable<RowSizes> {
  return { table, rows: 0, bytes: 0, needed: 0 };
}

/** A value that is too large for a leaf has whole pages of its own. */
function pagesOf(bytes: number, pageBytes: number): number {
  return Math.ceil((bytes + pageHeader) / pageBytes) * pageBytes;
}

const firstKey = new Uint8Array(1);
const lastKey = new Uint8Array(64).fill(0xff);
const pageHeader = 16;
const nodeHeader = 8;
const nodePointer = 2;
const rowsTogether = 20_000;
