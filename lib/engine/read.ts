import type { CheckedInclude } from "../model/checked-query.js";
import type { Entry } from "../model/entry.js";
import { AhnlichError } from "../model/errors.js";
import type { Snapshot } from "../persistence/persistence.js";
import {
  decodeMetadata,
  readEntry,
  readOrdinal,
  readVector,
  type StoredEntry,
} from "../rows/entry-rows.js";
import { idKey } from "../rows/keys.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Call } from "./call.js";
import { hasExpired } from "./expiry.js";
import { takeRoom } from "./take-room.js";

/** The entry of that id as it is stored; undefined where none lives at that time. */
export function readById(
  snapshot: Snapshot,
  store: StoredStore,
  id: string,
  time: number,
): StoredEntry | undefined {
  const ordinal = readOrdinal(snapshot, idKey(store.incarnation, id));
  const entry = ordinal === undefined ? undefined : readByOrdinal(snapshot, store, ordinal);
  return entry === undefined || hasExpired(entry.expiresAt, time) ? undefined : entry;
}

/** @throws CORRUPT when the row is lost */
export function readByOrdinal(
  snapshot: Snapshot,
  store: StoredStore,
  ordinal: number,
): StoredEntry {
  return readEntry(snapshot, store.incarnation, ordinal) ?? lost(store, ordinal);
}

/** What an answer says of an entry; the stored one is used up. @throws LIMIT_EXCEEDED where it has no room for it */
export function toEntry(
  snapshot: Snapshot,
  store: StoredStore,
  { id, version, ordinal, expiresAt, metadata }: StoredEntry,
  include: CheckedInclude,
  call: Call,
): Entry {
  takeRoom(call, store, include, metadata);
  return {
    id,
    version,
    ...(expiresAt === 0 ? {} : { expiresAt }),
    ...(include.metadata ? { metadata: decodeMetadata(metadata) } : {}),
    ...(include.vector ? { vector: vectorOf(snapshot, store, ordinal) } : {}),
  } as Entry;
}

/** @throws CORRUPT when the row is lost */
export function vectorOf(snapshot: Snapshot, store: StoredStore, ordinal: number): Float32Array {
  return readVector(snapshot, store.incarnation, ordinal) ?? lost(store, ordinal);
}

function lost(store: StoredStore, ordinal: number): never {
  throw new AhnlichError("CORRUPT", `store ${store.name}: a row of ordinal ${ordinal} is lost`, {
    details: { store: store.name, ordinal },
  });
}
