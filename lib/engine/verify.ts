import { isDeepStrictEqual } from "node:util";
import type { VectorIndex } from "../indexes/vector-index.js";
import type { Verification } from "../model/answers.js";
import type { Snapshot } from "../persistence/persistence.js";
import { nameKey, ordinalKey } from "../rows/keys.js";
import { type StoredStore, storeOfRow } from "../rows/store-rows.js";
import { Problems } from "../verification/problems.js";
import { verifyRows } from "../verification/verify-rows.js";
import type { Call } from "./call.js";
import type { Publication } from "./publication.js";
import { Slice } from "./slice.js";
import { inSlices, type Steps } from "./steps.js";
import { isVectorOf, verifyCheckpoint } from "./verify-checkpoint.js";

/**
 * Compares everything that the current view holds: rows with rows, as `verifyRows` does, then with what is in memory,
 * the catalog and the vectors of the stores that were searched, and with their checkpoints. Writes go on meanwhile.
 */
export async function verify(
  publication: Publication,
  call: Call,
  onProgress: (entries: number) => void = () => {},
): Promise<Verification> {
  const { views } = publication;
  const view = views.acquire();
  // In the turn of the view: an index that is loaded later need not hold what the view sees.
  const loaded = [...view.catalog.list()].map((store) => {
    return { store, index: publication.loadedIndexOf(store) };
  });
  const holds = loaded.flatMap(({ store, index }) =>
    index === undefined ? [] : [publication.vectorsOf(store).hold()],
  );
  const problems = new Problems();
  const slice = new Slice(call);
  const { snapshot, sequence } = view;
  let walked = 0;
  const progress = (): void => {
    if (++walked % entriesPerReport === 0) onProgress(walked);
  };
  try {
    const entries = await inSlices(verifyRows(snapshot, problems, progress), slice);
    await inSlices(verifyCatalog(snapshot, loaded, problems), slice);
    for (const { store, index } of loaded) {
      if (index === undefined) continue;
      await publication.vectorsOf(store).whole();
      const found = new Problems();
      await inSlices(verifyIndex({ snapshot, sequence, store, index, problems: found }), slice);
      // One that was given up meanwhile has let go of its vectors, and says nothing.
      if (publication.loadedIndexOf(store) === index) problems.addAll(found);
    }
    const { indexes, checkpoints } = publication;
    for (const { store } of loaded) {
      await verifyCheckpoint({ indexes, checkpoints, snapshot, sequence, store, problems, slice });
    }
    onProgress(walked);
    return { entries, problems: problems.sentences };
  } finally {
    for (const hold of holds) hold[Symbol.dispose]();
    views.release(view);
  }
}

interface IndexedStore {
  readonly store: StoredStore;
  readonly index: VectorIndex | undefined;
}

/** What the engine knows of its stores, against their rows; one that cannot be read is told of there. */
function* verifyCatalog(
  snapshot: Snapshot,
  stores: readonly IndexedStore[],
  problems: Problems,
): Steps<void> {
  for (const { store } of stores) {
    const key = nameKey(store.name);
    const row = snapshot.get("stores", key);
    if (row === undefined) problems.add(`store ${store.name}: it has no row in table stores`);
    else if (differs(store, () => storeOfRow(snapshot, key, row))) {
      problems.add(`store ${store.name}: the engine knows it otherwise than its rows say`);
    }
    yield;
  }
}

function differs(store: StoredStore, read: () => StoredStore): boolean {
  try {
    return !isDeepStrictEqual(store, read());
  } catch {
    return false;
  }
}

interface VerifiedIndex {
  readonly snapshot: Snapshot;
  readonly sequence: number;
  readonly store: StoredStore;
  readonly index: VectorIndex;
  readonly problems: Problems;
}

/** The vectors in memory are those of the rows, all of them. */
function* verifyIndex(verified: VerifiedIndex): Steps<void> {
  const { snapshot, sequence, store, index, problems } = verified;
  let seen = 0;
  for (const { ordinal, bytes } of index.seenAt(sequence)) {
    seen++;
    const key = ordinalKey(store.incarnation, ordinal);
    const row = snapshot.get("vectors", key);
    const where = `store ${store.name}, vector of ordinal ${ordinal}`;
    if (row === undefined) problems.add(`${where}: it is in memory, and has no row`);
    else if (bytes && !isVectorOf(bytes, key, row))
      problems.add(`${where}: in memory it is another`);
    yield;
  }
  const { entries } = store.counters;
  if (seen === entries) return;
  problems.add(`store ${store.name}: ${seen} vectors are in memory, and it has ${entries} entries`);
}

const entriesPerReport = 1_000;
