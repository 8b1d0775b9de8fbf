import { checkArray, checkInteger, refusal, unknownField } from "./check-argument.js";
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
  const { id, vector, metadata, ttlMs, ifVersion } = readEntry(entry, what);
  const copy = checkVector(vector, limits, `${what}.vector`, room);
  return {
    id: id === undefined ? contentId(copy) : checkId(id, limits, `${what}.id`),
    vector: copy,
    metadata: metadata === undefined ? {} : checkMetadata(metadata, limits, `${what}.metadata`),
    ttlMs: ttlMs === undefined ? undefined : checkTtlOrNull(ttlMs, `${what}.ttlMs`),
    ifVersion:
      ifVersion === undefined ? undefined : checkInteger(ifVersion, 0, `${what}.ifVersion`),
  };
}

/** As `readArguments` reads anything; of these there are so many that an object of one form each is worth it. */
function readEntry(entry: unknown, what: string): { [N in keyof EntryInput]-?: unknown } {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
    throw refusal(what, "an object", entry);
  }
  const given = entry as { readonly [name: string]: unknown };
  const read: { [N in keyof EntryInput]-?: unknown } = {
    id: undefined,
    vector: undefined,
    metadata: undefined,
    ttlMs: undefined,
    ifVersion: undefined,
  };
  for (const name of Object.keys(given)) {
    if (name === "id") read.id = given.id;
    else if (name === "vector") read.vector = given.vector;
    else if (name === "metadata") read.metadata = given.metadata;
    else if (name === "ttlMs") read.ttlMs = given.ttlMs;
    else if (name === "ifVersion") read.ifVersion = given.ifVersion;
    else if (given[name] !== undefined) throw unknownField(name, read, what);
  }
  return read;
}

/** Entries are let go soon after they are written, and so are the runs that their vectors lie in. */
const room = new VectorRoom();
