import type { Nearest } from "../indexes/vector-index.js";
import type { CheckedInclude } from "../model/checked-query.js";
import type { Match } from "../model/entry.js";
import type { Metadata } from "../model/metadata.js";
import { decodeMetadata } from "../rows/entry-rows.js";
import type { Call } from "./call.js";
import { readByOrdinal, vectorOf } from "./read.js";
import type { Slice } from "./slice.js";
import { takeRoom } from "./take-room.js";
import { type Entries, idOf, visitNearest } from "./visit-nearest.js";

export interface Wanted {
  readonly limit: number;
  readonly include: CheckedInclude;
  /** Ids that are no matches. */
  readonly excluded: ReadonlySet<string>;
  /** Whose answer has room for them, or has not: LIMIT_EXCEEDED. */
  readonly call: Call;
}

/** Makes matches of candidates, which are nearest first: equal distances are ordered by id, the rest cut off. */
export async function resolveMatches(
  entries: Entries,
  nearest: Nearest,
  wanted: Wanted,
  slice: Slice,
): Promise<Match[]> {
  const matches: Match[] = [];
  const { limit, excluded } = wanted;
  const visitor = {
    // Of those that tie, any may be excluded.
    get left(): number {
      return matches.length === limit ? 0 : limit - matches.length + excluded.size;
    },
    visit: (ordinal: number, distance: number): void => {
      const match = toMatch(entries, ordinal, distance, wanted);
      if (!excluded.has(match.id)) matches.push(match);
    },
  };
  await visitNearest(entries, nearest, visitor, slice);
  return matches;
}

interface Found {
  readonly id: string;
  readonly distance: number;
  metadata?: Metadata;
  vector?: Float32Array;
}

/** Reads no more rows than the answer carries. */
export function toMatch(
  entries: Entries,
  ordinal: number,
  distance: number,
  { include, call }: Pick<Wanted, "include" | "call">,
): Match {
  const { snapshot, store } = entries;
  const entry = include.metadata ? readByOrdinal(snapshot, store, ordinal) : undefined;
  takeRoom(call, store, include, entry?.metadata);
  const match: Found = { id: entry?.id ?? idOf(entries, ordinal), distance };
  if (entry !== undefined) match.metadata = decodeMetadata(entry.metadata);
  if (include.vector) match.vector = vectorOf(snapshot, store, ordinal);
  return match as Match;
}
