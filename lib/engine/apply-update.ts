import { AhnlichError } from "../model/errors.js";
import type { Limits } from "../model/limits.js";
import { textBytes } from "../model/text.js";
import { checkDimension, contentId } from "../model/vector.js";
import type { StoredEntry } from "../rows/entry-rows.js";
import type { StoredStore } from "../rows/store-rows.js";
import { checkMemory } from "./check-memory.js";
import type { Command, WritePatch } from "./command.js";
import type { Draft } from "./draft.js";
import type { DraftedEntry } from "./drafted-entries.js";
import { expiryAfter } from "./expiry.js";
import { metadataEditor } from "./metadata-editor.js";
import type { Steps } from "./steps.js";
import { visitTargets } from "./targets.js";

type Update = Extract<Command, { kind: "update" }>;

/**
 * How many entries were updated: all that the target means or none.
 *
 * @param rewritten what the updates of the same transaction have written before it, to which it adds
 */
export function* applyUpdate(
  draft: Draft,
  command: Update,
  limits: Limits,
  rewritten: Rewritten,
): Steps<number> {
  const store = draft.catalog.get(command.store);
  const { vector } = command.patch;
  if (vector !== undefined) checkDimension(vector.length, store.dimension, "patch.vector");
  const { bytes } = rewritten;
  const updates = yield* decide(draft, store, command, limits, rewritten);
  if (vector !== undefined && updates.length > 0) checkMemory(draft, store, 0, limits);
  draft.batch.expect(rewritten.bytes - bytes + updates.length * bytesBesideEntry);
  yield* write(draft, store, command, updates);
  return updates.length;
}

/** How many bytes of vectors, ids and metadata updates have written of entries that were there. */
export interface Rewritten {
  bytes: number;
}

/** An entry as it was, without its metadata, and what it will be. */
interface EntryUpdate extends Omit<DraftedEntry, "version" | "metadata"> {
  readonly next: {
    readonly id: string;
    readonly metadata: Uint8Array;
    readonly expiresAt: number;
    /** The ordinal of what has the id now: of the entry itself, unless it moves. */
    readonly before: number | undefined;
  };
}

/** What becomes of each entry; nothing is written yet. */
function* decide(
  draft: Draft,
  store: StoredStore,
  command: Update,
  limits: Limits,
  rewritten: Rewritten,
): Steps<EntryUpdate[]> {
  const { patch, time } = command;
  const updates: EntryUpdate[] = [];
  const edit = metadataEditor(patch, limits);
  if (edit === undefined && command.ifVersion === undefined) return updates;
  const bound = rewritesPerWrite * limits.bytesPerWrite;
  let moved: string | undefined;
  yield* visitTargets(draft, store, command, (entry) => {
    if (edit === undefined) return;
    const { ordinal, id, expiresAt } = entry;
    const vector = "vector" in entry ? entry.vector : undefined;
    const metadata = edit(entry);
    const { ttlMs } = patch;
    const expires = ttlMs === undefined ? expiresAt : expiryAfter(time, ttlMs, store);
    const place = idAfter(draft, store, entry, patch);
    let before: number | undefined = ordinal;
    if (place !== id) {
      before = findPlace(draft, store, { from: id, to: place, time, moved });
      moved = id;
    }
    rewritten.bytes += (patch.vector?.byteLength ?? 0) + textBytes(place) + metadata.length;
    if (rewritten.bytes > bound) throw tooManyBytes(rewritten.bytes, bound);
    const next = { id: place, metadata, expiresAt: expires, before };
    updates.push({ ordinal, id, expiresAt, vector, next });
  });
  return updates;
}

/** The id that the entry has with the vector of the patch: another one where it came from the content of its own. */
function idAfter(
  draft: Draft,
  store: StoredStore,
  entry: StoredEntry | DraftedEntry,
  { vector, contentId: next }: WritePatch,
): string {
  const { id } = entry;
  if (vector === undefined || next === undefined || id === next || !isContentId(id)) return id;
  return contentId(draft.vectorOf(store, entry)) === id ? next : id;
}

/**
 * The ordinal of what had the id before and has expired, if anything.
 *
 * @throws ENTRY_EXISTS where the id is taken: by an entry, or by one that has moved there before it
 */
function findPlace(
  draft: Draft,
  store: StoredStore,
  move: { from: string; to: string; time: number; moved: string | undefined },
): number | undefined {
  const { from, to, time, moved } = move;
  const ordinal = draft.find(store, to);
  const isTaken = ordinal !== undefined && !draft.hasExpired(store, to, ordinal, time);
  if (!isTaken && moved === undefined) return ordinal;
  const taker = isTaken ? "an entry is there already" : `${moved} moves there, too`;
  throw new AhnlichError(
    "ENTRY_EXISTS",
    `with its new vector entry ${from} would move to the id ${to} that its content gives, but ${taker}`,
    { details: { id: to } },
  );
}

function* write(
  draft: Draft,
  was: StoredStore,
  command: Update,
  updates: readonly EntryUpdate[],
): Steps<void> {
  if (updates.length === 0) return;
  const { vector } = command.patch;
  let store = was;
  let { nextOrdinal, entries } = was.counters;
  const ids: string[] = [];
  const died: (number | undefined)[] = [];
  for (const entry of updates) {
    const { id, metadata, expiresAt, before } = entry.next;
    ids.push(id);
    died.push(vector === undefined ? undefined : before);
    if (vector === undefined) {
      draft.rewrite(store, command, entry, metadata, expiresAt);
    } else {
      if (id !== entry.id) {
        draft.delete(store, command, entry.id, entry.ordinal);
        if (before !== undefined) entries--;
        const changed = { kind: "delete", ids: [entry.id], died: [entry.ordinal] } as const;
        store = yield* draft.change(store, command, changed, { nextOrdinal, entries });
      }
      const written = { id, vector, metadata, ttlMs: undefined, ifVersion: undefined };
      draft.put(store, command, nextOrdinal++, { entry: written, before, expiresAt });
    }
    yield;
  }
  const changed = { kind: "set", ids, died } as const;
  yield* draft.change(store, command, changed, { nextOrdinal, entries });
}

function isContentId(id: string): boolean {
  return contentIdForm.test(id);
}

function tooManyBytes(got: number, bound: number): AhnlichError {
  const allowed = `${rewritesPerWrite} x limits.bytesPerWrite, ${bound}`;
  const sentence = `bytes of the entries that are updated: ${got} is above ${allowed}`;
  const details = { limit: "bytesPerWrite", bound, got };
  return new AhnlichError("LIMIT_EXCEEDED", sentence, { details });
}

const contentIdForm = /^[0-9a-f]{32}$/;
/** An update writes again what is there already: more than one call could bring. */
const rewritesPerWrite = 64;
/** A guess at what the rows of an entry take beside it; too little costs a copy of the batch. */
const bytesBesideEntry = 250;
