import type { MetadataValue } from "./metadata.js";
import { compareText } from "./text.js";

/**
 * What a value is ordered by. Values of one type are ordered as ranges see them: numbers, texts by their UTF-8 bytes,
 * dates by their time; all bytes, all lists, and all objects are equal. Types come in the order of `valueRanks`.
 */
export interface SortKey {
  readonly rank: number;
  /** Of numbers and texts themselves, of dates the time. */
  readonly value: number | string | undefined;
}

/** The order of the types; what is not there is behind all, however the others are turned. */
export const valueRanks = {
  null: 1,
  false: 2,
  true: 3,
  number: 4,
  string: 5,
  date: 6,
  bytes: 7,
  list: 8,
  object: 9,
  missing: 10,
} as const;

export function sortKeyOf(value: MetadataValue | undefined): SortKey {
  if (typeof value === "number") return { rank: valueRanks.number, value };
  if (typeof value === "string") return { rank: valueRanks.string, value };
  if (value instanceof Date) return { rank: valueRanks.date, value: value.getTime() };
  return { rank: rankOf(value), value: undefined };
}

export function compareSortKeys(a: SortKey, b: SortKey, isDescending: boolean): number {
  if (a.rank !== b.rank) {
    if (a.rank === valueRanks.missing || b.rank === valueRanks.missing) return a.rank - b.rank;
    return isDescending ? b.rank - a.rank : a.rank - b.rank;
  }
  const order = compareValues(a.value, b.value);
  return isDescending ? -order : order;
}

function compareValues(a: SortKey["value"], b: SortKey["value"]): number {
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  return a === undefined || b === undefined ? 0 : Number(a) - Number(b);
}

function rankOf(value: MetadataValue | undefined): number {
  if (value === undefined) return valueRanks.missing;
  if (value === null) return valueRanks.null;
  if (value === true) return valueRanks.true;
  if (value === false) return valueRanks.false;
  if (value instanceof Uint8Array) return valueRanks.bytes;
  return Array.isArray(value) ? valueRanks.list : valueRanks.object;
}
