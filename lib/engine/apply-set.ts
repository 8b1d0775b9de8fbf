import type { SetResponse } from "../model/answers.js";
import { AhnlichError } from "../model/errors.js";
import { checkLimit, type Limits } from "../model/limits.js";
import type { SetMode } from "../model/options.js";
import { checkDimension } from "../model/vector.js";
import { idKey } from "../rows/keys.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Command, WriteEntry } from "./command.js";
import type { Accepted, Draft } from "./draft.js";
import type { Steps } from "./steps.js";

type Set = Extract<Command, { kind: "set" }>;

/** All entries or none: everything is checked, then everything is written. */
export function* applySet(draft: Draft, command: Set, limits: Limits): Steps<SetResponse> {
  const store = draft.catalog.get(command.store);
  if (command.entries.length === 0) return { inserted: 0, updated: 0, version: 0 };
  for (const [index, { vector }] of command.entries.entries()) {
    checkDimension(vector.length, store.dimension, `entries[${index}].vector`);
  }
  const accepted = yield* check(draft, store, command);
  const inserted = accepted.filter(({ before }) => before === undefined).length;
  checkMemory(draft, store, inserted, limits);
  draft.batch.expect(accepted.length * (store.dimension * 4 + bytesBesideVector));
  let { nextOrdinal, entries } = store.counters;
  for (const one of accepted) {
    draft.put(store, command, nextOrdinal++, one);
    yield;
  }
  entries += inserted;
  const ids = accepted.map(({ entry }) => entry.id);
  yield* draft.change(store, command, "set", ids, { nextOrdinal, entries });
  return { inserted, updated: accepted.length - inserted, version: command.sequence };
}

/** The entries that may be written, each id once: the last one wins. */
function* check(draft: Draft, store: StoredStore, command: Set): Steps<Accepted[]> {
  const accepted: Accepted[] = [];
  const places = new Map<string, number>();
  for (const entry of command.entries) {
    const place = places.get(entry.id);
    const one = place === undefined ? accept(draft, store, entry) : { ...accepted[place], entry };
    checkMode(command.mode, entry.id, one.before !== undefined || place !== undefined);
    if (entry.ifVersion !== undefined) checkVersion(draft, store, entry, one.before);
    places.set(entry.id, place ?? accepted.length);
    accepted[place ?? accepted.length] = one as Accepted;
    yield;
  }
  return accepted;
}

function accept(draft: Draft, store: StoredStore, entry: WriteEntry): Accepted {
  const key = idKey(store.incarnation, entry.id);
  return { entry, key, before: draft.find(store, entry.id, key) };
}

function checkMode(mode: SetMode, id: string, isThere: boolean): void {
  const details = { id };
  if (mode === "insert" && isThere) {
    throw new AhnlichError("ENTRY_EXISTS", `insert: an entry ${id} is there already`, { details });
  }
  if (mode === "replace" && !isThere) {
    throw new AhnlichError("ENTRY_NOT_FOUND", `replace: there is no entry ${id}`, { details });
  }
}

function checkVersion(
  draft: Draft,
  store: StoredStore,
  entry: WriteEntry,
  before: number | undefined,
): void {
  const expected = entry.ifVersion as number;
  const got = before === undefined ? 0 : draft.read(store, entry.id, before).version;
  if (got === expected) return;
  throw new AhnlichError(
    "VERSION_CONFLICT",
    `entry ${entry.id}: expected version ${expected}, it has ${got}`,
    { details: { id: entry.id, expected, got } },
  );
}

function checkMemory(draft: Draft, store: StoredStore, inserted: number, limits: Limits): void {
  const bytes = draft.catalog.vectorBytes + inserted * store.dimension * 4;
  checkLimit(limits, "memoryBytes", bytes, "vectors in memory");
}

/** A guess at what the rows of an entry take beside its vector; too little costs a copy of the batch. */
const bytesBesideVector = 200;
