import type { FieldPredicate, RangePredicate } from "../model/predicate.js";
import { behind, postingParts, postingPrefix } from "./posting-rows.js";
import { prefixTerm, termOf } from "./value-terms.js";

/** The postings of what a predicate allows. */
export interface PostingRanges {
  /** Bounds of keys, the upper ones exclusive, one character a byte. */
  readonly ranges: readonly KeyRange[];
  /** Rows that say, where there are any, that others may be allowed besides. */
  readonly doubtful: KeyRange | undefined;
  /** Whether all that is found is allowed; all that is allowed is found in any case. */
  readonly isExact: boolean;
}

export interface KeyRange {
  readonly from: string;
  readonly to: string;
}

/** Where an index of the predicate's field has what the predicate allows. */
export function postingRanges(
  incarnation: number,
  index: number,
  predicate: FieldPredicate,
): PostingRanges {
  const prefix = postingPrefix(incarnation, index);
  const values = prefix + String.fromCharCode(postingParts.value);
  switch (predicate.kind) {
    case "exists":
      return one(prefix + String.fromCharCode(postingParts.there), true);
    case "equal": {
      const { text, isExact } = termOf(predicate.value);
      return one(values + text, isExact);
    }
    case "in": {
      const terms = predicate.values.map(termOf);
      const texts = [...new Set(terms.map(({ text }) => text))];
      const ranges = texts.map((text) => rangeOf(values + text));
      return { ranges, doubtful: undefined, isExact: terms.every(({ isExact }) => isExact) };
    }
    case "prefix": {
      const { text, isExact } = prefixTerm(predicate.prefix);
      return one(values + text, isExact);
    }
    case "range":
      return betweenBounds(values, predicate);
    case "contains": {
      const { text, isExact } = termOf(predicate.value);
      const elements = prefix + String.fromCharCode(postingParts.element) + text;
      const long = rangeOf(prefix + String.fromCharCode(postingParts.long));
      return { ranges: [rangeOf(elements)], doubtful: long, isExact };
    }
  }
}

function betweenBounds(values: string, { lower, upper }: RangePredicate): PostingRanges {
  const type = termOf(((lower ?? upper) as { value: number }).value).text.slice(0, 1);
  const least = lower && termOf(lower.value);
  const most = upper && termOf(upper.value);
  let from = values + type;
  // Beyond the term of a bound that others have too, some may be allowed that have it.
  if (least)
    from = lower?.inclusive || !least.isExact ? values + least.text : behind(values + least.text);
  let to = behind(values + type);
  if (most)
    to = upper?.inclusive || !most.isExact ? behind(values + most.text) : values + most.text;
  const isExact = (least?.isExact ?? true) && (most?.isExact ?? true);
  const ranges = from < to ? [{ from, to }] : [];
  return { ranges, doubtful: undefined, isExact };
}

function one(start: string, isExact: boolean): PostingRanges {
  return { ranges: [rangeOf(start)], doubtful: undefined, isExact };
}

function rangeOf(start: string): KeyRange {
  return { from: start, to: behind(start) };
}
