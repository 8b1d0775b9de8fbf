import type { Nearest } from "../indexes/vector-index.js";
import { compareText } from "../model/text.js";
import type { Snapshot } from "../persistence/persistence.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { KnownIds } from "./known-ids.js";
import { readByOrdinal } from "./read.js";
import type { Slice } from "./slice.js";

/** Where the entries are that ordinals stand for. */
export interface Entries {
  readonly snapshot: Snapshot;
  readonly store: StoredStore;
  readonly ids: KnownIds;
}

export interface NearestVisitor {
  /** How many more are wanted, at most; 0 ends the visit. */
  readonly left: number;
  visit(ordinal: number, distance: number): void;
}

/** Shows candidates, which are nearest first, in the order of matches: equal distances are ordered by id. */
export async function visitNearest(
  entries: Entries,
  { ordinals, distances }: Nearest,
  visitor: NearestVisitor,
  slice: Slice,
): Promise<void> {
  let start = 0;
  while (start < ordinals.length && visitor.left > 0) {
    const distance = distances[start] as number;
    let end = start + 1;
    while (end < ordinals.length && distances[end] === distance) end++;
    if (end === start + 1) visitor.visit(ordinals[start] as number, distance);
    else {
      const tied = ordinals.subarray(start, end);
      for (const { ordinal } of await firstIds(entries, tied, visitor.left, slice)) {
        if (visitor.left === 0) break;
        visitor.visit(ordinal, distance);
        if (slice.isOver) await slice.next();
      }
    }
    if (slice.isOver) await slice.next();
    start = end;
  }
}

export function idOf({ snapshot, store, ids }: Entries, ordinal: number): string {
  const known = ids.get(ordinal);
  if (known !== undefined) return known;
  const { id } = readByOrdinal(snapshot, store, ordinal);
  ids.set(ordinal, id);
  return id;
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

/** So many are sorted in about a millisecond. */
const tiedAtOnce = 1_000;
