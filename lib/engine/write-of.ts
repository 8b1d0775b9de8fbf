import { atWrite } from "../model/at-write.js";
import type {
  CheckedEntry,
  CheckedPatch,
  CheckedQuery,
  CheckedWrite,
} from "../model/checked-query.js";
import { toAhnlichError } from "../model/errors.js";
import { checkLimit, type Limits } from "../model/limits.js";
import { textBytes } from "../model/text.js";
import { contentId } from "../model/vector.js";
import { encodeMetadata } from "../rows/entry-rows.js";
import type { EntryWrite, Write, WriteEntry, WritePatch } from "./command.js";
import { done, entriesPerStep, type Steps } from "./steps.js";

export type WriteQuery = CheckedQuery<
  | "createStore"
  | "alterStore"
  | "createIndex"
  | "dropIndex"
  | "renameStore"
  | "dropStore"
  | "dropNamespace"
  | "set"
  | "update"
  | "delete"
  | "transaction"
>;

/** The write that a query asks for. @throws LIMIT_EXCEEDED where it is too big once it is encoded */
export function writeOf(query: WriteQuery, limits: Limits): Steps<Write> {
  switch (query.kind) {
    case "set":
    case "update":
      return entryWriteOf(query, limits, new Room(limits, `one ${query.kind}`));
    case "transaction":
      return transactionOf(query, limits);
    default:
      return done(query);
  }
}

function* transactionOf(
  { kind, writes }: CheckedQuery<"transaction">,
  limits: Limits,
): Steps<Write> {
  const room = new Room(limits, "one transaction");
  const made: EntryWrite[] = [];
  for (const [index, write] of writes.entries()) {
    try {
      made.push(yield* entryWriteOf(write, limits, room));
    } catch (error) {
      throw atWrite(index, toAhnlichError(error));
    }
    yield;
  }
  return { kind, writes: made };
}

function* entryWriteOf(query: CheckedWrite, limits: Limits, room: Room): Steps<EntryWrite> {
  switch (query.kind) {
    case "set": {
      const { kind, store, mode } = query;
      const entries: WriteEntry[] = [];
      while (entries.length < query.entries.length) {
        encodeEntries(query.entries, entries, limits, room);
        yield;
      }
      return { kind, store, mode, entries };
    }
    case "update":
      return { ...query, patch: patchOf(query.patch, limits, room) };
    case "delete":
      return query;
  }
}

/** Some of them, behind those that are encoded already. */
function encodeEntries(
  given: readonly CheckedEntry[],
  encoded: WriteEntry[],
  limits: Limits,
  room: Room,
): void {
  const end = Math.min(encoded.length + entriesPerStep, given.length);
  for (let i = encoded.length; i < end; i++) {
    const entry = encodeEntry(given[i] as CheckedEntry, limits);
    room.take(entry.vector.byteLength + textBytes(entry.id) + entry.metadata.length);
    encoded.push(entry);
  }
}

function encodeEntry(
  { id, vector, metadata, ttlMs, ifVersion }: CheckedEntry,
  limits: Limits,
): WriteEntry {
  const encoded = encodeMetadata(metadata);
  if (encoded.length > limits.metadataBytes) {
    checkLimit(limits, "metadataBytes", encoded.length, `metadata of entry ${id}`);
  }
  return { id, vector, metadata: encoded, ttlMs, ifVersion };
}

function patchOf(patch: CheckedPatch, limits: Limits, room: Room): WritePatch {
  const { vector, metadata } = patch;
  const bytes = metadata === undefined ? 0 : encodeMetadata(metadata).length;
  checkLimit(limits, "metadataBytes", bytes, "patch.metadata");
  room.take((vector?.byteLength ?? 0) + bytes);
  return { ...patch, contentId: vector && contentId(vector) };
}

/** What is left of the bytes that one call may bring. */
class Room {
  readonly #limits: Limits;
  readonly #what: string;
  #taken = 0;

  constructor(limits: Limits, what: string) {
    this.#limits = limits;
    this.#what = what;
  }

  /** @throws LIMIT_EXCEEDED */
  take(bytes: number): void {
    this.#taken += bytes;
    if (this.#taken <= this.#limits.bytesPerWrite) return;
    checkLimit(this.#limits, "bytesPerWrite", this.#taken, `bytes of ${this.#what}`);
  }
}
