import type { FieldPredicate, RangePredicate } from "../model/predicate.js";
import { behind, postingParts } from "./posting-rows.js";
import { prefixTerm, termOf } from "./value-terms.js";

/** The terms of what a predicate allows. */
export interface PostingRanges {
  /** In their order; none has anything in common with another. */
  readonly ranges: readonly TermRange[];
  /** Terms that say, where an entry has one, that others may be allowed besides. */
  readonly doubtful: TermRange | undefined;
  /** Whether all that is found is allowed; all that is allowed is found in any case. */
  readonly isExact: boolean;
}

/** The terms with from <= term < to, what they tell before them. */
export interface TermRange {
  readonly from: string;
  readonly to: string;
}

/** Where an index of the predicate's field has what the predicate allows. */
export function postingRanges(predicate: FieldPredicate): PostingRanges {
  const { there, value, element, long } = postingParts;
  switch (predicate.kind) {
    case "exists":
      return rangesOf([only(there)], true);
    case "equal": {
      const { text, isExact } = termOf(predicate.value);
      return rangesOf([only(value + text)], isExact);
    }
    case "in": {
      const terms = predicate.values.map(termOf);
      const texts = [...new Set(terms.map(({ text }) => text))].sort(order);
      return rangesOf(
        texts.map((text) => only(value + text)),
        terms.every(({ isExact }) => isExact),
      );
    }
    case "prefix": {
      const { text, isExact } = prefixTerm(predicate.prefix);
      return rangesOf([{ from: value + text, to: value + behind(text) }], isExact);
    }
    case "range":
      return betweenBounds(predicate);
    case "contains": {
      const { text, isExact } = termOf(predicate.value);
      return { ranges: [only(element + text)], doubtful: only(long), isExact };
    }
  }
}

function betweenBounds({ lower, upper }: RangePredicate): PostingRanges {
  const type = termOf(((lower ?? upper) as { value: number }).value).text.slice(0, 1);
  const least = lower && termOf(lower.value);
  const most = upper && termOf(upper.value);
  let from = type;
  // Of those with the term of a bound that others have too, some may be allowed.
  if (least) from = lower?.inclusive || !least.isExact ? least.text : next(least.text);
  let to = behind(type);
  if (most) to = upper?.inclusive || !most.isExact ? next(most.text) : most.text;
  const isExact = (least?.isExact ?? true) && (most?.isExact ?? true);
  const { value } = postingParts;
  return rangesOf(from < to ? [{ from: value + from, to: value + to }] : [], isExact);
}

function rangesOf(ranges: readonly TermRange[], isExact: boolean): PostingRanges {
  return { ranges, doubtful: undefined, isExact };
}

function only(term: string): TermRange {
  return { from: term, to: next(term) };
}

/** The first text behind that one. */
function next(term: string): string {
  return `${term}\u0000`;
}

function order(a: string, b: string): number {
  return a < b ? -1 : 1;
}
