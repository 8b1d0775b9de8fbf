import type { StoreInfo } from "../../lib/model/answers.js";
import type { Metric } from "../../lib/model/metric.js";
import type { Kinds } from "../../lib/model/query.js";
import {
  demand,
  demandBoolean,
  demandStoreName,
  demandTtl,
  demandVectors,
  refuse,
} from "./naive-checks.js";
import type { NaiveEntry } from "./naive-entries.js";
import type { NaiveLog } from "./naive-log.js";

export interface NaiveStore {
  name: string;
  readonly dimension: number;
  readonly metric: Metric;
  ttlMs: number | undefined;
  vectors: "memory" | "disk";
  entries: Map<string, NaiveEntry>;
  /** The fields that have one; they change no answer. */
  readonly indexes: Set<string>;
  readonly log: NaiveLog;
  /** The sequence of the command that made it. */
  readonly created: number;
  /** Of the last command that changed it. */
  sequence: number;
}

type Stores = Map<string, NaiveStore>;

/** Its indexes are built at once. */
export function placeOf({ vectors = "memory" }: Kinds["createStore"]["ask"]): "memory" | "disk" {
  demandVectors(vectors);
  return vectors;
}

export function infoOf(store: NaiveStore): StoreInfo {
  const { name, dimension, metric, ttlMs, vectors, entries, indexes, log, sequence } = store;
  const bytes = { memory: entries.size * dimension * 4, disk: 0 };
  const lives = ttlMs === undefined ? {} : { ttlMs };
  return {
    ...{ name, dimension, metric, entries: entries.size, graph: { entries: 0 }, bytes },
    ...{ ...lives, vectors, position: log.position(sequence) },
    indexes: [...indexes].map((field) => ({ field, progress: 1 })),
  };
}

/** What has expired is gone before anything is asked. */
export function expireNaively(
  stores: Iterable<NaiveStore>,
  now: number,
  nextSequence: () => number,
): void {
  for (const store of stores) {
    const ids: string[] = [];
    for (const { id, expiresAt } of store.entries.values()) {
      if (expiresAt !== undefined && expiresAt <= now) ids.push(id);
    }
    if (ids.length === 0) continue;
    for (const id of ids) store.entries.delete(id);
    store.sequence = nextSequence();
    store.log.add(store.sequence, "expire", ids);
  }
}

export function alterNaively(stores: Stores, ask: Kinds["alterStore"]["ask"]): null {
  const { store: name, ttlMs, vectors } = ask;
  demandStoreName(name);
  if (ttlMs !== undefined && ttlMs !== null) demandTtl(ttlMs);
  if (vectors !== undefined) demandVectors(vectors);
  const store = stores.get(name) ?? refuse("STORE_NOT_FOUND", `no store ${name}`);
  if (ttlMs !== undefined) store.ttlMs = ttlMs ?? undefined;
  if (vectors !== undefined) store.vectors = vectors;
  return null;
}

export function renameNaively(
  stores: Stores,
  ask: Kinds["renameStore"]["ask"],
  sequence: number,
): null {
  const { store: name, to, replace } = ask;
  demandStoreName(name);
  demandStoreName(to);
  demandBoolean(replace, "replace");
  demand(namespaceOf(name) === namespaceOf(to), "a store stays in its namespace");
  const store = stores.get(name) ?? refuse("STORE_NOT_FOUND", `no store ${name}`);
  if (to === name) return null;
  if (stores.has(to) && replace !== true) refuse("STORE_EXISTS", `${to} exists`);
  stores.delete(name);
  stores.set(to, store);
  store.name = to;
  store.log.named = sequence;
  return null;
}

function namespaceOf(name: string): string {
  return name.includes("/") ? name.slice(0, name.indexOf("/")) : "";
}
