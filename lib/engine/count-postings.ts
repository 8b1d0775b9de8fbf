import type { MetadataValue } from "../model/metadata.js";
import type { Snapshot } from "../persistence/persistence.js";
import { orderedPostings } from "../rows/ordered-postings.js";
import { postingParts } from "../rows/posting-rows.js";
import { termTypes, valueOfTerm } from "../rows/value-terms.js";
import { OrdinalSet } from "./ordinal-set.js";
import type { Steps } from "./steps.js";

/** Whose postings are counted, and how far. */
export interface CountedPostings {
  readonly incarnation: number;
  /** The index's number. */
  readonly index: number;
  /** Whether an entry counts; all do where it is not there. */
  readonly passes: ((ordinal: number) => boolean) | undefined;
  readonly rowsMax: number;
  /** Gets each value that some have, itself or as an element, and how many these are. */
  readonly visit: (value: MetadataValue, count: number) => void;
}

/**
 * Counts the values that an index tells apart. Those entries that count and have others are the answer, to be looked
 * into; undefined where it would take more rows than that, or there are lists whose elements it does not tell.
 */
export function* countPostings(
  snapshot: Snapshot,
  sought: CountedPostings,
): Steps<OrdinalSet | undefined> {
  const counting = { snapshot, sought, unsure: new OrdinalSet(), rows: 0 };
  if ((yield* nextOf(termsOf(counting, postingParts.long))) !== undefined) return undefined;
  const values = termsOf(counting, postingParts.value);
  const elements = termsOf(counting, postingParts.element);
  let one = yield* nextOf(values);
  let other = yield* nextOf(elements);
  // Both are in the order of the terms: what is a value here and an element there is counted together.
  for (;;) {
    const term = leastOf(one, other);
    if (term === undefined) return counting.unsure;
    if (counting.rows > sought.rowsMax) return undefined;
    let count = 0;
    if (one?.term === term) {
      count += one.count;
      one = yield* nextOf(values);
    }
    if (other?.term === term) {
      count += other.count;
      other = yield* nextOf(elements);
    }
    const value = valueOfTerm(term);
    if (value !== undefined && count > 0) sought.visit(value, count);
  }
}

interface Counting {
  readonly snapshot: Snapshot;
  readonly sought: CountedPostings;
  /** Those that have a value which its term does not tell. */
  readonly unsure: OrdinalSet;
  /** How many were read. */
  rows: number;
}

interface CountedTerm {
  readonly term: string;
  readonly count: number;
}

type CountedTerms = Generator<CountedTerm | undefined, void, undefined>;

/** Each term of a part once, in order, with how many entries count; undefined where others may have their turn. */
function* termsOf(counting: Counting, part: string): CountedTerms {
  const { snapshot, sought, unsure } = counting;
  const { incarnation, index, passes } = sought;
  let last: string | undefined;
  let count = 0;
  for (const posting of orderedPostings(snapshot, { incarnation, index, part })) {
    if (posting === undefined) {
      yield;
      continue;
    }
    counting.rows++;
    const { term } = posting;
    if (last !== undefined && term !== last) {
      yield { term: last, count };
      count = 0;
    }
    last = term;
    const all = posting.ordinals();
    const ordinals = passes ? all.filter(passes) : all;
    count += ordinals.length;
    // The elements of lists are told apart from what is no list.
    const isUntold = valueOfTerm(term) === undefined && !(isList(term) && part === valuePart);
    if (isUntold) for (const ordinal of ordinals) unsure.add(ordinal);
  }
  if (last !== undefined) yield { term: last, count };
}

/** The next term, if there is one. */
function* nextOf(terms: CountedTerms): Steps<CountedTerm | undefined> {
  for (;;) {
    const next = terms.next();
    if (next.done) return undefined;
    if (next.value !== undefined) return next.value;
    yield;
  }
}

function leastOf(one: CountedTerm | undefined, other: CountedTerm | undefined): string | undefined {
  if (one === undefined || other === undefined) return one?.term ?? other?.term;
  const isFirst = one.term < other.term;
  return (isFirst ? one : other).term;
}

function isList(term: string): boolean {
  return term.charCodeAt(0) === termTypes.list;
}

const valuePart = postingParts.value;
