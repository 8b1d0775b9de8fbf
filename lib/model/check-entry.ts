import { checkArray, checkInteger, readArguments } from "./check-argument.js";
import { checkVector } from "./check-key.js";
import { checkMetadata } from "./check-metadata.js";
import { checkTtlOrNull } from "./check-ttl.js";
import type { CheckedEntry } from "./checked-query.js";
import type { EntryInput } from "./entry.js";
import type { Limits } from "./limits.js";
import { checkId } from "./text.js";
import { contentId } from "./vector.js";
import { VectorRoom } from "./vector-room.js";

/** The entries of one `set`, copied. @throws INVALID_ARGUMENT, LIMIT_EXCEEDED */
export function checkEntries(entries: unknown, limits: Limits): CheckedEntry[] {
  const given = checkArray(entries, limits, "entriesPerWrite", "entries");
  const checked: CheckedEntry[] = [];
  for (let i = 0; i < given.length; i++) {
    checked.push(checkEntry(given[i], limits, `entries[${i}]`));
  }
  return checked;
}

function checkEntry(entry: unknown, limits: Limits, what: string): CheckedEntry {
  const { id, vector, metadata, ttlMs, ifVersion } = readArguments(entry, fields, what);
  const copy = checkVector(vector, limits, `${what}.vector`, room);
  return {
    id: id === undefined ? contentId(copy) : checkId(id, limits, `${what}.id`),
    vector: copy,
    metadata: metadata === undefined ? {} : checkMetadata(metadata, limits, `${what}.metadata`),
    ttlMs: checkTtlOrNull(ttlMs, `${what}.ttlMs`),
    ifVersion:
      ifVersion === undefined ? undefined : checkInteger(ifVersion, 0, `${what}.ifVersion`),
  };
}

const fields: { readonly [F in keyof EntryInput]-?: true } = {
  id: true,
  vector: true,
  metadata: true,
  ttlMs: true,
  ifVersion: true,
};

/** Entries are let go soon after they are written, and so are the runs that their vectors lie in. */
const room = new VectorRoom();
