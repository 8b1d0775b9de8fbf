import type { SortKey } from "../model/value-order.js";
import { ordinalOfRow } from "../rows/entry-rows.js";
import { afterIdKey, afterStoreKey, storeKey } from "../rows/keys.js";
import { type Looking, testOf } from "./looking.js";
import type { Found } from "./predicate-planner.js";
import { readByOrdinal } from "./read.js";

/** Which entries a walk is for. */
export interface Walk {
  /** The id behind which it begins. */
  readonly after: string | undefined;
  /** Whether an entry may be what is looked for; undefined where nothing is known. */
  readonly passes: ((ordinal: number) => boolean) | undefined;
  /** Whether what passes is allowed, so that only expiry is to be seen. */
  readonly isKnown: boolean;
  /** What all of them are sorted by, where they are. */
  readonly key?: SortKey;
}

/**
 * Takes entries in the order of their ids, until the page is full; of what does not pass only the id is looked at.
 * Whether there is still room.
 */
export async function walkIds(looking: Looking, walk: Walk): Promise<boolean> {
  const { view, store, slice, effort, page } = looking;
  const { after, passes, isKnown, key: sortedBy } = walk;
  const { incarnation } = store;
  const from = after === undefined ? storeKey(incarnation) : afterIdKey(incarnation, after);
  const allows = testOf(looking, isKnown);
  for (const { key, value } of view.snapshot.range("ids", from, afterStoreKey(incarnation))) {
    effort?.add(passes === undefined ? "scan" : "index", 1);
    const ordinal = ordinalOfRow(key, value);
    if (passes === undefined || passes(ordinal)) {
      const stored = readByOrdinal(view.snapshot, store, ordinal);
      if (allows(stored) && !page.take(stored, sortedBy)) return false;
    }
    if (slice.isOver) await slice.next();
  }
  return true;
}

/** What indexes have found, as a test; undefined where they did not help. */
export function passesOf(found: Found | undefined): ((ordinal: number) => boolean) | undefined {
  if (found === undefined) return undefined;
  const { ordinals, isNegated } = found;
  return (ordinal) => ordinals.has(ordinal) !== isNegated;
}
