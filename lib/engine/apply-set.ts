import type { SetResponse } from "../model/answers.js";
import { AhnlichError } from "../model/errors.js";
import type { Limits } from "../model/limits.js";
import type { SetMode } from "../model/options.js";
import { checkDimension } from "../model/vector.js";
import type { StoredStore } from "../rows/store-rows.js";
import { checkMemory } from "./check-memory.js";
import { checkVersion } from "./check-version.js";
import type { Command, WriteEntry } from "./command.js";
import type { Accepted, Draft } from "./draft.js";
import { expiryAfter } from "./expiry.js";
import { entriesPerStep, type Steps } from "./steps.js";

type Set = Extract<Command, { kind: "set" }>;

/** All entries or none: everything is checked, then everything is written. */
export function* applySet(draft: Draft, command: Set, limits: Limits): Steps<SetResponse> {
  const store = draft.catalog.get(command.store);
  const { length } = command.entries;
  if (length === 0) return { inserted: 0, updated: 0, version: 0 };
  checkDimensions(command, store);
  const accepted = yield* check(draft, store, command);
  let added = 0;
  let inserted = 0;
  for (const { before, isThere } of accepted) {
    if (before === undefined) added++;
    if (!isThere) inserted++;
  }
  checkMemory(draft, store, added, limits);
  draft.batch.expect(accepted.length * (store.dimension * 4 + bytesBesideVector));
  for (let from = 0; from < accepted.length; from += entriesPerStep) {
    putSome(draft, store, command, accepted, from);
    yield;
  }
  const nextOrdinal = store.counters.nextOrdinal + accepted.length;
  const entries = store.counters.entries + added;
  const ids = accepted.map(({ entry }) => entry.id);
  const died = accepted.map(({ before }) => before);
  const changed = { kind: "set", ids, died } as const;
  yield* draft.change(store, command, changed, { nextOrdinal, entries });
  return { inserted, updated: accepted.length - inserted, version: command.sequence };
}

function checkDimensions({ entries }: Set, { dimension }: StoredStore): void {
  for (let i = 0; i < entries.length; i++) {
    const { vector } = entries[i] as WriteEntry;
    if (vector.length !== dimension) {
      checkDimension(vector.length, dimension, `entries[${i}].vector`);
    }
  }
}

/** A step's worth of them, under the ordinals of their places. */
function putSome(
  draft: Draft,
  store: StoredStore,
  command: Set,
  accepted: readonly Checked[],
  from: number,
): void {
  const end = Math.min(from + entriesPerStep, accepted.length);
  const { nextOrdinal } = store.counters;
  for (let i = from; i < end; i++) {
    draft.put(store, command, nextOrdinal + i, accepted[i] as Checked);
  }
}

/** The entries that may be written, each id once: the last one wins. */
function* check(draft: Draft, store: StoredStore, command: Set): Steps<Checked[]> {
  const accepted: Checked[] = [];
  const places = new Map<string, number>();
  for (let from = 0; from < command.entries.length; from += entriesPerStep) {
    checkSome(draft, store, command, { accepted, places }, from);
    yield;
  }
  return accepted;
}

interface Checking {
  readonly accepted: Checked[];
  /** Where in `accepted` each id is. */
  readonly places: Map<string, number>;
}

/** A step's worth of the entries. */
function checkSome(
  draft: Draft,
  store: StoredStore,
  command: Set,
  { accepted, places }: Checking,
  from: number,
): void {
  const end = Math.min(from + entriesPerStep, command.entries.length);
  for (let i = from; i < end; i++) {
    const entry = command.entries[i] as WriteEntry;
    const place = places.get(entry.id);
    const one =
      place === undefined
        ? accept(draft, store, command, entry)
        : {
            ...(accepted[place] as Checked),
            entry,
            expiresAt: expiryAfter(command.time, entry.ttlMs, store),
          };
    checkMode(command.mode, entry.id, one.isThere || place !== undefined);
    if (entry.ifVersion !== undefined) {
      const { before, isThere } = one;
      const isSeen = before !== undefined && isThere;
      const there = isSeen ? draft.read(store, entry.id, before) : undefined;
      checkVersion(entry.id, entry.ifVersion, there);
    }
    places.set(entry.id, place ?? accepted.length);
    accepted[place ?? accepted.length] = one;
  }
}

interface Checked extends Accepted {
  /** Whether what it replaces is still an entry, at the time of the command. */
  readonly isThere: boolean;
}

function accept(draft: Draft, store: StoredStore, { time }: Set, entry: WriteEntry): Checked {
  const before = draft.find(store, entry.id);
  const isThere = before !== undefined && !draft.hasExpired(store, entry.id, before, time);
  return { entry, before, isThere, expiresAt: expiryAfter(time, entry.ttlMs, store) };
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

/** A guess at what the rows of an entry take beside its vector; too little costs a copy of the batch. */
const bytesBesideVector = 200;
