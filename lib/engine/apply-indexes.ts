import { indexesMax } from "../model/check-indexes.js";
import { describe } from "../model/describe.js";
import { AhnlichError } from "../model/errors.js";
import { fieldReader } from "../model/field-reader.js";
import { decodeMetadata, entryOfRow } from "../rows/entry-rows.js";
import { isVectorLike } from "../rows/field-postings.js";
import { afterStoreKey, ordinalKey, ordinalOfKey, storeKey } from "../rows/keys.js";
import { keysFrom, postingPrefix } from "../rows/posting-rows.js";
import { putStore, type StoredStore } from "../rows/store-rows.js";
import { isUsable, type StoredIndex } from "../rows/stored-index.js";
import type { Command } from "./command.js";
import type { Draft } from "./draft.js";
import type { Steps } from "./steps.js";

type Of<K extends Command["kind"]> = Extract<Command, { kind: K }>;
type IndexWork = Extract<Command, { index: number }>;

/** The indexes of a new store: nothing is there that they lack. */
export function newIndexes(fields: readonly string[]): readonly StoredIndex[] {
  return fields.map((field, i) => ({
    ...{ field, number: i + 1, built: 1, until: 1, isDropped: false },
  }));
}

/** Whether it was made; false where the field has one. What is written from now on has its postings. */
export function* applyCreateIndex(draft: Draft, command: Of<"createIndex">): Steps<boolean> {
  const { field } = command;
  const store = draft.catalog.get(command.store);
  if (indexOf(store, field) !== undefined) return false;
  const { indexes, counters } = store;
  if (indexes.length >= indexesMax) {
    const sentence = `indexes: store ${store.name} has ${indexes.length}, as many as may be`;
    const details = { limit: "indexes", bound: indexesMax, got: indexes.length + 1 };
    throw new AhnlichError("LIMIT_EXCEEDED", sentence, { details });
  }
  yield* checkHoldsNoVectors(draft, store, field);
  const number = 1 + Math.max(0, ...indexes.map((index) => index.number));
  const until = counters.nextOrdinal;
  const built = counters.entries === 0 ? until : 1;
  putIndexes(draft, store, [...indexes, { field, number, built, until, isDropped: false }]);
  return true;
}

/**
 * Whether there was one.
 *
 * @throws INDEX_NOT_FOUND unless `ifExists` is given, BUSY while it is being built
 */
export function applyDropIndex(draft: Draft, command: Of<"dropIndex">): boolean {
  const { field, ifExists } = command;
  const store = draft.catalog.get(command.store);
  const there = indexOf(store, field);
  const details = { store: store.name, field };
  if (there === undefined) {
    if (ifExists) return false;
    const sentence = `store ${store.name} has no index of the field ${JSON.stringify(field)}`;
    throw new AhnlichError("INDEX_NOT_FOUND", sentence, { details });
  }
  if (!isUsable(there)) {
    const sentence = `the index of ${JSON.stringify(field)} is being built: it can be dropped when that is done`;
    throw new AhnlichError("BUSY", sentence, { details });
  }
  putIndex(draft, store, { ...there, isDropped: true });
  return true;
}

/** Gives so many entries that were there before the index their postings. All before it is published. */
export function* applyBuildIndex(draft: Draft, command: IndexWork): Steps<null> {
  const { incarnation, index: number, rows } = command;
  const store = draft.catalog.find(command.store);
  if (store?.incarnation !== incarnation) return null;
  const index = store.indexes.find((one) => one.number === number);
  if (index === undefined || index.isDropped || isUsable(index)) return null;
  let left = rows;
  let built = index.until;
  const from = ordinalKey(incarnation, index.built);
  const to = ordinalKey(incarnation, index.until);
  for (const { key, value } of draft.snapshot.range("entries", from, to)) {
    const ordinal = ordinalOfKey(key);
    if (left-- === 0) {
      built = ordinal;
      break;
    }
    draft.index(store, index, entryOfRow(key, value, ordinal));
    yield;
  }
  putIndex(draft, store, { ...index, built });
  return null;
}

/** Takes so many postings of a dropped index away, and the index when none are left. All before it is published. */
export function* applyEraseIndex(draft: Draft, command: IndexWork): Steps<null> {
  const { incarnation, index: number, rows } = command;
  const store = draft.catalog.find(command.store);
  if (store?.incarnation !== incarnation) return null;
  const index = store.indexes.find((one) => one.number === number);
  if (!index?.isDropped) return null;
  let left = rows;
  const { from, to } = keysFrom(postingPrefix(incarnation, number));
  for (const { key } of draft.snapshot.range("postings", from, to)) {
    if (left-- === 0) return null;
    draft.batch.delete("postings", key);
    yield;
  }
  const indexes = store.indexes.filter((one) => one !== index);
  putIndexes(draft, store, indexes);
  return null;
}

/** The index of the field that is there, usable or not. */
export function indexOf({ indexes }: StoredStore, field: string): StoredIndex | undefined {
  return indexes.find((index) => index.field === field && !index.isDropped);
}

function putIndex(draft: Draft, store: StoredStore, index: StoredIndex): void {
  const { indexes } = store;
  putIndexes(
    draft,
    store,
    indexes.map((one) => (one.number === index.number ? index : one)),
  );
}

function putIndexes(draft: Draft, was: StoredStore, indexes: readonly StoredIndex[]): void {
  const store = { ...was, indexes };
  putStore(draft.batch, store);
  draft.update(store, store.counters);
}

/** Judged by the first entries. @throws INVALID_ARGUMENT */
function* checkHoldsNoVectors(draft: Draft, store: StoredStore, field: string): Steps<void> {
  const read = fieldReader(field);
  const { incarnation } = store;
  const rows = draft.snapshot.range("entries", storeKey(incarnation), afterStoreKey(incarnation));
  let left = entriesLookedAt;
  for (const { key, value } of rows) {
    if (left-- === 0) return;
    const { id, metadata } = entryOfRow(key, value, ordinalOfKey(key));
    const held = read(decodeMetadata(metadata));
    if (isVectorLike(held)) {
      const what = `in entry ${JSON.stringify(id)} it is ${describe(held)} of numbers`;
      const sentence = `field: ${JSON.stringify(field)} holds vectors, which no index helps to find: ${what}`;
      throw new AhnlichError("INVALID_ARGUMENT", sentence, { details: { field } });
    }
    yield;
  }
}

const entriesLookedAt = 100;
