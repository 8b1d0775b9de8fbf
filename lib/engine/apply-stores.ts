import { AhnlichError } from "../model/errors.js";
import { checkLimit, type Limits } from "../model/limits.js";
import { nameKey, storeKey } from "../rows/keys.js";
import { putErasing, putStore, type StoredStore } from "../rows/store-rows.js";
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
  const { store: name, dimension, metric, ttlMs, sequence } = command;
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
  const store = { name, incarnation, dimension, metric, created: sequence, ttlMs, counters };
  draft.state = { ...draft.state, nextIncarnation: incarnation + 1 };
  putStore(draft.batch, store);
  draft.update(store, counters);
  draft.created.push(store);
  return true;
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

/**
 * The store is gone at once; a tombstone stands for the rows that are still to be erased. Its counters are none of
 * them: whether the last of them were ever written depends on how commands were grouped.
 */
function drop(draft: Draft, store: StoredStore, sequence: number): void {
  draft.batch.delete("stores", nameKey(store.name));
  draft.batch.delete("counters", storeKey(store.incarnation));
  putErasing(draft.batch, store.incarnation, sequence);
  draft.catalog.remove(store.name);
  draft.effects.delete(store.incarnation);
  draft.dropped.push(store);
}

function checkSame(there: StoredStore, command: Of<"createStore">): void {
  const { store, dimension, metric } = command;
  const details = { store, dimension: there.dimension, metric: there.metric };
  if (!command.ifNotExists) {
    throw new AhnlichError("STORE_EXISTS", `a store ${store} is there already`, { details });
  }
  if (there.dimension === dimension && there.metric === metric) return;
  const is = `${there.dimension} dimensions and metric ${there.metric}`;
  throw new AhnlichError(
    "STORE_EXISTS",
    `a store ${store} is there with ${is}, asked for were ${dimension} and ${metric}`,
    { details },
  );
}
