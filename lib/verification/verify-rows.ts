import type { Snapshot } from "../persistence/persistence.js";
import { type TableName, tableNames } from "../persistence/table.js";
import { readU32 } from "../rows/keys.js";
import { readOrigin, readState, type State } from "../rows/meta-rows.js";
import { bodyOf } from "../rows/row.js";
import { type StoredStore, storeOfRow } from "../rows/store-rows.js";
import type { Problems } from "./problems.js";
import { ownerOf, StoreTally } from "./store-tally.js";
import type { Verified } from "./verified.js";
import { verifyChanges } from "./verify-changes.js";
import { verifyEntries } from "./verify-entries.js";
import { verifyPostings } from "./verify-postings.js";
import { placeOf, walkTable } from "./walk-table.js";

/**
 * Walks every row of every table of a snapshot and notes what does not fit: bytes against their checksums, entries
 * against ids and vectors, numbers against counters, rows that belong to nothing. It reads what is left of a folder
 * that no engine would open. What it gives is how many entries the stores have.
 */
export function* verifyRows(
  snapshot: Snapshot,
  problems: Problems,
  onEntry: () => void = () => {},
): Generator<undefined, number, undefined> {
  const state = verifyMeta(snapshot, problems);
  const tallies = new Map<number, StoreTally>();
  const verified: Verified = { snapshot, state, tallies, problems, onEntry };
  yield* tallyStores(verified, tallies);
  yield* verifyEntries(verified);
  yield* verifyChanges(verified);
  yield* verifyPostings(verified);
  for (const table of otherTables) yield* verifyTable(verified, table);
  let entries = 0;
  for (const tally of tallies.values()) {
    if (tally.store !== undefined) entries += tally.entries;
    tally.compare(problems);
    yield;
  }
  return entries;
}

function verifyMeta(snapshot: Snapshot, problems: Problems): State | undefined {
  const read = <T>(row: string, reader: (snapshot: Snapshot) => T | undefined): T | undefined => {
    const where = `table meta, row "${row}"`;
    try {
      const value = reader(snapshot);
      if (value === undefined) problems.add(`${where}: it is missing`);
      return value;
    } catch (error) {
      problems.addThrown(error, where);
      return undefined;
    }
  };
  read("format", readOrigin);
  return read("state", readState);
}

/** Makes a tally for every store that is there, and for every one that is being erased. */
function* tallyStores(
  { snapshot, state, problems }: Verified,
  tallies: Map<number, StoreTally>,
): Generator<undefined, void, undefined> {
  yield* walkTable(snapshot, "stores", problems, (key, value) => {
    const store = storeOfRow(snapshot, key, value);
    if (state !== undefined) checkStore(store, state, problems);
    if (tallies.has(store.incarnation)) {
      problems.add(`store ${store.name}: another has its incarnation, ${store.incarnation}`);
    } else tallies.set(store.incarnation, new StoreTally(store));
  });
  yield* walkTable(snapshot, "erasing", problems, (key, value) => {
    bodyOf("erasing", key, value);
    const incarnation = readU32(key, 0);
    if (tallies.has(incarnation)) {
      problems.add(`${placeOf("erasing", key)}: a store that is there has this incarnation`);
    } else tallies.set(incarnation, new StoreTally(undefined));
  });
}

function checkStore(store: StoredStore, state: State, problems: Problems): void {
  const { name, incarnation, named, counters } = store;
  if (incarnation >= state.nextIncarnation) {
    const next = `the next to be given is ${state.nextIncarnation}`;
    problems.add(`store ${name}: its incarnation is ${incarnation}, and ${next}`);
  }
  const latest = Math.max(named, counters.position);
  if (latest > state.sequence) {
    problems.add(`store ${name}: its sequence ${latest} is beyond the last, ${state.sequence}`);
  }
}

/** A table of which no more is known here than that its rows have checksums, and those of stores a store. */
function* verifyTable(
  { snapshot, tallies, problems }: Verified,
  table: TableName,
): Generator<undefined, void, undefined> {
  yield* walkTable(snapshot, table, problems, (key, value) => {
    bodyOf(table, key, value);
    if (table === "expiries") ownerOf(tallies, table, key).expiries++;
    if (table === "counters") ownerOf(tallies, table, key);
  });
}

const walked: ReadonlySet<TableName> = new Set<TableName>([
  ...(["stores", "erasing", "entries", "vectors", "ids", "changes", "postings"] as const),
]);
const otherTables: readonly TableName[] = tableNames.filter((table) => !walked.has(table));
