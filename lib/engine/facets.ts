import type { Facet } from "../model/answers.js";
import { canonicalText } from "../model/canonical-text.js";
import type { CheckedQuery } from "../model/checked-query.js";
import { fieldReader } from "../model/field-reader.js";
import type { MetadataValue } from "../model/metadata.js";
import { compareText } from "../model/text.js";
import { compareSortKeys, sortKeyOf } from "../model/value-order.js";
import { isUsable } from "../rows/stored-index.js";
import { termOf } from "../rows/value-terms.js";
import { askIndexes, everything, livingOf, rowsOfAll, type Sought } from "./allowed-entries.js";
import type { Call } from "./call.js";
import { countPostings } from "./count-postings.js";
import { Foremost } from "./foremost.js";
import type { Found } from "./predicate-planner.js";
import { Slice } from "./slice.js";
import { inSlices, type Steps } from "./steps.js";
import { type Tallied, ValueTally } from "./value-tally.js";
import type { View } from "./view.js";
import { visitAllowed } from "./visit-allowed.js";

/** The values of a field and how often they come: from the postings of its index, or from the entries. */
export async function facets(
  view: View,
  query: CheckedQuery<"facets">,
  time: number,
  call: Call,
): Promise<Facet[]> {
  const store = view.catalog.get(query.store);
  const { where } = query;
  const sought = { view, store, where, time, effort: undefined };
  const foremost = new Foremost<Tallied>(query.limit, compareTallied);
  await inSlices(tallyAll(sought, query.field, foremost), new Slice(call));
  return foremost.sorted().map(({ value, text, count }) => {
    call.takeRoom?.(headBytes + 2 * text.length);
    return { value, count };
  });
}

function* tallyAll(sought: Sought, field: string, foremost: Foremost<Tallied>): Steps<void> {
  const { store, where } = sought;
  const isAll = where.kind === "all";
  const found = isAll ? everything() : yield* askIndexes(sought, rowsOfAll(store));
  const isCounted = found?.isExact ? yield* tallyPostings(sought, field, found, foremost) : false;
  if (!isCounted) yield* tallyEntries(sought, found, field, isEvery, foremost);
}

/**
 * What an index says, and of values that it does not tell apart the entries. Whether that was less than to read all
 * entries that were found; otherwise nothing has come of it.
 */
function* tallyPostings(
  sought: Sought,
  field: string,
  found: Found,
  foremost: Foremost<Tallied>,
): Steps<boolean> {
  const { view, store } = sought;
  const index = store.indexes.find((one) => one.field === field && isUsable(one));
  if (index === undefined) return false;
  const { ordinals, isNegated } = yield* livingOf(sought, found);
  const { size } = ordinals;
  const most = isNegated ? store.counters.entries - size : size;
  const passes = (ordinal: number): boolean => ordinals.has(ordinal) !== isNegated;
  const counted = yield* countPostings(view.snapshot, {
    incarnation: store.incarnation,
    index: index.number,
    passes: isNegated && size === 0 ? undefined : passes,
    rowsMax: rowsLeast + rowsPerEntry * most,
    visit: (value, count) => foremost.add({ value, text: canonicalText(value), count }),
  });
  if (counted === undefined) return false;
  const unsure = { ordinals: counted, isNegated: false, isExact: true };
  yield* tallyEntries(sought, unsure, field, isUntold, foremost);
  return true;
}

/** Reads the entries, those values of which are to be counted. */
function* tallyEntries(
  sought: Sought,
  found: Found | undefined,
  field: string,
  counts: (value: MetadataValue) => boolean,
  foremost: Foremost<Tallied>,
): Steps<void> {
  const read = fieldReader(field);
  const tally = new ValueTally();
  while (tally.begins()) {
    yield* visitAllowed(sought, found, (_, metadata) => {
      const value = read(metadata);
      if (Array.isArray(value)) tally.addElements(value.filter(counts));
      else if (value !== undefined && counts(value)) tally.add(value);
    });
    yield* tally.visit((tallied) => foremost.add(tallied));
  }
}

function compareTallied(a: Tallied, b: Tallied): number {
  if (a.count !== b.count) return b.count - a.count;
  const order = compareSortKeys(sortKeyOf(a.value), sortKeyOf(b.value), false);
  return order === 0 ? compareText(a.text, b.text) : order;
}

const isEvery = (): boolean => true;
/** Whether others have its term, too. */
const isUntold = (value: MetadataValue): boolean => !termOf(value).isExact;
/** To read an entry costs as much as so many rows of postings. */
const rowsPerEntry = 3;
const rowsLeast = 256;
/** Of an object with a value and a number. */
const headBytes = 64;
