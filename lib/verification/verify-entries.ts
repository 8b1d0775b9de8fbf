import { AhnlichError } from "../model/errors.js";
import type { Snapshot } from "../persistence/persistence.js";
import {
  decodeMetadata,
  entryOfRow,
  ordinalOfRow,
  readOrdinal,
  type StoredEntry,
} from "../rows/entry-rows.js";
import {
  afterStoreKey,
  expiryKey,
  idKey,
  idOfKey,
  ordinalKey,
  ordinalOfKey,
  storeKey,
} from "../rows/keys.js";
import { bodyOf } from "../rows/row.js";
import type { StoredStore } from "../rows/store-rows.js";
import { ownerOf } from "./store-tally.js";
import type { Verified } from "./verified.js";
import { tallyPostings } from "./verify-postings.js";
import { walkTable } from "./walk-table.js";

type Walk = Generator<undefined, void, undefined>;

/** Tables `entries`, `vectors` and `ids`: each row can be read, and the three agree about every entry. */
export function* verifyEntries(verified: Verified): Walk {
  yield* walkEntries(verified);
  yield* walkVectors(verified);
  yield* walkIds(verified);
  for (const tally of verified.tallies.values()) {
    const { store, entries, vectors, ids, isTorn } = tally;
    // As many of each, and none without its fellows: then there is none over either.
    if (store === undefined || (!isTorn && entries === vectors && entries === ids)) continue;
    yield* findStrayVectors(verified, store);
    yield* findStrayIds(verified, store);
  }
}

function* walkEntries({ snapshot, tallies, problems, state, onEntry }: Verified): Walk {
  const last = state?.sequence ?? Number.POSITIVE_INFINITY;
  yield* walkTable(snapshot, "entries", problems, (key, value) => {
    const tally = ownerOf(tallies, "entries", key);
    const { store } = tally;
    const ordinal = ordinalOfKey(key);
    if (store === undefined) return void entryOfRow(key, value, ordinal);
    onEntry();
    tally.entries++;
    tally.ordinalMax = Math.max(tally.ordinalMax, ordinal);
    const entry = entryOfRow(key, value, ordinal);
    const where = nameOf(store, entry);
    const { id, version, expiresAt, metadata } = entry;
    if (expiresAt !== 0) tally.expiring++;
    if (version < 1 || version > last) {
      problems.add(`${where}: its version ${version} is none of 1 to ${last}`);
    }
    try {
      tallyPostings(tally, store, ordinal, decodeMetadata(metadata));
    } catch (error) {
      problems.addThrown(error, `${where}, metadata`);
    }
    const fault = faultOfId(snapshot, store, id, ordinal) ?? faultOfVector(snapshot, key);
    if (!hasExpiry(snapshot, store, entry)) {
      problems.add(`${where}: it expires at ${expiresAt} and has no row in table expiries`);
    }
    if (fault === undefined) return;
    tally.isTorn = true;
    problems.add(`${where}: ${fault}`);
  });
}

/** From the id back to the entry. A row that cannot be read is told of where table `ids` is walked through. */
function faultOfId(
  snapshot: Snapshot,
  { incarnation }: StoredStore,
  id: string,
  ordinal: number,
): string | undefined {
  const found = unlessCorrupt(() => readOrdinal(snapshot, idKey(incarnation, id)) ?? 0);
  if (found === 0) return "its id has no row in table ids";
  if (found === undefined || found === ordinal) return undefined;
  return `in table ids its id leads to ordinal ${found}`;
}

function faultOfVector(snapshot: Snapshot, key: Uint8Array): string | undefined {
  return snapshot.get("vectors", key) === undefined ? "it has no row in table vectors" : undefined;
}

function hasExpiry(
  snapshot: Snapshot,
  { incarnation }: StoredStore,
  { expiresAt, ordinal }: StoredEntry,
): boolean {
  const key = expiryKey(incarnation, expiresAt, ordinal);
  return expiresAt === 0 || snapshot.get("expiries", key) !== undefined;
}

function* walkVectors({ snapshot, tallies, problems }: Verified): Walk {
  yield* walkTable(snapshot, "vectors", problems, (key, value) => {
    const tally = ownerOf(tallies, "vectors", key);
    const { store } = tally;
    tally.vectors++;
    const bytes = bodyOf("vectors", key, value);
    if (store === undefined) return;
    const where = `store ${store.name}, vector of ordinal ${ordinalOfKey(key)}`;
    if (bytes.length !== store.dimension * 4) {
      const has = `it has ${bytes.length} bytes`;
      problems.add(`${where}: ${has}, and the dimension is ${store.dimension}`);
    } else if (!isFinite32(bytes)) problems.add(`${where}: a number of it is not finite`);
  });
}

function* walkIds({ snapshot, tallies, problems }: Verified): Walk {
  yield* walkTable(snapshot, "ids", problems, (key, value) => {
    const tally = ownerOf(tallies, "ids", key);
    tally.ids++;
    ordinalOfRow(key, value);
  });
}

function* findStrayVectors({ snapshot, problems }: Verified, store: StoredStore): Walk {
  const [from, to] = boundsOf(store);
  const visit = (key: Uint8Array): void => {
    if (snapshot.get("entries", key) !== undefined) return;
    const ordinal = ordinalOfKey(key);
    problems.add(`store ${store.name}, vector of ordinal ${ordinal}: it belongs to no entry`);
  };
  yield* walkTable(snapshot, "vectors", problems, visit, from, to);
}

function* findStrayIds({ snapshot, problems }: Verified, store: StoredStore): Walk {
  const { name, incarnation } = store;
  const [from, to] = boundsOf(store);
  const visit = (key: Uint8Array, value: Uint8Array): void => {
    const ordinal = unlessCorrupt(() => ordinalOfRow(key, value));
    if (ordinal === undefined) return;
    const id = idOfKey(key);
    const place = ordinalKey(incarnation, ordinal);
    const row = snapshot.get("entries", place);
    const where = `store ${name}, id ${JSON.stringify(id)}`;
    if (row === undefined) {
      problems.add(`${where}: it leads to ordinal ${ordinal}, where there is no entry`);
      return;
    }
    const found = unlessCorrupt(() => entryOfRow(place, row, ordinal).id);
    if (found === undefined || found === id) return;
    problems.add(`${where}: it leads to ordinal ${ordinal}, the entry ${JSON.stringify(found)}`);
  };
  yield* walkTable(snapshot, "ids", problems, visit, from, to);
}

function boundsOf({ incarnation }: StoredStore): [Uint8Array, Uint8Array] {
  return [storeKey(incarnation), afterStoreKey(incarnation)];
}

function nameOf({ name }: StoredStore, { id, ordinal }: StoredEntry): string {
  return `store ${name}, entry ${JSON.stringify(id)} of ordinal ${ordinal}`;
}

/** Undefined for a row that cannot be read, which is told of elsewhere. */
function unlessCorrupt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof AhnlichError && unreadable.has(error.code)) return undefined;
    throw error;
  }
}

/** Of little-endian float32s: those whose exponent is all ones are infinite or no numbers. */
function isFinite32(bytes: Uint8Array): boolean {
  for (let at = 3; at < bytes.length; at += 4) {
    const isMax = ((bytes[at] as number) & 0x7f) === 0x7f;
    if (isMax && ((bytes[at - 1] as number) & 0x80) !== 0) return false;
  }
  return true;
}

const unreadable: ReadonlySet<string> = new Set(["CORRUPT", "FORMAT_TOO_NEW"]);
