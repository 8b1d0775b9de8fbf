import { AhnlichError, type ErrorDetails } from "../model/errors.js";
import { checkLimit, type Limits } from "../model/limits.js";
import { nameKey, storeKey } from "../rows/keys.js";
import { putErasing, putStore, type StoredStore } from "../rows/store-rows.js";
import { newIndexes } from "./apply-indexes.js";
import type { Command } from "./command.js";
import type { Draft } from "./draft.js";
import type { Steps } from "./steps.js";

type Of<K extends Command["kind"]> = Extract<Command, { kind: K }>;

/** Whether the store was made; false where it was there and `ifNotExists` was given. */
export function applyCreateStore(
  draft: Draft,
  command: Of<"createStore">,
  limits: Limits,
): boolean {
  const { store: name, dimension, metric, ttlMs, vectors, sequence } = command;
  const there = draft.catalog.find(name);
  if (there) {
    checkSame(there, command);
    return false;
  }
  checkLimit(limits, "stores", draft.catalog.size + 1, "stores");
  const incarnation = draft.state.nextIncarnation;
  const counters = {
    entries: 0,
    nextOrdinal: 1,
    position: sequence,
    changes: 0,
    changesFrom: sequence,
    changesSince: command.time,
    expiring: 0,
  };
  const store = {
    ...{ name, incarnation, dimension, metric, ttlMs, vectors, counters },
    ...{ created: sequence, named: sequence, indexes: newIndexes(command.indexes) },
  };
  draft.state = { ...draft.state, nextIncarnation: incarnation + 1 };
  putStore(draft.batch, store);
  draft.update(store, counters);
  draft.created.push(store);
  return true;
}

export function applyAlterStore(draft: Draft, command: Of<"alterStore">): null {
  const store = draft.catalog.get(command.store);
  const ttlMs = command.ttlMs === undefined ? store.ttlMs : (command.ttlMs ?? undefined);
  const { vectors = store.vectors } = command;
  const isSame = ttlMs === store.ttlMs && vectors === store.vectors;
  if (!isSame) putAnew(draft, { ...store, ttlMs, vectors });
  return null;
}

/** Its incarnation stays, and with it its rows and its vectors in memory. */
export function applyRenameStore(draft: Draft, command: Of<"renameStore">): null {
  const { to, replace, sequence } = command;
  const store = draft.catalog.get(command.store);
  if (to === store.name) return null;
  const there = draft.catalog.find(to);
  if (there !== undefined) {
    if (!replace) throw exists(to, there);
    drop(draft, there, sequence);
  }
  draft.batch.delete("stores", nameKey(store.name));
  draft.remove(store.name);
  putAnew(draft, { ...store, name: to, named: sequence });
  return null;
}

export function applyDropStore(draft: Draft, command: Of<"dropStore">): boolean {
  const store = command.ifExists
    ? draft.catalog.find(command.store)
    : draft.catalog.get(command.store);
  if (store === undefined) return false;
  drop(draft, store, command.sequence);
  return true;
}

/** How many stores there were. */
export function* applyDropNamespace(draft: Draft, command: Of<"dropNamespace">): Steps<number> {
  const stores = [...draft.catalog.list(command.namespace)];
  for (const store of stores) {
    drop(draft, store, command.sequence);
    yield;
  }
  return stores.length;
}

function putAnew(draft: Draft, store: StoredStore): void {
  putStore(draft.batch, store);
  draft.update(store, store.counters);
  if (store.counters.expiring > 0) draft.expected.set(store.name, 0);
}

/**
 * The store is gone at once; a tombstone stands for the rows that are still to be erased. Its counters are none of
 * them: whether the last of them were ever written depends on how commands were grouped.
 */
function drop(draft: Draft, store: StoredStore, sequence: number): void {
  draft.batch.delete("stores", nameKey(store.name));
  draft.batch.delete("counters", storeKey(store.incarnation));
  putErasing(draft.batch, store.incarnation, sequence);
  draft.remove(store.name);
  draft.effects.delete(store.incarnation);
  draft.dropped.push(store);
  draft.written.forget(store.incarnation);
}

function checkSame(there: StoredStore, command: Of<"createStore">): void {
  const { store, dimension, metric } = command;
  if (!command.ifNotExists) throw exists(store, there);
  if (there.dimension === dimension && there.metric === metric) return;
  const is = `${there.dimension} dimensions and metric ${there.metric}`;
  throw new AhnlichError(
    "STORE_EXISTS",
    `a store ${store} is there with ${is}, asked for were ${dimension} and ${metric}`,
    { details: detailsOf(there) },
  );
}

function exists(name: string, there: StoredStore): AhnlichError {
  const sentence = `a store ${name} is there already`;
  return new AhnlichError("STORE_EXISTS", sentence, { details: detailsOf(there) });
}

function detailsOf({ name, dimension, metric }: StoredStore): ErrorDetails {
  return { store: name, dimension, metric };
}
