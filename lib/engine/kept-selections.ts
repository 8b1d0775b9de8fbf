import type { VectorIndex } from "../indexes/vector-index.js";
import type { Predicate } from "../model/predicate.js";
import type { StoredStore } from "../rows/store-rows.js";
import { type Selecting, type Selections, selectionsOf } from "./selections.js";

/**
 * As `selectionsOf`, but what a predicate allows is found once as long as the store stays as it is, for the last few
 * predicates: who searches with a filter mostly does so again.
 */
export function keptSelectionsOf(
  selecting: Selecting,
  where: Predicate,
): Selections | Promise<Selections> {
  const { index, store } = selecting;
  // What expires goes without a write.
  const key = store.counters.expiring === 0 ? keyOf(where) : undefined;
  if (key === undefined) return selectionsOf(selecting, where);
  const kept = of(index, store);
  const found = kept.get(key);
  if (found !== undefined) {
    kept.delete(key);
    kept.set(key, found); // the last one used is the last to go
    return found;
  }
  return selectionsOf(selecting, where).then((selections) => {
    keep(of(index, store), key, selections);
    return selections;
  });
}

type Kept = Map<string, Selections>;

/** Those of the store as it is now; of another state none are left. */
function of(index: VectorIndex, store: StoredStore): Kept {
  const { position } = store.counters;
  let one = byIndex.get(index);
  if (one === undefined || one.position < position) {
    one = { position, kept: new Map() };
    byIndex.set(index, one);
  }
  // Who reads an older state keeps nothing.
  return one.position === position ? one.kept : new Map();
}

function keep(kept: Kept, key: string, selections: Selections): void {
  const oldest = kept.keys().next();
  if (kept.size >= keptMax && !oldest.done) kept.delete(oldest.value);
  kept.set(key, selections);
}

/** Equal for equal predicates; undefined where it would be long, or there is nothing to find. */
function keyOf(where: Predicate): string | undefined {
  if (where.kind === "all" || where.kind === "none") return undefined;
  const key = JSON.stringify(where, plain);
  return key.length > keyCharsMax ? undefined : key;
}

/** No field of metadata begins with a dollar. */
function plain(this: { readonly [name: string]: unknown }, name: string, value: unknown): unknown {
  const given = this[name];
  if (given instanceof Date) return { $date: given.getTime() };
  if (given instanceof Uint8Array) return { $bytes: Buffer.from(given).toString("base64") };
  return value;
}

const byIndex = new WeakMap<VectorIndex, { readonly position: number; readonly kept: Kept }>();
/** Each takes up to half a byte for each entry of the store. */
const keptMax = 16;
const keyCharsMax = 4_096;
