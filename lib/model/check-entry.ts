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
  for (let i = 0; i < given.length; i++) checked.push(checkAt(given[i], limits, i));
  return checked;
}

/** What an entry is called is made only where it is refused. */
function checkAt(entry: unknown, limits: Limits, index: number): CheckedEntry {
  try {
    return checkEntry(entry, limits, anyEntry);
  } catch {
    return checkEntry(entry, limits, namesOf(`entries[${index}]`));
  }
}

function checkEntry(entry: unknown, limits: Limits, names: Names): CheckedEntry {
  const { id, vector, metadata, ttlMs, ifVersion } = readEntry(entry, names.entry);
  const copy = checkVector(vector, limits, names.vector, room);
  return {
    id: id === undefined ? contentId(copy) : checkId(id, limits, names.id),
    vector: copy,
    metadata: metadata === undefined ? {} : checkMetadata(metadata, limits, names.metadata),
    ttlMs: ttlMs === undefined ? undefined : checkTtlOrNull(ttlMs, names.ttlMs),
    ifVersion: ifVersion === undefined ? undefined : checkInteger(ifVersion, 0, names.ifVersion),
  };
}

/** What an entry and its fields are called in errors. */
type Names = { readonly [N in "entry" | keyof EntryInput]-?: string };

function namesOf(entry: string): Names {
  const of = (name: keyof EntryInput): string => `${entry}.${name}`;
  return {
    entry,
    id: of("id"),
    vector: of("vector"),
    metadata: of("metadata"),
    ttlMs: of("ttlMs"),
    ifVersion: of("ifVersion"),
  };
}

const anyEntry: Names = namesOf("entries");

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
  for (const name in given) {
    if (!hasOwn.call(given, name)) continue;
    if (name === "id") read.id = given.id;
    else if (name === "vector") read.vector = given.vector;
    else if (name === "metadata") read.metadata = given.metadata;
    else if (name === "ttlMs") read.ttlMs = given.ttlMs;
    else if (name === "ifVersion") read.ifVersion = given.ifVersion;
    else if (given[name] !== undefined) throw unknownField(name, read, what);
  }
  return read;
}

/** Within a `for in` it costs next to nothing, and no list of names is made. */
const hasOwn = Object.prototype.hasOwnProperty;

/** Entries are let go soon after they are written, and so are the runs that their vectors lie in. */
const room = new VectorRoom();
