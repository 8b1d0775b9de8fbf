import type { CheckedQuery } from "../model/checked-query.js";
import { AhnlichError } from "../model/errors.js";
import { type SortKey, valueRanks } from "../model/value-order.js";
import type { StoredStore } from "../rows/store-rows.js";
import { makeCursor, readCursor } from "./cursor.js";

/** Where a sorted page ended: what its last entry was sorted by, as it was then, and its id. */
export interface SortPlace {
  readonly key: SortKey;
  readonly id: string;
}

/** A cursor that has, in place of an id, the rank and the value of the key and the id, as JSON. */
export function makeSortCursor(
  store: StoredStore,
  query: CheckedQuery<"find">,
  { key, id }: SortPlace,
): string {
  return makeCursor(store, query, JSON.stringify([key.rank, key.value ?? null, id]));
}

/** The place behind which the next page begins. @throws INVALID_ARGUMENT for what is no cursor of this query. */
export function readSortCursor(
  store: StoredStore,
  query: CheckedQuery<"find">,
): SortPlace | undefined {
  const text = readCursor(store, query);
  if (text === undefined) return undefined;
  const [rank, value, id] = listIn(text);
  if (typeof rank !== "number" || typeof id !== "string" || !isValueOf(rank, value))
    throw noPlace();
  return { key: { rank, value: value ?? undefined }, id };
}

function listIn(text: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    throw noPlace();
  }
}

/** Whether a key of that rank may have the value. */
function isValueOf(rank: number, value: unknown): value is number | string | null {
  if (rank === valueRanks.number || rank === valueRanks.date) return typeof value === "number";
  if (rank === valueRanks.string) return typeof value === "string" && value.isWellFormed();
  return Object.values<number>(valueRanks).includes(rank) && value === null;
}

function noPlace(): AhnlichError {
  return new AhnlichError("INVALID_ARGUMENT", "cursor: expected one that a page has given");
}
