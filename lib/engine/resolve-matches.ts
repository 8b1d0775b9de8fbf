import type { Nearest } from "../indexes/vector-index.js";
import type { CheckedInclude } from "../model/checked-query.js";
import type { Match } from "../model/entry.js";
import type { Metadata } from "../model/metadata.js";
import { compareText } from "../model/text.js";
import type { Snapshot } from "../persistence/persistence.js";
import { decodeMetadata } from "../rows/entry-rows.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { KnownIds } from "./known-ids.js";
import { readByOrdinal, vectorOf } from "./read.js";
import type { Slice } from "./slice.js";

export interface Wanted {
  readonly limit: number;
  readonly include: CheckedInclude;
  /** Ids that are no matches. */
  readonly excluded: ReadonlySet<string>;
}

/** Where the entries are that ordinals stand for. */
export interface Entries {
  readonly snapshot: Snapshot;
  readonly store: StoredStore;
  readonly ids: KnownIds;
}

/** Makes matches of candidates, which are nearest first: equal distances are ordered by id, the rest cut off. */
export async function resolveMatches(
  entries: Entries,
  { ordinals, distances }: Nearest,
  wanted: Wanted,
  slice: Slice,
): Promise<Match[]> {
  const matches: Match[] = [];
  const take = (match: Match): void => {
    if (matches.length < wanted.limit && !wanted.excluded.has(match.id)) matches.push(match);
  };
  let start = 0;
  while (start < ordinals.length && matches.length < wanted.limit) {
    const distance = distances[start] as number;
    let end = start + 1;
    while (end < ordinals.length && distances[end] === distance) end++;
    if (end === start + 1) take(toMatch(entries, ordinals[start] as number, distance, wanted));
    else {
      const most = wanted.limit - matches.length + wanted.excluded.size;
      for (const { ordinal } of await firstIds(
        entries,
        ordinals.subarray(start, end),
        most,
        slice,
      )) {
        take(toMatch(entries, ordinal, distance, wanted));
        if (slice.isOver) await slice.next();
      }
    }
    if (slice.isOver) await slice.next();
    start = end;
  }
  return matches;
}

interface Tied {
  readonly id: string;
  readonly ordinal: number;
}

/** The first `most` by id of those that tie, which may be a whole store: sorted in runs, each merged with the best. */
async function firstIds(
  entries: Entries,
  ordinals: Float64Array,
  most: number,
  slice: Slice,
): Promise<readonly Tied[]> {
  let first: readonly Tied[] = [];
  for (let start = 0; start < ordinals.length; start += tiedAtOnce) {
    const run: Tied[] = [];
    for (const ordinal of ordinals.subarray(start, start + tiedAtOnce)) {
      run.push({ id: idOf(entries, ordinal), ordinal });
      if (slice.isOver) await slice.next();
    }
    if (run.length > 1) run.sort((a, b) => compareText(a.id, b.id));
    first = first.length === 0 ? run : merge(first, run, most);
  }
  return first;
}

/** The first `most` of two sorted lists. */
function merge(a: readonly Tied[], b: readonly Tied[], most: number): Tied[] {
  const merged: Tied[] = [];
  for (let i = 0, j = 0; merged.length < most; ) {
    const [left, right] = [a[i], b[j]];
    if (left === undefined && right === undefined) break;
    const isLeft =
      right === undefined || (left !== undefined && compareText(left.id, right.id) < 0);
    merged.push((isLeft ? left : right) as Tied);
    if (isLeft) i++;
    else j++;
  }
  return merged;
}

interface Found {
  readonly id: string;
  readonly distance: number;
  metadata?: Metadata;
  vector?: Float32Array;
}

/** Reads no more rows than the answer carries. */
function toMatch(entries: Entries, ordinal: number, distance: number, { include }: Wanted): Match {
  const { snapshot, store } = entries;
  const entry = include.metadata ? readByOrdinal(snapshot, store, ordinal) : undefined;
  const match: Found = { id: entry?.id ?? idOf(entries, ordinal), distance };
  if (entry !== undefined) match.metadata = decodeMetadata(entry.metadata);
  if (include.vector) match.vector = vectorOf(snapshot, store, ordinal);
  return match as Match;
}

function idOf({ snapshot, store, ids }: Entries, ordinal: number): string {
  const known = ids.get(ordinal);
  if (known !== undefined) return known;
  const { id } = readByOrdinal(snapshot, store, ordinal);
  ids.set(ordinal, id);
  return id;
}

/** So many are sorted in about a millisecond. */
const tiedAtOnce = 1_000;
