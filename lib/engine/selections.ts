import type { Selection, VectorIndex } from "../indexes/vector-index.js";
import type { Predicate } from "../model/predicate.js";
import type { StoredStore } from "../rows/store-rows.js";
import { allowedEntries } from "./allowed-entries.js";
import type { Effort } from "./effort.js";
import type { OrdinalSet } from "./ordinal-set.js";
import type { Slice } from "./slice.js";
import { inSlices, type Steps } from "./steps.js";
import type { View } from "./view.js";

/** What a search may find: all of an index, where neither is given. */
export interface Selections {
  readonly within: Selection | undefined;
  readonly without: Selection | undefined;
}

export interface Selecting {
  readonly index: VectorIndex;
  readonly view: View;
  readonly store: StoredStore;
  /** What has expired then is not found. */
  readonly time: number;
  readonly slice: Slice;
  /** Where somebody wants to know what it takes. */
  readonly effort: Effort | undefined;
}

/** Whether there is nothing to select, so that nobody need wait for it. */
export function selectsAll(store: StoredStore, where: Predicate): boolean {
  return where.kind === "all" && store.counters.expiring === 0;
}

/** What the predicate allows and has not expired. */
export async function selectionsOf(selecting: Selecting, where: Predicate): Promise<Selections> {
  const { index, view, store, time, slice, effort } = selecting;
  const selection = index.select();
  const allowing = allowedEntries({ view, store, where, time, effort });
  const { ordinals, isNegated } = await inSlices(allowing, slice);
  await inSlices(addAll(selection, ordinals), slice);
  if (where.kind === "all") effort?.add("scan", selection.size);
  if (!isNegated) return { within: selection, without: undefined };
  return { within: undefined, without: selection.size === 0 ? undefined : selection };
}

function* addAll(selection: Selection, ordinals: OrdinalSet): Steps<void> {
  for (const ordinal of ordinals) {
    selection.add(ordinal);
    yield;
  }
}
