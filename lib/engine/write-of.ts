import type { CheckedEntry, CheckedQuery } from "../model/checked-query.js";
import { checkLimit, type Limits } from "../model/limits.js";
import { textBytes } from "../model/text.js";
import { encodeMetadata } from "../rows/entry-rows.js";
import type { Write, WriteEntry } from "./command.js";
import type { Steps } from "./steps.js";

export type WriteQuery = CheckedQuery<
  "createStore" | "alterStore" | "renameStore" | "dropStore" | "dropNamespace" | "set" | "delete"
>;

/** The write that a query asks for. @throws LIMIT_EXCEEDED where it is too big once it is encoded */
export function* writeOf(query: WriteQuery, limits: Limits): Steps<Write> {
  if (query.kind !== "set") return query;
  const { kind, store, mode } = query;
  const entries: WriteEntry[] = [];
  let bytes = 0;
  for (const entry of query.entries) {
    const encoded = encodeEntry(entry, limits);
    bytes += entry.vector.byteLength + textBytes(entry.id) + encoded.metadata.length;
    checkLimit(limits, "bytesPerWrite", bytes, "bytes of one set");
    entries.push(encoded);
    yield;
  }
  return { kind, store, mode, entries };
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
