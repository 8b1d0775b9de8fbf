import type { Nearest } from "../indexes/vector-index.js";
import type { CheckedInclude } from "../model/checked-query.js";
import type { Match } from "../model/entry.js";
import { compareText } from "../model/text.js";
import type { Snapshot } from "../persistence/persistence.js";
import { decodeMetadata } from "../rows/entry-rows.js";
import type { StoredStore } from "../rows/store-rows.js";
import { readByOrdinal, vectorOf } from "./read.js";
import type { Slice } from "./slice.js";

export interface Wanted {
  readonly limit: number;
  readonly include: CheckedInclude;
  /** Ids that are no matches. */
  readonly excluded: ReadonlySet<string>;
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
    const tied = await idsOf(snapshot, store, ordinals.subarray(start, end), slice);
    for (const { id, ordinal } of tied) {
      if (matches.length === wanted.limit) break;
      if (wanted.excluded.has(id)) continue;
      matches.push(toMatch(snapshot, store, id, ordinal, distance, wanted.include));
    }
    start = end;
  }
  return matches;
}

interface Tied {
  readonly id: string;
  readonly ordinal: number;
}

async function idsOf(
  snapshot: Snapshot,
  store: StoredStore,
  ordinals: Float64Array,
  slice: Slice,
): Promise<Tied[]> {
  const tied: Tied[] = [];
  for (const ordinal of ordinals) {
    tied.push({ id: readByOrdinal(snapshot, store, ordinal).id, ordinal });
    if (slice.isOver) await slice.next();
  }
  return tied.length > 1 ? tied.sort((a, b) => compareText(a.id, b.id)) : tied;
}

function toMatch(
  snapshot: Snapshot,
  store: StoredStore,
  id: string,
  ordinal: number,
  distance: number,
  include: CheckedInclude,
): Match {
  return {
    id,
    distance,
    ...(include.metadata
      ? { metadata: decodeMetadata(readByOrdinal(snapshot, store, ordinal).metadata) }
      : {}),
    ...(include.vector ? { vector: vectorOf(snapshot, store, ordinal) } : {}),
  } as Match;
}
