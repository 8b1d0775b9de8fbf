import { type SortKey, sortKeyOf, valueRanks } from "../model/value-order.js";
import { termOf, termTypes, valueOfTerm } from "./value-terms.js";

/** What all values with that term are sorted by; undefined for long strings, which the term does not tell apart. */
export function keyOfTerm(term: string): SortKey | undefined {
  const value = valueOfTerm(term);
  if (value !== undefined) return sortKeyOf(value);
  const type = term.charCodeAt(0);
  return type === termTypes.string ? undefined : { rank: type, value: undefined };
}

/** The term of the values that are sorted by that; of what is not there there is none. */
export function termOfKey({ rank, value }: SortKey): string | undefined {
  if (rank === valueRanks.missing) return undefined;
  if (rank === valueRanks.date) return termOf(new Date(Number(value))).text;
  return value === undefined ? String.fromCharCode(rank) : termOf(value).text;
}
