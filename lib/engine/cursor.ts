import type { CheckedQuery } from "../model/checked-query.js";
import { AhnlichError } from "../model/errors.js";
import { checksum } from "../rows/checksum.js";
import { readU32, writeU32 } from "../rows/keys.js";
import type { StoredStore } from "../rows/store-rows.js";

/*
 * Where a page ended, as an opaque text: base64url of
 *
 *   | form u8 = 1 | checksum u32 | incarnation u32 | id |
 *
 * The checksum is over all that follows, the predicate, and the order of the pages, so that a cursor is good for its
 * own store and its own question only. In place of the id a sorted page has what `SortPlace` says. It holds no state
 * of the engine: it outlives restarts and writes.
 */

export function makeCursor(store: StoredStore, query: CheckedQuery<"find">, id: string): string {
  const bytes = Buffer.alloc(prefixBytes + Buffer.byteLength(id));
  bytes[0] = form;
  writeU32(bytes, 5, store.incarnation);
  bytes.write(id, prefixBytes);
  writeU32(bytes, 1, sumOf(bytes, query));
  return bytes.toString("base64url");
}

/** The id after which the next page begins. @throws INVALID_ARGUMENT for what is no cursor of this query. */
export function readCursor(store: StoredStore, query: CheckedQuery<"find">): string | undefined {
  if (query.cursor === undefined) return undefined;
  const bytes = Buffer.from(query.cursor, "base64url");
  const isWhole = bytes.length > prefixBytes && bytes[0] === form;
  if (!isWhole || bytes.toString("base64url") !== query.cursor) {
    throw new AhnlichError("INVALID_ARGUMENT", "cursor: expected one that a page has given");
  }
  const isOurs =
    readU32(bytes, 5) === store.incarnation && readU32(bytes, 1) === sumOf(bytes, query);
  if (!isOurs) {
    throw new AhnlichError("INVALID_ARGUMENT", "cursor: it is of another store or another query");
  }
  return bytes.toString("utf8", prefixBytes);
}

function sumOf(bytes: Uint8Array, { where, sort }: CheckedQuery<"find">): number {
  const asked = describe(where) + (sort === undefined ? "" : describe(sort));
  return checksum(bytes.subarray(5), checksum(Buffer.from(asked), 0));
}

/** Predicates of the same form and operands, and only those, have the same text: no field begins with `$`. */
function describe(where: unknown): string {
  return JSON.stringify(where, function (this: Record<string, unknown>, name, value: unknown) {
    const original = this[name];
    if (original instanceof Date) return { $date: original.getTime() };
    if (original instanceof Uint8Array) return { $bytes: Buffer.from(original).toString("hex") };
    return value;
  });
}

const form = 1;
const prefixBytes = 9;
