import type { Nearest } from "../indexes/vector-index.js";
import type { CheckedInclude } from "../model/checked-query.js";
import type { Match } from "../model/entry.js";
import { compareText } from "../model/text.js";
import type { Snapshot } from "../persistence/persistence.js";
import { decodeMetadata } from "../rows/entry-rows.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Call } from "./call.js";
import { readByOrdinal, vectorOf } from "./read.js";
import type { Slice } from "./slice.js";
import { takeRoom } from "./take-room.js";

export interface Wanted {
  readonly limit: number;
  readonly include: CheckedInclude;
  /** Ids that are no matches. */
  readonly excluded: ReadonlySet<string>;
  /** Whose answer has room for them, or has not: LIMIT_EXCEEDED. */
  readonly call?: Call | undefined;
}

/** Makes matches of candidates, which are nearest first: equal distances are ordered by id, the rest cut off. */
export async function resolveMatches(
  snapshot: Snapshot,
  store: StoredStore,
  { ordinals, distances }: Nearest,
  wanted: Wanted,
  slice: Slice,
): Promise<Match[]> {
  const matches: Match[] = [];
  let start = 0;
  while (start < ordinals.length && matches.length < wanted.limit) {
    const distance = distances[start] as number;
    let end = start + 1;
    while (end < ordinals.length && distances[end] === distance) end++;
    const most = wanted.limit - matches.length + wanted.excluded.size;
    const tied = await firstIds(snapshot, store, ordinals.subarray(start, end), most, slice);
    for (const { id, ordinal } of tied) {
      if (matches.length === wanted.limit) break;
      if (wanted.excluded.has(id)) continue;
      matches.push(toMatch(snapshot, store, id, ordinal, distance, wanted));
      if (slice.isOver) await slice.next();
    }
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
  snapshot: Snapshot,
  store: StoredStore,
  ordinals: Float64Array,
  most: number,
  slice: Slice,
): Promise<readonly Tied[]> {
  let first: readonly Tied[] = [];
  for (let start = 0; start < ordinals.length; start += tiedAtOnce) {
    const run: Tied[] = [];
    for (const ordinal of ordinals.subarray(start, start + tiedAtOnce)) {
      run.push({ id: readByOrdinal(snapshot, store, ordinal).id, ordinal });
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

function toMatch(
  snapshot: Snapshot,
  store: StoredStore,
  id: string,
  ordinal: number,
  distance: number,
  { include, call }: Wanted,
): Match {
  const stored = include.metadata ? readByOrdinal(snapshot, store, ordinal).metadata : undefined;
  takeRoom(call, store, include, stored);
  return {
    id,
    distance,
    ...(stored === undefined ? {} : { metadata: decodeMetadata(stored) }),
    ...(include.vector ? { vector: vectorOf(snapshot, store, ordinal) } : {}),
  } as Match;
}

/** So many are sorted in about a millisecond. */
const tiedAtOnce = 1_000;
