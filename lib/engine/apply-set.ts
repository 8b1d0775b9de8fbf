import type { SetResponse } from "../model/answers.js";
import { AhnlichError } from "../model/errors.js";
import { checkLimit, type Limits } from "../model/limits.js";
import type { SetMode } from "../model/options.js";
import { checkDimension } from "../model/vector.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Command, WriteEntry } from "./command.js";
import type { Draft, Placed } from "./draft.js";
import { Slice } from "./slice.js";
import { trimChanges } from "./trim-changes.js";

type Set = Extract<Command, { kind: "set" }>;

/** All entries or none: everything is checked, then everything is written. */
export async function applySet(draft: Draft, command: Set, limits: Limits): Promise<SetResponse> {
  const store = draft.catalog.get(command.store);
  if (command.entries.length === 0) return { inserted: 0, updated: 0, version: 0 };
  for (const [index, { vector }] of command.entries.entries()) {
    checkDimension(vector.length, store.dimension, `entries[${index}].vector`);
  }
  const slice = new Slice();
  const accepted = await check(draft, store, command, slice);
  checkMemory(draft, store, accepted, limits);
  draft.batch.expect(accepted.size * (store.dimension * 4 + bytesBesideVector));
  let { nextOrdinal, entries } = store.counters;
  let updated = 0;
  for (const { entry, before } of accepted.values()) {
    draft.put(store, command, nextOrdinal++, entry, before);
    if (before) updated++;
    if (slice.isOver) await slice.next();
  }
  const inserted = accepted.size - updated;
  entries += inserted;
  await draft.change(store, command, "set", [...accepted.keys()], { nextOrdinal, entries }, slice);
  trimChanges(draft, command);
  return { inserted, updated, version: command.sequence };
}

/** An entry that may be written, and what it replaces. */
interface Accepted {
  readonly entry: WriteEntry;
  readonly before: Placed | undefined;
}

/** Of entries with the same id the last one wins. */
async function check(
  draft: Draft,
  store: StoredStore,
  command: Set,
  slice: Slice,
): Promise<Map<string, Accepted>> {
  const accepted = new Map<string, Accepted>();
  for (const entry of command.entries) {
    const before = draft.find(store, entry.id);
    checkMode(command.mode, entry.id, before !== undefined || accepted.has(entry.id));
    if (entry.ifVersion !== undefined) checkVersion(draft, store, entry, before);
    accepted.set(entry.id, { entry, before });
    if (slice.isOver) await slice.next();
  }
  return accepted;
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
  before: Placed | undefined,
): void {
  const expected = entry.ifVersion as number;
  const got = before ? draft.versionOf(store, before) : 0;
  if (got === expected) return;
  throw new AhnlichError(
    "VERSION_CONFLICT",
    `entry ${entry.id}: expected version ${expected}, it has ${got}`,
    { details: { id: entry.id, expected, got } },
  );
}

function checkMemory(
  draft: Draft,
  store: StoredStore,
  accepted: ReadonlyMap<string, Accepted>,
  limits: Limits,
): void {
  let inserted = 0;
  for (const { before } of accepted.values()) if (!before) inserted++;
  const bytes = draft.catalog.vectorBytes + inserted * store.dimension * 4;
  checkLimit(limits, "memoryBytes", bytes, "vectors in memory");
}

/** A guess at what the rows of an entry take beside its vector; too little costs a copy of the batch. */
const bytesBesideVector = 200;
